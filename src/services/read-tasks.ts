import { type Caller, isWorkerOnly } from '../core/caller.ts';
import type { ChildCounts } from '../core/children.ts';
import { forbidden, notFound } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { message } from '../core/message.ts';
import { visibleTo } from '../core/permissions.ts';
import type { BatchTask } from '../core/task.ts';
import type { StoredState, TaskStateName } from '../core/task-state.ts';
import type { Rows } from '../db/bounded-rows.ts';
import { listAssociates } from '../db/queries/account.ts';
import { type Child, listChildren, readChildCounts } from '../db/queries/children.ts';
import { getTask, listTasks } from '../db/queries/task.ts';
import { checkAccess } from './access.ts';
import type { TaskDeps } from './context.ts';

/** One task. @throws RequestError (missing) where there is none or the caller may not see it */
export async function readTask(parts: TaskDeps, caller: Caller, id: number): Promise<BatchTask> {
  return checkAccess(caller, id, await getTask(parts.database.sql, id), 'Select', 'see');
}

/** Whose tasks a list is about (contract, section 3). */
export type ListedOwners =
  /** The caller's own. */
  | 'own'
  /** System and user tasks. */
  | 'all'
  /** System tasks. */
  | 'system'
  /** Those of these associates; 0 stands for system tasks, -1 for all user tasks, none at all for both. */
  | readonly number[];

/** The id by which lists mean every associate (the client's documentation of associateIds). */
const EVERY_ASSOCIATE = -1;

/**
 * The tasks that a caller asks for, newest first, as far as the caller may see them. `All` and `Unknown` as a state are any and
 * none; an empty name is any.
 *
 * @throws RequestError (invalid) where the name is no text that a database can hold
 */
export async function readTasks(
  parts: TaskDeps,
  caller: Caller,
  wanted: { readonly owners: ListedOwners; readonly name?: string; readonly state?: TaskStateName },
): Promise<Rows<BatchTask>> {
  if (isWorkerOnly(caller)) throw forbidden`A worker's token reads the tasks of its definitions one by one.`;
  checkText(message`The name`, wanted.name ?? '', Number.POSITIVE_INFINITY);
  const ownerIds = await visibleOwners(parts, caller, wanted.owners);
  // Unknown is a state that no task has.
  if (wanted.state === 'Unknown' || ownerIds?.length === 0) return { rows: [], more: false };
  const state: StoredState | undefined = wanted.state === 'All' ? undefined : wanted.state;
  const name =
    wanted.name === undefined || wanted.name.trim() === ''
      ? undefined
      : ((await parts.definitions.find(wanted.name))?.name ?? wanted.name);
  const filter = { tenant: caller.tenant, ownerIds, name, state };
  return parts.database.lists.read((db) => listTasks(db, filter, 'newest', parts.listLimit));
}

/** The owners whose tasks the list may hold; `undefined` is everybody. */
async function visibleOwners(
  parts: TaskDeps,
  caller: Caller,
  owners: ListedOwners,
): Promise<number[] | undefined> {
  if (owners === 'own') return [caller.associateId];
  if (owners === 'system') return [0];
  const visible = visibleTo(caller).ownerIds;
  if (owners === 'all' || owners.length === 0) return visible === null ? undefined : [...visible];
  const asked = new Set(owners);
  if (visible !== null) {
    if (asked.has(EVERY_ASSOCIATE)) asked.add(caller.associateId);
    return [...asked].filter((id) => visible.includes(id));
  }
  if (asked.delete(EVERY_ASSOCIATE)) {
    for (const { id } of await listAssociates(parts.database.sql)) asked.add(id);
  }
  return [...asked];
}

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
