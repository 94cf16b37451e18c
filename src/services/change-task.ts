import type { Transaction } from 'kysely';
import { type Caller, isAdministrator } from '../core/caller.ts';
import { conflict } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { type Message, message, type Text } from '../core/message.ts';
import { relationTo } from '../core/permissions.ts';
import { narrowRunAs } from '../core/run-as.ts';
import type { BatchTask, TaskChange, TaskTexts } from '../core/task.ts';
import {
  ALLOWED_TRANSITIONS,
  hasEnded,
  isActive,
  isAllowedTransition,
  type StoredState,
} from '../core/task-state.ts';
import { findLiveChild } from '../db/queries/children.ts';
import { countUnstoppable } from '../db/queries/children-cancel.ts';
import { markStopping } from '../db/queries/parents.ts';
import { getTask, type LeasedTask, lockTask, readRunAs, writeRunAs } from '../db/queries/task.ts';
import { deleteTaskRows } from '../db/queries/task-delete.ts';
import { changeTexts, requestStop } from '../db/queries/task-write.ts';
import type { Schema } from '../db/schema.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import { stoppedWith, stopTree } from '../queue/children/cancel.ts';
import { recordTransitions, transitionTask, type WrittenTransition } from '../queue/transition.ts';
import { checkAccess, maySee, noSuchTask } from './access.ts';
import type { TaskDeps } from './context.ts';

/** Looks at the task as it is before the change; throws to refuse it (If-Match and its like). */
export type Guard = (task: BatchTask) => void;

/** Makes the change from the task as it is (a patch with tests in it); throws to refuse it. */
export type DerivedChange = (task: BatchTask) => TaskChange;

/**
 * Updates State, Description, Response and Request, and nothing else: PUT and UpdateBatchTask (contract,
 * section 2). A change of State takes the task from a run that the server has under way, and
 * all that follows is written in the same transaction. If it throws, nothing has changed.
 *
 * @param change the change, or what makes it of the task as it is; the row is locked meanwhile
 * @param guard a condition on the task as it is; the row is locked while it looks
 * @returns the task as it is then
 * @throws RequestError where the caller may not, a text is too long, or the move is illegal
 */
export async function updateTask(
  parts: TaskDeps,
  caller: Caller,
  id: number,
  change: TaskChange | DerivedChange,
  guard?: Guard,
): Promise<BatchTask> {
  if (typeof change !== 'function') checkTexts(parts, change);
  if (choosesBatchedWrite(caller, change, guard)) {
    const changed = await writeBatched(parts, caller, id, change);
    if (changed !== undefined) return changed;
  }
  return writeLocked(parts, caller, id, typeof change === 'function' ? change : () => change, guard);
}

/**
 * Returns whether a change is tried first as a part of a batched statement, the common case
 * (docs/decisions/0018-changes-together.md). Every other change is written in a transaction that locks the task:
 *
 * | change | written | reason |
 * |---|---|---|
 * | has a guard (If-Match, bulk actions) | locked | the guard reads the task |
 * | is derived from the task (a patch with tests) | locked | the change is made from the task |
 * | of a caller without the scope `write` | locked | it is refused, and only the locked write says why |
 * | everything else | batched | tenant, owner and State are conditions of the statement |
 *
 * A batched write that changes nothing is repeated as a locked one. Then State is to change, the task is in no scope of
 * the caller (a worker's task, or one that the caller may not see), or another transaction holds the row.
 */
export function choosesBatchedWrite(
  caller: Pick<Caller, 'scopes'>,
  change: TaskChange | DerivedChange,
  guard: Guard | undefined,
): change is TaskChange {
  return typeof change !== 'function' && guard === undefined && caller.scopes.includes('write');
}

/** Writes texts together with other changes. Resolves to `undefined` if nothing was changed (`choosesBatchedWrite`). */
function writeBatched(
  { texts: writer }: TaskDeps,
  caller: Caller,
  id: number,
  { state, ...texts }: TaskChange,
): Promise<BatchTask | undefined> {
  const scope = { tenant: caller.tenant, ownerId: isAdministrator(caller) ? null : caller.associateId };
  return writer.write({ id, texts, actorId: caller.associateId, scope, state });
}

function checkTexts({ textLimits }: TaskDeps, { state: _, ...texts }: TaskChange): void {
  for (const [name, text] of Object.entries(texts)) {
    if (text !== undefined) checkText(capitalised(name), text, textLimits[name as keyof TaskTexts]);
  }
}

/** Writes a change in a transaction that locks the task, which also explains a refusal. */
async function writeLocked(
  parts: TaskDeps,
  caller: Caller,
  id: number,
  derive: DerivedChange,
  guard: Guard | undefined,
): Promise<BatchTask> {
  // Refusals need no lock, and must not wait for one.
  const { name } = checkAccess(caller, id, await getTask(parts.database.sql, id), 'Update', 'update');
  // Where workers run it, this process may not know its queue yet; in the transaction it is too late to ask.
  await parts.definitions.find(name);
  return inTransaction(parts.database, async (trx) => {
    const held = await lockTask(trx, id);
    const task = checkAccess(caller, id, held?.task, 'Update', 'update');
    guard?.(task);
    const change = derive(task);
    const { state, ...texts } = change;
    checkTexts(parts, change);
    if (Object.values(change).every((value) => value === undefined)) return task;
    if (held === undefined || state === undefined || state === task.state) {
      return (await changeTexts(trx, id, texts, caller.associateId)) ?? task;
    }
    return transitionLocked(parts, trx, caller, held, { ...change, state });
  });
}

async function transitionLocked(
  parts: TaskDeps,
  trx: Transaction<Schema>,
  caller: Caller,
  held: LeasedTask,
  change: TaskChange & { readonly state: StoredState },
): Promise<BatchTask> {
  const { task } = held;
  if (!isAllowedTransition(task.state, change.state)) {
    throw conflict`Batch task ${task.id} is ${task.state} and can't become ${change.state}; from ${task.state} it can become ${ALLOWED_TRANSITIONS[task.state].join(', ')}.`.withCode(
      'illegal_transition',
    );
  }
  return transitionForCaller(
    parts,
    trx,
    caller,
    held,
    change,
    message`Set to ${change.state} by ${caller.login}.`,
  );
}

/**
 * Moves a locked task to another state for a caller. A task that is to run again has at most the rights of the caller.
 *
 * @throws RequestError (conflict) if it is to run again and no server offers its definition
 */
async function transitionForCaller(
  parts: TaskDeps,
  trx: Transaction<Schema>,
  caller: Caller,
  held: LeasedTask,
  change: TaskChange & { readonly state: StoredState; readonly result?: Text; readonly reset?: boolean },
  reason: Message,
): Promise<BatchTask> {
  const { id, name } = held.task;
  const { state, ...rest } = change;
  if (state === 'New' && !parts.queue.has(name)) {
    throw conflict`Batch task ${id} can't run again: there is no definition called "${name}" any more.`.withCode(
      'definition_not_found',
    );
  }
  // A worker gives a task back with the rights that it had, as its lease does.
  if (state === 'New' && relationTo(caller, held.task) !== 'worker') {
    const runAs = await readRunAs(trx, id);
    await writeRunAs(trx, id, narrowRunAs(runAs, caller, held.task.ownerId));
  }
  const transition = { ...rest, to: state, actorId: caller.associateId };
  return (await transitionTask(trx, held, transition, reason)).task;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

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
      if (isActive(task.state))
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
    const stopChildren = stoppedWith(id, note);
    // No process would end a task without a lease: it waits for a run or for its children, or a client works on it by hand.
    if (held.leaseOwner === null) {
      const transition = { to: 'Failed' as const, result, actorId: caller.associateId };
      const { hasChildren } = await transitionTask(trx, held, transition, note, stopChildren);
      return { stopped: true, hasChildren };
    }
    await requestStop(trx, id, caller.associateId, result);
    afterCommit(trx).publish({ kind: 'stop', taskId: id });
    const parents = await markStopping(trx, [{ parentId: id, reason: stopChildren }]);
    return { stopped: true, hasChildren: parents.length > 0 };
  });
  if (!stopped) return false;
  if (hasChildren) await stopTree(parts.database, id);
  return true;
}
