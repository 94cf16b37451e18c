import type { Caller } from '../core/caller.ts';
import type { ChildCounts } from '../core/children.ts';
import { notFound } from '../core/errors.ts';
import type { BatchTask } from '../core/task.ts';
import type { StoredState } from '../core/task-state.ts';
import type { Rows } from '../db/bounded-rows.ts';
import { type Child, listChildren } from '../db/queries/list-children.ts';
import { readChildCounts } from '../db/queries/read-family.ts';
import type { TaskDeps } from './context.ts';
import { readTask } from './read-tasks.ts';

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
