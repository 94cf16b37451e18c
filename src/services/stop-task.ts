import type { Caller } from '../core/caller.ts';
import { message } from '../core/message.ts';
import { hasEnded } from '../core/task-state.ts';
import { countUnstoppable } from '../db/queries/children-cancel.ts';
import { markStopping } from '../db/queries/count-moves.ts';
import { requestStop } from '../db/queries/request-stop.ts';
import { lockTask } from '../db/queries/task.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import { stoppedWith, stopTree } from '../queue/children/cancel.ts';
import { checkAccess } from './access.ts';
import { type Guard, transitionForCaller } from './change-task.ts';
import type { TaskDeps } from './context.ts';

/**
 * Stops a task: StopBatchJob (contract, section 3). A New one never starts; the run of a Started one is told
 * at once and ends the task as Failed, without a retry, with a Result that says who stopped it and when.
 * Its children are stopped with it, and theirs.
 *
 * @param guard a condition on the task as it is; the row is locked while it looks
 * @returns true where it was or will be stopped; false where it had ended or can't be cancelled
 * @throws RequestError where there is no such task or the caller may not
 */
export async function stopTask(parts: TaskDeps, caller: Caller, id: number, guard?: Guard): Promise<boolean> {
  const note = message`Stopped by ${caller.login} (associate ${caller.associateId}) at ${new Date()}.`;
  const { stopped, hasChildren } = await inTransaction(parts.database, async (trx) => {
    const held = await lockTask(trx, id);
    const task = checkAccess(caller, id, held?.task, 'Update', 'stop');
    guard?.(task);
    if (held === undefined || hasEnded(task.state) || task.cancellation === 'CannotCancel')
      return { stopped: false, hasChildren: false };
    const goOn = await countUnstoppable(trx, id);
    const result = goOn === 0 ? note : message`${note} ${goOn} of its children can't be cancelled and go on.`;
    // Else nobody's process would end it: it waits to begin or for its children, or a client holds it by hand.
    if (held.leaseOwner === null)
      await transitionForCaller(parts, trx, caller, held, { state: 'Failed', result }, note);
    else {
      await requestStop(trx, id, caller.associateId, result);
      afterCommit(trx).publish({ kind: 'stop', taskId: id });
    }
    // After the counters of its parent: counters are locked from the root down.
    const parents = await markStopping(trx, [{ parentId: id, reason: stoppedWith(id, note) }]);
    return { stopped: true, hasChildren: parents.length > 0 };
  });
  if (!stopped) return false;
  if (hasChildren) await stopTree(parts.database, id);
  return true;
}
