import type { Caller } from '../domain/caller.ts';
import { conflict } from '../domain/errors.ts';
import { isHeld } from '../domain/task-state.ts';
import { type ChildMove, noteChildMoves } from '../engine/families/child-moves.ts';
import { findLiveChild } from '../store/families/find-live-child.ts';
import { deleteTaskRows } from '../store/tasks/delete-tasks.ts';
import { lockTask } from '../store/tasks/get-task.ts';
import { inTransaction } from '../store/transaction.ts';
import { checkAccess } from './access.ts';
import type { TaskParts } from './task-parts.ts';
import type { Guard } from './update-task.ts';

/**
 * Deletes tasks, all or none: DeleteBatchTask and DeleteBatchTasks (contract, section 3). One that waits will
 * not run. The audit rows stay, and so do children, which count as ended for their parents where they are deleted.
 *
 * @param guard a condition on each task as it is; the row is locked while it looks
 * @throws Refusal where one is unknown, the caller may not, or (conflict) one is running or has children
 *   that have not ended
 */
export async function deleteTasks(
  parts: TaskParts,
  caller: Caller,
  ids: readonly number[],
  guard?: Guard,
): Promise<void> {
  // In one order for everybody, so that two callers can't wait for each other.
  const ordered = [...new Set(ids)].sort((a, b) => a - b);
  const { keys, parentIds } = await inTransaction(parts.database.sql, async (trx) => {
    const jobs = [];
    const moves: ChildMove[] = [];
    for (const id of ordered) {
      const held = await lockTask(trx, id);
      const task = checkAccess(caller, id, held?.task, 'Delete', 'delete');
      guard?.(task);
      if (isHeld(task.state))
        throw conflict`Batch task ${id} is ${task.state}; stop it before you delete it.`.withCode(
          'task_running',
        );
      if (task.parentId !== null)
        moves.push({ childId: id, parentId: task.parentId, from: task.state, to: null });
      if (held?.jobId && parts.queue.has(task.name)) jobs.push({ name: task.name, jobId: held.jobId });
    }
    const live = await findLiveChild(trx, ordered);
    if (live !== undefined)
      throw conflict`Batch task ${live.parentId} has children that have not ended, such as ${live.id}; stop or delete them before you delete it.`.withCode(
        'children_unfinished',
      );
    await parts.queue.settle(trx, jobs);
    const kept = await parts.files.resultKeys(trx, ordered);
    await noteChildMoves(trx, parts.queue, moves);
    await deleteTaskRows(trx, ordered, false);
    return { keys: kept, parentIds: moves.map((move) => move.parentId) };
  });
  if (parentIds.length > 0) parts.database.signals.publish({ kind: 'children', parentIds });
  await parts.files.removeResults(ordered, keys);
}
