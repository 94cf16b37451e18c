import type { BatchTask } from '../domain/batch-task.ts';
import type { Caller } from '../domain/caller.ts';
import { notFound } from '../domain/errors.ts';
import type { ChildCounts } from '../domain/family.ts';
import type { StoredState } from '../domain/task-state.ts';
import type { Rows } from '../store/bounded-rows.ts';
import { type Child, listChildren } from '../store/families/list-children.ts';
import { readChildCounts } from '../store/families/read-family.ts';
import { readTask } from './read-tasks.ts';
import type { TaskDeps } from './task-parts.ts';

/** A page of the children of a task, and how far all have come. */
export interface ChildrenPage {
  readonly counts: ChildCounts;
  readonly children: Rows<Child>;
}

/**
 * Children of a task by id, which belong to its owner: who may see the task may see them.
 *
 * @throws RequestError (missing) where there is no such task or the caller may not see it
 */
export async function readChildren(
  parts: TaskDeps,
  caller: Caller,
  id: number,
  page: { readonly state: StoredState | undefined; readonly afterId: number; readonly limit: number },
): Promise<ChildrenPage> {
  await readTask(parts, caller, id);
  return parts.database.lists.read(async (db) => {
    const children = await listChildren(db, id, page.state, page.afterId, page.limit);
    return { counts: await readChildCounts(db, id), children };
  });
}

/**
 * The task that has started this one.
 *
 * @throws RequestError (missing) where nobody has, it is deleted, or the caller may not see one of the two
 */
export async function readParent(parts: TaskDeps, caller: Caller, id: number): Promise<BatchTask> {
  const { parentId } = await readTask(parts, caller, id);
  if (parentId === null) throw notFound`Batch task ${id} was not started by another task.`;
  return readTask(parts, caller, parentId);
}
