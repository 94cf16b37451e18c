import type { Caller } from '../core/caller.ts';
import { conflict } from '../core/errors.ts';
import type { BatchTask } from '../core/task.ts';
import { isHeld } from '../core/task-state.ts';
import { findLiveChild } from '../db/queries/find-live-child.ts';
import { lockTask } from '../db/queries/task.ts';
import { deleteTaskRows } from '../db/queries/task-delete.ts';
import { inTransaction } from '../db/transaction.ts';
import { recordTransitions, type WrittenTransition } from '../queue/transition.ts';
import { checkAccess, maySee } from './access.ts';
import type { Guard } from './change-task.ts';
import type { TaskDeps } from './context.ts';

/**
 * Deletes tasks, all or none (contract, sections 2 and 3). A task that is New will not run. The audit rows stay, and so do
 * children; a deleted child counts as ended for its parent.
 *
 * @param guard a condition on each task, checked while its row is locked
 * @throws RequestError if one is unknown, the caller may not delete it, or (conflict) one is running or has children that
 *   have not ended
 */
export function deleteTasks(
  parts: TaskDeps,
  caller: Caller,
  ids: readonly number[],
  guard?: Guard,
): Promise<void> {
  return deleteAll(parts, ids, (id, task) => {
    const known = checkAccess(caller, id, task, 'Delete', 'delete');
    guard?.(known);
    return known;
  });
}

/**
 * The same for DeleteBatchTask and DeleteBatchTasks, which skip ids of tasks that do not exist or that the caller
 * may not see (contract, section 3).
 */
export function deleteKnownTasks(parts: TaskDeps, caller: Caller, ids: readonly number[]): Promise<void> {
  return deleteAll(parts, ids, (id, task) =>
    maySee(caller, task) ? checkAccess(caller, id, task, 'Delete', 'delete') : undefined,
  );
}

/** @param accept returns a task that is to be deleted, `undefined` to skip it; throws to refuse all */
async function deleteAll(
  parts: TaskDeps,
  ids: readonly number[],
  accept: (id: number, task: BatchTask | undefined) => BatchTask | undefined,
): Promise<void> {
  const { deleted, keys } = await inTransaction(parts.database, async (trx) => {
    const deleted: number[] = [];
    const deletions: WrittenTransition[] = [];
    // Sorted: two callers that lock the same tasks must not deadlock.
    for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
      const held = await lockTask(trx, id);
      const task = accept(id, held?.task);
      if (task === undefined) continue;
      deleted.push(id);
      if (isHeld(task.state))
        throw conflict`Batch task ${id} is ${task.state}; stop it before you delete it.`.withCode(
          'task_running',
        );
      deletions.push({ task, from: task.state, to: null });
    }
    if (deleted.length === 0) return { deleted, keys: [] };
    const live = await findLiveChild(trx, deleted);
    if (live !== undefined)
      throw conflict`Batch task ${live.parentId} has children that have not ended, such as ${live.id}; stop or delete them before you delete it.`.withCode(
        'children_unfinished',
      );
    const kept = await parts.files.resultKeys(trx, deleted);
    await recordTransitions(trx, deletions);
    await deleteTaskRows(trx, deleted, false);
    return { deleted, keys: kept };
  });
  await parts.files.removeResults(deleted, keys);
}
