import type { Caller } from '../core/caller.ts';
import { conflict } from '../core/errors.ts';
import { message } from '../core/message.ts';
import type { BatchTask } from '../core/task.ts';
import { lockTask } from '../db/queries/task.ts';
import { inTransaction } from '../db/transaction.ts';
import { checkAccess, noSuchTask } from './access.ts';
import { type Guard, transitionForCaller } from './change-task.ts';
import type { TaskDeps } from './context.ts';

/**
 * Runs a failed task again under its id, as a PUT of State New does: StartCount goes on, its retries are there
 * again.
 *
 * @param fromStart forgets the checkpoint and the progress of earlier runs; else the next run goes on from there
 * @param guard a condition on the task as it is; the row is locked while it looks
 * @returns the task as it is then
 * @throws RequestError where there is no such task, the caller may not, or (conflict) it has not failed
 */
export async function restartTask(
  parts: TaskDeps,
  caller: Caller,
  id: number,
  fromStart: boolean,
  guard?: Guard,
): Promise<BatchTask> {
  return inTransaction(parts.database, async (trx) => {
    const before = await lockTask(trx, id);
    const { state } = checkAccess(caller, id, before?.task, 'Update', 'restart');
    if (before === undefined) throw noSuchTask(id);
    guard?.(before.task);
    if (state !== 'Failed')
      throw conflict`Batch task ${id} is ${state}; one that is Failed can be restarted.`.withCode(
        'illegal_transition',
      );
    const reason = fromStart
      ? message`Restarted from its start by ${caller.login}.`
      : message`Restarted by ${caller.login}.`;
    const change = { state: 'New' as const, reset: fromStart };
    return transitionForCaller(parts, trx, caller, before, change, reason);
  });
}
