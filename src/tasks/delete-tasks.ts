import type { Caller } from '../domain/caller.ts';
import { conflict } from '../domain/errors.ts';
import { isHeld } from '../domain/task-state.ts';
import { deleteTaskRows } from '../store/tasks/delete-tasks.ts';
import { lockTask } from '../store/tasks/get-task.ts';
import { checkAccess } from './access.ts';
import type { TaskParts } from './task-parts.ts';
import type { Guard } from './update-task.ts';

/**
 * Deletes tasks, all or none: DeleteBatchTask and DeleteBatchTasks (contract, section 3). One that waits will
 * not run. The audit rows stay.
 *
 * @param guard a condition on each task as it is; the row is locked while it looks
 * @throws Refusal where one is unknown, the caller may not, or (conflict) one is running
 */
export async function deleteTasks(
  parts: TaskParts,
  caller: Caller,
  ids: readonly number[],
  guard?: Guard,
): Promise<void> {
  // In one order for everybody, so that two callers can't wait for each other.
  const ordered = [...new Set(ids)].sort((a, b) => a - b);
  const keys = await parts.database.sql.transaction().execute(async (trx) => {
    const jobs = [];
    for (const id of ordered) {
      const held = await lockTask(trx, id);
      const task = checkAccess(caller, id, held?.task, 'Delete', 'delete');
      guard?.(task);
      if (isHeld(task.state))
        throw conflict`Batch task ${id} is ${task.state}; stop it before you delete it.`;
      if (held?.jobId && parts.queue.has(task.name)) jobs.push({ name: task.name, jobId: held.jobId });
    }
    await parts.queue.settle(trx, jobs);
    const kept = await parts.files.resultKeys(trx, ordered);
    await deleteTaskRows(trx, ordered, false);
    return kept;
  });
  await parts.files.removeResults(ordered, keys);
}
