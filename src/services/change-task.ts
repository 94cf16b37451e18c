import type { Transaction } from 'kysely';
import { type Caller, isAdministrator, narrowRunAs } from '../core/access.ts';
import { conflict } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { type Message, message, type Text } from '../core/message.ts';
import { relationTo } from '../core/permissions.ts';
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
import { checkAccess, maySee, noSuchTask, type TaskDeps } from './access.ts';

/** A precondition on the current task, such as If-Match. Throws to refuse the change. */
export type Guard = (task: BatchTask) => void;

/** Derives the change from the current task, such as a patch with tests. Throws to refuse the change. */
export type DerivedChange = (task: BatchTask) => TaskChange;

/**
 * Updates State, Description, Response and Request, and nothing else: PUT and UpdateBatchTask (contract, section 2). A
 * change of State takes the task away from its run. All effects are written in one transaction.
 *
 * @param change the change, or a function that derives it from the task while the row is locked
 * @param guard a precondition, checked while the row is locked
 * @returns the updated task
 * @throws RequestError if the caller may not update the task, a text is too long, or the transition is not allowed
 */
export async function updateTask(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  change: TaskChange | DerivedChange,
  guard?: Guard,
): Promise<BatchTask> {
  if (typeof change !== 'function') checkTexts(deps, change);
  if (choosesBatchedWrite(caller, change, guard)) {
    const changed = await writeBatched(deps, caller, id, change);
    if (changed !== undefined) return changed;
  }
  return writeLocked(deps, caller, id, typeof change === 'function' ? change : () => change, guard);
}

/**
 * Returns whether to try the batched write first, the common case (docs/decisions/0018-changes-together.md). All other
 * changes are written in a transaction that locks the task:
 *
 * | change | written | reason |
 * |---|---|---|
 * | has a guard (If-Match, bulk actions) | locked | the guard reads the task |
 * | is derived from the task (a patch with tests) | locked | the function reads the task |
 * | of a caller without the scope `write` | locked | it is refused, and only the locked write returns the reason |
 * | everything else | batched | tenant, owner and State are conditions of the statement |
 *
 * If the batched write changes nothing, the change is written under the lock: State changes, the task is outside the
 * caller's scope (a worker's task, or one that the caller may not see), or another transaction has locked the row.
 */
export function choosesBatchedWrite(
  caller: Pick<Caller, 'scopes'>,
  change: TaskChange | DerivedChange,
  guard: Guard | undefined,
): change is TaskChange {
  return typeof change !== 'function' && guard === undefined && caller.scopes.includes('write');
}

/** Writes texts in one statement with concurrent changes. Returns `undefined` if nothing was changed (`choosesBatchedWrite`). */
async function writeBatched(
  { texts: writer, database }: TaskDeps,
  caller: Caller,
  id: number,
  { state, ...texts }: TaskChange,
): Promise<BatchTask | undefined> {
  const scope = { tenant: caller.tenant, ownerId: isAdministrator(caller) ? null : caller.associateId };
  const changed = await writer.write({ id, texts, actorId: caller.associateId, scope, state });
  if (changed !== undefined) database.signals.publish({ kind: 'texts', taskIds: [id] });
  return changed;
}

function checkTexts({ textLimits }: TaskDeps, { state: _, ...texts }: TaskChange): void {
  for (const [name, text] of Object.entries(texts)) {
    if (text !== undefined) checkText(capitalised(name), text, textLimits[name as keyof TaskTexts]);
  }
}

/** Writes a change in a transaction that locks the task. Throws the reason if it is refused. */
async function writeLocked(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  derive: DerivedChange,
  guard: Guard | undefined,
): Promise<BatchTask> {
  // Check access before locking: a refusal must not wait for the lock.
  const { name } = checkAccess(caller, id, await getTask(deps.database.sql, id), 'Update', 'update');
  // Load a worker's definition into the cache now: the transaction must not query it on another connection.
  await deps.definitions.find(name);
  return inTransaction(deps.database, async (trx) => {
    const locked = await lockTask(trx, id);
    const task = checkAccess(caller, id, locked?.task, 'Update', 'update');
    guard?.(task);
    const change = derive(task);
    const { state, ...texts } = change;
    checkTexts(deps, change);
    if (Object.values(change).every((value) => value === undefined)) return task;
    if (locked === undefined || state === undefined || state === task.state) {
      afterCommit(trx).publish({ kind: 'texts', taskIds: [id] });
      return (await changeTexts(trx, id, texts, caller.associateId)) ?? task;
    }
    return transitionLocked(deps, trx, caller, locked, { ...change, state });
  });
}

async function transitionLocked(
  deps: TaskDeps,
  trx: Transaction<Schema>,
  caller: Caller,
  locked: LeasedTask,
  change: TaskChange & { readonly state: StoredState },
): Promise<BatchTask> {
  const { task } = locked;
  if (!isAllowedTransition(task.state, change.state)) {
    throw conflict`Batch task ${task.id} is ${task.state} and can't become ${change.state}; from ${task.state} it can become ${ALLOWED_TRANSITIONS[task.state].join(', ')}.`.withCode(
      'illegal_transition',
    );
  }
  return transitionForCaller(
    deps,
    trx,
    caller,
    locked,
    change,
    message`Set to ${change.state} by ${caller.login}.`,
  );
}

/**
 * Changes the state of a locked task on behalf of a caller. A requeued task runs with at most the rights of the caller.
 *
 * @throws RequestError (conflict) if the task would be requeued and its definition no longer exists
 */
async function transitionForCaller(
  deps: TaskDeps,
  trx: Transaction<Schema>,
  caller: Caller,
  locked: LeasedTask,
  change: TaskChange & { readonly state: StoredState; readonly result?: Text; readonly reset?: boolean },
  reason: Message,
): Promise<BatchTask> {
  const { id, name } = locked.task;
  const { state, ...rest } = change;
  if (state === 'New' && !deps.queue.has(name)) {
    throw conflict`Batch task ${id} can't run again: the definition "${name}" no longer exists.`.withCode(
      'definition_not_found',
    );
  }
  // A worker that returns a task does not narrow its rights.
  if (state === 'New' && relationTo(caller, locked.task) !== 'worker') {
    const runAs = await readRunAs(trx, id);
    await writeRunAs(trx, id, narrowRunAs(runAs, caller, locked.task.ownerId));
  }
  const transition = { ...rest, to: state, actorId: caller.associateId };
  return (await transitionTask(trx, locked, transition, reason)).task;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * Deletes all of the tasks or none (contract, sections 2 and 3). Audit rows and children remain; a deleted child counts
 * as ended for its parent.
 *
 * @param guard a precondition on each task, checked while its row is locked
 * @throws RequestError if a task doesn't exist or the caller may not delete it; (conflict) if one is running or has
 *   children that have not ended
 */
export function deleteTasks(
  deps: TaskDeps,
  caller: Caller,
  ids: readonly number[],
  guard?: Guard,
): Promise<void> {
  return deleteAll(deps, ids, (id, task) => {
    const known = checkAccess(caller, id, task, 'Delete', 'delete');
    guard?.(known);
    return known;
  });
}

/**
 * Like `deleteTasks`, but skips ids of tasks that don't exist or that the caller may not see: DeleteBatchTask and
 * DeleteBatchTasks (contract, section 3).
 */
export function deleteKnownTasks(deps: TaskDeps, caller: Caller, ids: readonly number[]): Promise<void> {
  return deleteAll(deps, ids, (id, task) =>
    maySee(caller, task) ? checkAccess(caller, id, task, 'Delete', 'delete') : undefined,
  );
}

/** @param accept returns the task to delete it, or `undefined` to skip it; throws to refuse all */
async function deleteAll(
  deps: TaskDeps,
  ids: readonly number[],
  accept: (id: number, task: BatchTask | undefined) => BatchTask | undefined,
): Promise<void> {
  const { deleted, keys } = await inTransaction(deps.database, async (trx) => {
    const deleted: number[] = [];
    const deletions: WrittenTransition[] = [];
    // Lock in the order of ids, to avoid deadlocks between callers.
    for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
      const locked = await lockTask(trx, id);
      const task = accept(id, locked?.task);
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
    const kept = await deps.files.resultKeys(trx, deleted);
    await recordTransitions(trx, deletions);
    await deleteTaskRows(trx, deleted, false);
    return { deleted, keys: kept };
  });
  await deps.files.removeResults(deleted, keys);
}

/**
 * Requeues a failed task under its id, as a PUT of State New does: StartCount continues, and the retries are reset.
 *
 * @param fromStart discards the checkpoint and the progress of earlier runs; otherwise, the next run continues from them
 * @param guard a precondition, checked while the row is locked
 * @returns the updated task
 * @throws RequestError if there is no such task or the caller may not restart it; (conflict) if it has not failed
 */
export async function restartTask(
  deps: TaskDeps,
  caller: Caller,
  id: number,
  fromStart: boolean,
  guard?: Guard,
): Promise<BatchTask> {
  return inTransaction(deps.database, async (trx) => {
    const before = await lockTask(trx, id);
    const { state } = checkAccess(caller, id, before?.task, 'Update', 'restart');
    if (before === undefined) throw noSuchTask(id);
    guard?.(before.task);
    if (state !== 'Failed')
      throw conflict`Batch task ${id} is ${state}; only a Failed task can be restarted.`.withCode(
        'illegal_transition',
      );
    const reason = fromStart
      ? message`Restarted from the beginning by ${caller.login}.`
      : message`Restarted by ${caller.login}.`;
    const change = { state: 'New' as const, reset: fromStart };
    return transitionForCaller(deps, trx, caller, before, change, reason);
  });
}

/**
 * Stops a task and its descendants: StopBatchJob (contract, section 3). A New task becomes Failed immediately. The run of
 * a Started task is cancelled, and the task becomes Failed without a retry. Its Result says who stopped it and when.
 *
 * @param guard a precondition, checked while the row is locked
 * @returns true if the task was or will be stopped; false if it had ended or can't be cancelled
 * @throws RequestError if there is no such task or the caller may not stop it
 */
export async function stopTask(deps: TaskDeps, caller: Caller, id: number, guard?: Guard): Promise<boolean> {
  const note = message`Stopped by ${caller.login} (associate ${caller.associateId}) at ${new Date()}.`;
  const { stopped, hasChildren } = await inTransaction(deps.database, async (trx) => {
    const locked = await lockTask(trx, id);
    const task = checkAccess(caller, id, locked?.task, 'Update', 'stop');
    guard?.(task);
    if (locked === undefined || hasEnded(task.state) || task.cancellation === 'CannotCancel')
      return { stopped: false, hasChildren: false };
    const unstoppable = await countUnstoppable(trx, id);
    const result =
      unstoppable === 0
        ? note
        : message`${note} ${unstoppable} of its children can't be cancelled and continue.`;
    const stopChildren = stoppedWith(id, note);
    // Without a lease, no process runs the task: it is queued, waits for its children, or a client set it to Started.
    if (locked.leaseOwner === null) {
      const transition = {
        to: 'Failed' as const,
        result,
        actorId: caller.associateId,
        outcome: 'Stopped' as const,
      };
      const { hasChildren } = await transitionTask(trx, locked, transition, note, stopChildren);
      afterCommit(trx).do(() => deps.queue.meter.stopped(task.name, 1));
      return { stopped: true, hasChildren };
    }
    await requestStop(trx, id, caller.associateId, result);
    afterCommit(trx).publish({ kind: 'stop', taskId: id });
    const parents = await markStopping(trx, [{ parentId: id, reason: stopChildren }]);
    return { stopped: true, hasChildren: parents.length > 0 };
  });
  if (!stopped) return false;
  if (hasChildren) await stopTree(deps.database, deps.queue, id);
  return true;
}
