import type { Transaction } from 'kysely';
import type { AttemptOutcomeName } from '../core/attempt.ts';
import type { Message } from '../core/message.ts';
import type { BatchTask } from '../core/task.ts';
import { hasEnded, type StoredState } from '../core/task-state.ts';
import { endAttempts } from '../db/queries/attempt.ts';
import { insertAudit, type StateChange } from '../db/queries/audit.ts';
import { markStopping } from '../db/queries/parents.ts';
import type { LeasedTask } from '../db/queries/task.ts';
import { deleteTaskRows } from '../db/queries/task-delete.ts';
import { type TaskTransition, writeTransition } from '../db/queries/task-write.ts';
import type { Schema } from '../db/schema.ts';
import { type AfterCommit, afterCommit } from '../db/transaction.ts';
import { recordChildTransitions } from './children/counters.ts';
import type { TaskQueue } from './task-queue.ts';

/** The outcome of an attempt that ends because a caller sets the state of its task. */
const OUTCOME_BY_STATE = {
  New: 'HandedBack',
  Aquired: 'HandedBack',
  Started: 'HandedBack',
  Succeeded: 'Succeeded',
  SucceededManualCleanup: 'Succeeded',
  Failed: 'Failed',
} as const satisfies Record<StoredState, AttemptOutcomeName>;

/** A transition whose statement has locked the row of the task, and has written it unless the task will be deleted. */
export interface WrittenTransition {
  readonly task: Pick<BatchTask, 'id' | 'tenant' | 'parentId' | 'isInternal'>;
  readonly from: StoredState;
  /** `null` if the task will be deleted; its row must still exist. */
  readonly to: StoredState | null;
  /** The audit row. Absent if the statement has written it itself, and for a deletion, which has none. */
  readonly audit?: Pick<StateChange, 'actorId' | 'nodeId' | 'attempt' | 'reason' | 'stopped'> | undefined;
}

/**
 * Changes the state of a locked task with all its effects. After the commit, notifies the run that loses the task, and the
 * workers that can run it or have capacity again.
 *
 * @param transition the new state, and the outcome of the attempt that ends; defaults to the outcome of the state
 * @param stopChildren the reason for stopping its children; absent if they continue
 * @returns the updated task, and whether it has children to stop
 */
export async function transitionTask(
  trx: Transaction<Schema>,
  { task: before, leaseOwner }: LeasedTask,
  {
    outcome,
    ...transition
  }: Omit<TaskTransition, 'id' | 'stops'> & { readonly outcome?: AttemptOutcomeName | undefined },
  reason: Message,
  stopChildren?: Message,
): Promise<{ readonly task: BatchTask; readonly hasChildren: boolean }> {
  const { to, actorId } = transition;
  if (before.state === 'Started')
    await endAttempts(trx, [before.id], outcome ?? OUTCOME_BY_STATE[to], reason);
  const stopped = outcome === 'Stopped';
  const task = await writeTransition(trx, { ...transition, id: before.id, stops: stopped });
  const audit = { actorId, nodeId: null, attempt: task.attempt, reason, stopped };
  const stops = stopChildren === undefined ? [] : [{ parentId: task.id, reason: stopChildren }];
  const stopping = await recordTransitions(trx, [{ task, from: before.state, to, audit }], stops);
  const after = afterCommit(trx);
  if (leaseOwner !== null) after.publish({ kind: 'stop', taskId: task.id });
  // Taking a task from its run gives a limited definition capacity again.
  if (to === 'New' || leaseOwner !== null) after.publish({ kind: 'due', names: [task.name] });
  return { task, hasChildren: stopping.length > 0 };
}

/**
 * Writes the effects of transitions apart from the rows of the tasks: audit rows, counters of parents, and the deletion of
 * ended internal tasks. Announces the transitions after the commit. All changes of a state use this function, except
 * statements that write all effects themselves, which call `announceTransitions`.
 *
 * Locks counters from the root down, as `inTransaction` documents: first those of the parents, then those of the tasks
 * whose children will be stopped. A transition that keeps the state changes and locks no counters.
 *
 * @param stops tasks whose children must be stopped, and the reason
 * @returns those that have children to stop
 */
export async function recordTransitions(
  trx: Transaction<Schema>,
  transitions: readonly WrittenTransition[],
  stops: Parameters<typeof markStopping>[1] = [],
): Promise<number[]> {
  await insertAudit(trx, transitions.flatMap(auditOf));
  await recordChildTransitions(
    trx,
    transitions.flatMap(({ task: { id, parentId }, from, to }) =>
      parentId === null || from === to ? [] : { childId: id, parentId, from, to },
    ),
  );
  const stopping = await markStopping(trx, stops);
  // Last, because it deletes the counters of the tasks. Tasks with children to stop remain until `stopTree` has finished.
  const ended = transitions.filter(
    ({ task, to }) => task.isInternal && to !== null && hasEnded(to) && !stopping.includes(task.id),
  );
  await deleteTaskRows(
    trx,
    ended.map(({ task }) => task.id),
    true,
  );
  announceTransitions(afterCommit(trx), transitions.filter(({ to }) => to !== null).length);
  return stopping;
}

/** Announces transitions to event streams and webhooks. @param count the number of transitions */
export function announceTransitions(after: AfterCommit, count: number): void {
  if (count > 0) after.publish({ kind: 'changed' });
}

/** A new task, as far as its announcement needs it. */
export interface AnnouncedStart {
  readonly name: string;
  /** Seconds until its first run is due. */
  readonly delaySeconds: number;
}

/** A task inserted by a transaction, with its audit row. */
export interface InsertedTask extends AnnouncedStart {
  readonly audit: Omit<StateChange, 'from' | 'to' | 'attempt'>;
}

/** Writes the audit rows of new tasks, and announces them after the commit. */
export async function recordStarts(
  trx: Transaction<Schema>,
  queue: TaskQueue,
  tasks: readonly InsertedTask[],
): Promise<void> {
  await insertAudit(
    trx,
    tasks.map(({ audit }) => ({ ...audit, from: null, to: 'New' as const, attempt: 0 })),
  );
  announceStarts(afterCommit(trx), queue, tasks);
}

/** Announces new tasks, whose audit rows are written: counts them, and wakes the workers or the stager. */
export function announceStarts(after: AfterCommit, queue: TaskQueue, tasks: readonly AnnouncedStart[]): void {
  announceTransitions(after, tasks.length);
  after.publish({ kind: 'due', names: tasks.filter(({ delaySeconds }) => delaySeconds <= 0).map(nameOf) });
  after.do(() => {
    for (const [name, ofName] of Map.groupBy(tasks, nameOf)) queue.meter.started(name, ofName.length);
    const delays = tasks.map(({ delaySeconds }) => delaySeconds).filter((seconds) => seconds > 0);
    if (delays.length > 0) queue.onDelayed(Math.min(...delays));
  });
}

function nameOf({ name }: AnnouncedStart): string {
  return name;
}

function auditOf({ task, from, to, audit }: WrittenTransition): StateChange[] {
  return audit === undefined || to === null
    ? []
    : [{ taskId: task.id, tenant: task.tenant, from, to, ...audit }];
}
