import { type Caller, isWorkerOnly } from '../core/access.ts';
import type { ChildCounts } from '../core/children.ts';
import { forbidden, notFound } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { message } from '../core/message.ts';
import { visibleTo } from '../core/permissions.ts';
import type { BatchTask } from '../core/task.ts';
import type { StoredState, TaskStateName } from '../core/task-state.ts';
import { dueAt, type Wait, waitsOf } from '../core/waiting.ts';
import type { Rows } from '../db/list-reads.ts';
import { listAssociates } from '../db/queries/account.ts';
import { type Attempt, type RunTimes, readAttempts, readRunTimes } from '../db/queries/attempt.ts';
import { type AuditEntry, readAudit } from '../db/queries/audit.ts';
import { type Child, listChildren, readChildCounts } from '../db/queries/children.ts';
import { listTasks } from '../db/queries/task.ts';
import { type LogEntry, MAX_LOG_LINES, readLog } from '../db/queries/task-log.ts';
import { readWaitFacts } from '../db/queries/waiting.ts';
import { checkAccess, noSuchTask, type TaskDeps } from './access.ts';

/** Returns a task. @throws RequestError (notFound) if there is none or the caller may not see it */
export async function readTask(deps: TaskDeps, caller: Caller, id: number): Promise<BatchTask> {
  return checkAccess(caller, id, await deps.reader.read(id), 'Select', 'see');
}

/** Filters a list by owner (contract, section 3). */
export type ListedOwners =
  /** The caller. */
  | 'own'
  /** All owners: system and user tasks. */
  | 'all'
  /** The system. */
  | 'system'
  /** These associates. 0 means system tasks, -1 all user tasks; an empty list means both. */
  | readonly number[];

/** The id that means all associates (documentation of associateIds in the official client). */
const EVERY_ASSOCIATE = -1;

/**
 * Returns the matching tasks that the caller may see, newest first. The state `All` matches any state and `Unknown` none;
 * an empty name matches any name.
 *
 * @throws RequestError (invalid) if the name can't be stored, (forbidden) for a worker's token
 */
export async function readTasks(
  deps: TaskDeps,
  caller: Caller,
  wanted: { readonly owners: ListedOwners; readonly name?: string; readonly state?: TaskStateName },
): Promise<Rows<BatchTask>> {
  if (isWorkerOnly(caller))
    throw forbidden`A worker's token can't list tasks; read the tasks of its definitions by id.`;
  checkText(message`The name`, wanted.name ?? '', Number.POSITIVE_INFINITY);
  const ownerIds = await visibleOwners(deps, caller, wanted.owners);
  // No task has the state Unknown.
  if (wanted.state === 'Unknown' || ownerIds?.length === 0) return { rows: [], more: false };
  const state: StoredState | undefined = wanted.state === 'All' ? undefined : wanted.state;
  const name =
    wanted.name === undefined || wanted.name.trim() === ''
      ? undefined
      : ((await deps.definitions.find(wanted.name))?.name ?? wanted.name);
  const filter = { tenant: caller.tenant, ownerIds, name, state };
  return deps.database.lists.read((db) => listTasks(db, filter, 'newest', deps.listLimit));
}

/** Returns the owners whose tasks the caller requested and may see; `undefined` means all. */
async function visibleOwners(
  deps: TaskDeps,
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
    for (const { id } of await listAssociates(deps.database.sql)) asked.add(id);
  }
  return [...asked];
}

/** A page of the children of a task, and the counts of all its children. */
export interface ChildrenPage {
  readonly counts: ChildCounts;
  readonly children: Rows<Child>;
  /** When the children ran, by id. */
  readonly times: ReadonlyMap<number, RunTimes>;
}

/**
 * Returns children of a task in the order of their ids. Children have the owner of the task, so the same callers may see
 * them.
 *
 * @throws RequestError (notFound) if there is no such task or the caller may not see it
 */
export async function readChildren(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  page: { readonly state: StoredState | undefined; readonly afterId: number; readonly limit: number },
): Promise<ChildrenPage> {
  await readTask(deps, caller, id);
  return deps.database.lists.read(async (db) => {
    const children = await listChildren(db, id, page.state, page.afterId, page.limit);
    const times = await readRunTimes(
      db,
      children.rows.map(({ task }) => task.id),
    );
    return { counts: await readChildCounts(db, id), children, times };
  });
}

/**
 * Returns the parent of a task.
 *
 * @throws RequestError (notFound) if it has no parent, the parent was deleted, or the caller may not see one of the two
 */
export async function readParent(deps: TaskDeps, caller: Caller, id: number): Promise<BatchTask> {
  const { parentId } = await readTask(deps, caller, id);
  if (parentId === null) throw notFound`Batch task ${id} was not started by another task.`;
  return readTask(deps, caller, parentId);
}

/**
 * Returns the changes of a task's state.
 *
 * @throws RequestError (notFound) if there is no such task or the caller may not see it
 */
export async function readTaskHistory(deps: TaskDeps, caller: Caller, id: number): Promise<AuditEntry[]> {
  await readTask(deps, caller, id);
  return readAudit(deps.database.sql, id);
}

/**
 * Returns the log lines of a task's runs after the line with this id, oldest first.
 *
 * @throws RequestError (notFound) if there is no such task or the caller may not see it
 */
export async function readTaskLog(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  afterId: number,
  attempt: number | null = null,
): Promise<Rows<LogEntry>> {
  await readTask(deps, caller, id);
  return deps.database.lists.read((db) => readLog(db, id, afterId, MAX_LOG_LINES, attempt));
}

/** Maximum number of attempts on one page. */
const MAX_ATTEMPTS = 100;

/**
 * Returns a page of the attempts to run a task, oldest first, after the attempt with this number.
 *
 * @throws RequestError (notFound) if there is no such task or the caller may not see it
 */
export async function readTaskAttempts(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  afterNumber: number,
): Promise<Rows<Attempt>> {
  await readTask(deps, caller, id);
  return deps.database.lists.read((db) => readAttempts(db, id, afterNumber, MAX_ATTEMPTS));
}

/** When a task is due, and why it does not run. */
export interface TaskWaiting {
  readonly state: StoredState;
  /** `null` if it is due now, is running or has ended. */
  readonly dueAt: Date | null;
  /** At least one; the first must end first. */
  readonly waits: readonly Wait[];
}

/**
 * Returns when a task is due and why it does not run.
 *
 * @throws RequestError (notFound) if there is no such task or the caller may not see it
 */
export async function readTaskWaiting(deps: TaskDeps, caller: Caller, id: number): Promise<TaskWaiting> {
  await readTask(deps, caller, id);
  const facts = await deps.database.lists.read((db) => readWaitFacts(db, id));
  if (facts === undefined) throw noSuchTask(id);
  return { state: facts.state, dueAt: dueAt(facts), waits: waitsOf(facts) };
}
