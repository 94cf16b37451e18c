import type { Caller } from '../../domain/caller.ts';
import { invalid } from '../../domain/errors.ts';
import { isDataException } from '../../store/data-exception.ts';
import { writeCheckpoint } from '../../store/tasks/write-checkpoint.ts';
import type { TaskParts } from '../task-parts.ts';
import { type Lease, withLease } from './lease.ts';

/**
 * Keeps a value that the next attempt finds, whoever runs it.
 *
 * @param value JSON
 * @throws Refusal (conflict) where the lease is over, (invalid) where the value can't be kept
 */
export async function keepCheckpoint(
  parts: TaskParts,
  caller: Caller,
  lease: Lease,
  value: unknown,
): Promise<void> {
  try {
    await withLease(parts, caller, lease, (trx) => writeCheckpoint(trx, lease.taskId, lease.attempt, value));
  } catch (error) {
    if (!isDataException(error)) throw error;
    throw invalid`Value can't be kept; JSON without NUL characters and halves of surrogate pairs is accepted.`;
  }
}
