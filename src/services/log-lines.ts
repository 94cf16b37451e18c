import type { Caller } from '../core/caller.ts';
import { appendLog, type LogLevel } from '../db/queries/task-log.ts';
import { logText } from '../queue/run-log.ts';
import type { TaskDeps } from './context.ts';
import { type Lease, withLease } from './leases.ts';

/**
 * Adds lines to a task's log, in their order. The newest thousand of a task are kept; long ones are cut.
 *
 * @throws RequestError (conflict) where the lease is over
 */
export async function logLines(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  lines: readonly { readonly level: LogLevel; readonly message: string }[],
): Promise<void> {
  await withLease(parts, caller, lease, (trx) =>
    appendLog(
      trx,
      lines.map(({ level, message }) => ({ ...lease, level, message: logText(message) })),
    ),
  );
}
