import type { Readable } from 'node:stream';
import type { Transaction } from 'kysely';
import { type Caller, workerOwner, worksOn } from '../core/access.ts';
import { boundedError } from '../core/attempt.ts';
import { conflict, invalid, notFound, RequestError } from '../core/errors.ts';
import { checkText, INT32_MAX, type TextLimits } from '../core/limits.ts';
import { storable } from '../core/message.ts';
import {
  boundedText,
  checkpointJson,
  DEFAULT_RETRY,
  decideOutcome,
  MAX_ERROR_LENGTH,
  MAX_RESULT_LENGTH,
  type RunOutcome,
} from '../core/run-outcome.ts';
import type { LogLevel } from '../core/task.ts';
import type { StoredState } from '../core/task-state.ts';
import type { PubSub } from '../db/pubsub.ts';
import { renewLeases, writeCheckpoint } from '../db/queries/queue.ts';
import { type LeasedTask, lockTask } from '../db/queries/task.ts';
import { appendLog } from '../db/queries/task-log.ts';
import { setFileName } from '../db/queries/task-write.ts';
import type { Schema } from '../db/schema.ts';
import { afterCommit, inTransaction } from '../db/transaction.ts';
import type { Measured } from '../files/files.ts';
import { completeRuns, completionOf } from '../queue/completer.ts';
import { logText } from '../queue/run.ts';
import type { TaskDeps } from './access.ts';

/** The lease of a remote worker: the task, and the attempt number that fences its writes. */
export interface Lease {
  readonly taskId: number;
  readonly attempt: number;
}

/** Formats a lease as the opaque text that workers receive: `<task>.<attempt>`. */
export function writeLease({ taskId, attempt }: Lease): string {
  return `${taskId}.${attempt}`;
}

/** Parses the text of a lease. @throws RequestError (invalid) */
export function readLease(text: string): Lease {
  const [, taskId, attempt] = /^(\d{1,10})\.(\d{1,10})$/.exec(text) ?? [];
  const lease = { taskId: Number(taskId), attempt: Number(attempt) };
  if (!(lease.taskId <= INT32_MAX && lease.attempt <= INT32_MAX))
    throw invalid`"${text.slice(0, 40)}" is not a lease; use a lease that Acquire returned.`;
  return lease;
}

/**
 * Runs `work` in a transaction that locks the leased task, so that its writes are those of the lease owner or don't happen.
 *
 * @throws RequestError (conflict) if the lease is no longer valid, (notFound) if the caller may not run such a task
 */
export async function withLease<T>(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  work: (trx: Transaction<Schema>, held: LeasedTask) => Promise<T>,
): Promise<T> {
  return inTransaction(deps.database, async (trx) => {
    const held = await lockTask(trx, lease.taskId);
    return work(trx, checkHolder(caller, lease, held));
  });
}

function checkHolder(caller: Caller, lease: Lease, held: LeasedTask | undefined): LeasedTask {
  const name = writeLease(lease);
  const task = held?.task;
  const tenantFits = caller.tenant === null || caller.tenant === task?.tenant;
  if (held === undefined || task === undefined || !tenantFits || !worksOn(caller, task.name))
    throw notFound`There is no lease ${name}.`.withCode('lease_not_found');
  const holds =
    task.state === 'Started' &&
    task.attempt === lease.attempt &&
    held.leaseOwner?.startsWith(workerOwner(caller)) === true;
  if (!holds)
    throw conflict`Lease ${name} is no longer valid: the worker no longer owns batch task ${task.id}.`.withCode(
      'lease_over',
    );
  return held;
}

/** Progress sent with a heartbeat or with the outcome of a run. */
export interface LastProgress {
  /** 0 to 100; undefined leaves it unchanged. */
  readonly percent?: number | undefined;
  readonly text?: string | undefined;
}

/** The state of a task after its run has ended. */
export interface EndedLease {
  readonly state: StoredState;
  /** Seconds until the next run; `null` if there is none. */
  readonly nextRunInSeconds: number | null;
}

/**
 * Ends a run of a remote worker: it has succeeded or failed, or the worker releases the task. Retries follow the same
 * rules as for runs in the server. A task with a requested stop becomes Failed regardless of the outcome.
 *
 * @param neverBegan true if the run of a released task never began, so that it doesn't count as a start
 * @throws RequestError (conflict) if the lease is no longer valid, (invalid) if a text is too long
 */
export async function endLease(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  outcome: RunOutcome,
  progress: LastProgress = {},
  neverBegan = false,
): Promise<EndedLease> {
  const progressText = checkedProgressText(progress.text, deps.textLimits);
  return withLease(deps, caller, lease, async (trx, held) => {
    const { task, leaseOwner } = held;
    const definition = await deps.definitions.find(task.name, trx);
    const policy = definition?.retry ?? DEFAULT_RETRY;
    const resolution = decideOutcome(storableOutcome(outcome), policy, task, Math.random());
    const end = completionOf({ ...lease, name: task.name, nodeId: leaseOwner ?? '' }, resolution, {
      progressPercent: outcome.kind === 'returned' ? 100 : (progress.percent ?? null),
      progressDescription: progressText ?? null,
      neverBegan,
    });
    const finished = await completeRuns(trx, deps.queue, [end]);
    const state = finished[0]?.state ?? task.state;
    const nextRunInSeconds = state === 'New' ? resolution.delaySeconds : null;
    return { state, nextRunInSeconds };
  });
}

/**
 * Makes a progress text storable: replaces NUL and lone surrogates by U+FFFD.
 *
 * @throws RequestError (invalid) if it is too long
 */
export function checkedProgressText(
  text: string | undefined,
  { progressDescription }: TextLimits,
): string | undefined {
  if (text === undefined) return undefined;
  const stored = storable(text);
  checkText('ProgressDescription', stored, progressDescription);
  return stored;
}

function storableOutcome(outcome: RunOutcome): RunOutcome {
  if (outcome.kind === 'returned')
    return { ...outcome, result: boundedText(outcome.result, MAX_RESULT_LENGTH) };
  if (outcome.kind === 'failed')
    return {
      ...outcome,
      message: boundedText(outcome.message, MAX_ERROR_LENGTH),
      error: boundedError(outcome.error ?? { class: null, message: String(outcome.message), stack: null }),
    };
  return outcome;
}

/**
 * Saves a checkpoint for the next attempt.
 *
 * @param value JSON
 * @throws RequestError (conflict) if the lease is no longer valid, (invalid) if the value can't be stored
 */
export async function keepCheckpoint(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  value: unknown,
): Promise<void> {
  const json = checkpointJson(value);
  await withLease(deps, caller, lease, (trx) => writeCheckpoint(trx, lease.taskId, lease.attempt, json));
}

/**
 * Stores the result file of a task and sets its FileName. Replaces an earlier file of that name only after the upload is
 * complete, and if the lease is still valid.
 *
 * @param said the length and digest that the worker declared
 * @throws RequestError (invalid) if the name is invalid or the content doesn't match the declaration, (conflict) if the
 *   lease is no longer valid
 */
export async function keepResultFile(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  name: string,
  content: Readable,
  said: Measured,
): Promise<void> {
  checkText('Name', name, deps.textLimits.fileName);
  await withLease(deps, caller, lease, async () => undefined); // Check the lease before reading the upload.
  const part = await deps.files.receiveResult(lease, name, content, said);
  try {
    await withLease(deps, caller, lease, async (trx) => {
      await part.keep(trx);
      await setFileName(trx, lease.taskId, lease.attempt, name);
    });
  } catch (error) {
    // After any other error, the transaction may have been committed. If not, the sweep deletes the file later.
    if (error instanceof RequestError) await part.discard();
    throw error;
  }
}

/**
 * Appends lines to the log of a task. The newest thousand lines are kept; long lines are truncated.
 *
 * @throws RequestError (conflict) if the lease is no longer valid
 */
export async function logLines(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  lines: readonly { readonly level: LogLevel; readonly message: string }[],
): Promise<void> {
  await withLease(deps, caller, lease, (trx) =>
    appendLog(
      trx,
      lines.map(({ level, message }) => ({ ...lease, level, message: logText(message) })),
    ),
  );
}

/** The response to a heartbeat. */
export interface RenewedLease {
  /** The requester and time of a stop, as a text; `null` if the run continues. */
  readonly stopNote: string | null;
  /** Duration of the lease. It is not renewed after a stop. */
  readonly leaseSeconds: number;
}

/**
 * Renews a lease and writes the progress. If requested, then waits for a stop of the task, so that the worker learns of it
 * immediately, and renews the lease again after the wait. After a stop, the lease is not renewed: its remaining time is
 * the grace period of the run.
 *
 * @param waitSeconds how long to wait; at most a third of the lease
 * @param over aborted when the client disconnects or the server stops
 * @throws RequestError (conflict) if the lease is no longer valid, (invalid) if the text is too long
 */
export async function renewLease(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  given: LastProgress,
  waitSeconds: number,
  over: AbortSignal,
): Promise<RenewedLease> {
  const progress = { ...given, text: checkedProgressText(given.text, deps.textLimits) };
  // Subscribe before reading the row, so that no stop is missed.
  const stop = listenForStop(deps.database.signals, lease.taskId);
  try {
    const renewed = await renewOnce(deps, caller, lease, progress);
    const waitMs = Math.min(waitSeconds, renewed.leaseSeconds / 3) * 1000;
    if (renewed.stopNote !== null || waitMs <= 0) return renewed;
    await stop.heard(waitMs, over);
    return over.aborted ? renewed : await renewOnce(deps, caller, lease, {});
  } finally {
    stop.end();
  }
}

async function renewOnce(
  deps: TaskDeps,
  caller: Caller,
  lease: Lease,
  progress: LastProgress,
): Promise<RenewedLease> {
  return withLease(deps, caller, lease, async (trx, { task, stopNote }) => {
    const definition = await deps.definitions.find(task.name, trx);
    const leaseSeconds = definition?.leaseSeconds ?? 0;
    if (stopNote !== null || definition === undefined) return { stopNote, leaseSeconds };
    await renewLeases(trx, [
      {
        ...lease,
        leaseSeconds,
        progressPercent: progress.percent === undefined ? null : Math.trunc(progress.percent),
        progressDescription: progress.text ?? null,
      },
    ]);
    const after = afterCommit(trx);
    if (progress.percent !== undefined || progress.text !== undefined)
      after.publish({ kind: 'progress', taskIds: [lease.taskId] });
    if (progress.percent !== undefined && task.parentId !== null)
      after.publish({ kind: 'children', parentIds: [task.parentId] });
    return { stopNote: null, leaseSeconds };
  });
}

interface StopListener {
  /** Resolves when the task is stopped or taken away, or after `ms`. */
  heard(ms: number, over: AbortSignal): Promise<void>;
  end(): void;
}

function listenForStop(signals: PubSub, taskId: number): StopListener {
  const heard = Promise.withResolvers<void>();
  const unsubscribe = signals.subscribe((signal) => {
    if (signal.kind === 'stop' && signal.taskId === taskId) heard.resolve();
  });
  return {
    async heard(ms, over) {
      if (over.aborted) return;
      const timer = setTimeout(heard.resolve, ms);
      over.addEventListener('abort', () => heard.resolve(), { once: true });
      await heard.promise;
      clearTimeout(timer);
    },
    end: unsubscribe,
  };
}
