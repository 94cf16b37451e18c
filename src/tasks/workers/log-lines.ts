import type { Caller } from '../../domain/caller.ts';
import { logText } from '../../engine/run-log.ts';
import { appendLog, type LogLevel } from '../../store/tasks/append-log.ts';
import type { TaskDeps } from '../task-parts.ts';
import { type Lease, withLease } from './lease.ts';

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
