import type { Caller } from '../core/caller.ts';
import { checkpointJson } from '../core/run-texts.ts';
import { writeCheckpoint } from '../db/queries/write-checkpoint.ts';
import type { TaskDeps } from './context.ts';
import { type Lease, withLease } from './leases.ts';

/**
 * Keeps a value that the next attempt finds, whoever runs it.
 *
 * @param value JSON
 * @throws RequestError (conflict) if the lease is over, (invalid) if the value can't be kept
 */
export async function keepCheckpoint(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  value: unknown,
): Promise<void> {
  const json = checkpointJson(value);
  await withLease(parts, caller, lease, (trx) => writeCheckpoint(trx, lease.taskId, lease.attempt, json));
}
