import type { Readable } from 'node:stream';
import type { Transaction } from 'kysely';
import { boundedError } from '../core/attempt.ts';
import { type Caller, workerOwner, worksOn } from '../core/caller.ts';
import { conflict, invalid, notFound, RequestError } from '../core/errors.ts';
import { checkText, INT32_MAX, type TextLimits } from '../core/limits.ts';
import { storable } from '../core/message.ts';
import { DEFAULT_RETRY, decideOutcome, type RunOutcome } from '../core/run-outcome.ts';
import { boundedText, checkpointJson, MAX_ERROR_LENGTH, MAX_RESULT_LENGTH } from '../core/run-texts.ts';
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
import { completeRuns, endOf } from '../queue/finish.ts';
import { logText } from '../queue/run-log.ts';
import type { TaskDeps } from './context.ts';

/** What a worker outside the server holds a task by: the task, and the attempt that fences its writes. */
export interface Lease {
  readonly taskId: number;
  readonly attempt: number;
}

/** A lease as workers see it: `<task>.<attempt>`. They hand it back as it is. */
export function writeLease({ taskId, attempt }: Lease): string {
  return `${taskId}.${attempt}`;
}

/** @throws RequestError (invalid) where the text is no lease */
export function readLease(text: string): Lease {
  const [, taskId, attempt] = /^(\d{1,10})\.(\d{1,10})$/.exec(text) ?? [];
  const lease = { taskId: Number(taskId), attempt: Number(attempt) };
  if (!(lease.taskId <= INT32_MAX && lease.attempt <= INT32_MAX))
    throw invalid`"${text.slice(0, 40)}" is not a lease; use a lease that Acquire returned.`;
  return lease;
}

/**
 * Does something with a task that the caller's worker holds. The row is locked while it works, so that nobody
 * takes the task meanwhile: what is written is written by the holder, or not at all.
 *
 * @throws RequestError (conflict) where the lease is over, (missing) where the caller may not run such a task
 */
export async function withLease<T>(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  work: (trx: Transaction<Schema>, held: LeasedTask) => Promise<T>,
): Promise<T> {
  return inTransaction(parts.database, async (trx) => {
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

/** What a run has to tell at its end, or with a sign of life. */
export interface LastProgress {
  /** 0 to 100; absent leaves it. */
  readonly percent?: number | undefined;
  readonly text?: string | undefined;
}

/** What has become of a task whose run has ended. */
export interface EndedLease {
  readonly state: StoredState;
  /** Seconds until the next run; `null` where there is none. */
  readonly nextRunInSeconds: number | null;
}

/**
 * Ends a run of a worker's: it has succeeded, failed, or gives the task back. What follows is what follows for a
 * run of the server's own. A task that somebody has asked to stop is Failed, whatever its run has come to.
 *
 * @param neverBegan for a task that is given back: its run never began, so that it counts as no start
 * @throws RequestError (conflict) where the lease is over, (invalid) where a text can't be kept
 */
export async function endLease(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  outcome: RunOutcome,
  progress: LastProgress = {},
  neverBegan = false,
): Promise<EndedLease> {
  const progressText = checkedProgressText(progress.text, parts.textLimits);
  return withLease(parts, caller, lease, async (trx, held) => {
    const { task, leaseOwner } = held;
    const definition = await parts.definitions.find(task.name, trx);
    const policy = definition?.retry ?? DEFAULT_RETRY;
    const consequence = decideOutcome(storableOutcome(outcome), policy, task, Math.random());
    const end = endOf({ ...lease, name: task.name, nodeId: leaseOwner ?? '' }, consequence, {
      progressPercent: outcome.kind === 'returned' ? 100 : (progress.percent ?? null),
      progressDescription: progressText ?? null,
      neverBegan,
    });
    const finished = await completeRuns(trx, parts.queue, [end]);
    const state = finished[0]?.state ?? task.state;
    const nextRunInSeconds = state === 'New' ? consequence.delaySeconds : null;
    return { state, nextRunInSeconds };
  });
}

/**
 * Makes the text of a progress storable: NUL and lone surrogates become U+FFFD.
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
 * Keeps a value that the next attempt finds, whoever runs it.
 *
 * @param value JSON
 * @throws RequestError (conflict) if the lease is over, (invalid) if the value can't be kept
 */
export async function keepCheckpoint(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  value: unknown,
): Promise<void> {
  const json = checkpointJson(value);
  await withLease(parts, caller, lease, (trx) => writeCheckpoint(trx, lease.taskId, lease.attempt, json));
}

/**
 * Keeps a task's result file and names it as its FileName. It takes the place of an earlier one of that name only
 * when it is whole and the lease still holds.
 *
 * @param said what the worker says of the content
 * @throws RequestError (invalid) where the name can't be kept or the content is not what was said, (conflict) where the lease is over
 */
export async function keepResultFile(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  name: string,
  content: Readable,
  said: Measured,
): Promise<void> {
  checkText('Name', name, parts.textLimits.fileName);
  await withLease(parts, caller, lease, async () => undefined); // refuse before gigabytes are read
  const part = await parts.files.receiveResult(lease, name, content, said);
  try {
    await withLease(parts, caller, lease, async (trx) => {
      await part.keep(trx);
      await setFileName(trx, lease.taskId, lease.attempt, name);
    });
  } catch (error) {
    // After another error the transaction may have been kept; what it has not kept is swept away later.
    if (error instanceof RequestError) await part.discard();
    throw error;
  }
}

/**
 * Adds lines to a task's log, in their order. The newest thousand of a task are kept; long ones are cut.
 *
 * @throws RequestError (conflict) where the lease is over
 */
export async function logLines(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  lines: readonly { readonly level: LogLevel; readonly message: string }[],
): Promise<void> {
  await withLease(parts, caller, lease, (trx) =>
    appendLog(
      trx,
      lines.map(({ level, message }) => ({ ...lease, level, message: logText(message) })),
    ),
  );
}

/** What a worker learns from a sign of life. */
export interface RenewedLease {
  /** Who has asked to stop the task and when, in words; `null` where the run is to go on. */
  readonly stopNote: string | null;
  /** How long the lease is from now on; after a stop it is not renewed any more. */
  readonly leaseSeconds: number;
}

/**
 * Renews a lease and writes the progress, then waits, where that is asked for, so that a stop is heard at once;
 * the lease is renewed once more after the wait. A task that is to stop keeps the lease that it has: that is the
 * time its run gets to end.
 *
 * @param waitSeconds at most a third of the lease is waited
 * @param over aborted when nobody hears the answer any more, or the server stops
 * @throws RequestError (conflict) where the lease is over, (invalid) where the text can't be kept
 */
export async function renewLease(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  given: LastProgress,
  waitSeconds: number,
  over: AbortSignal,
): Promise<RenewedLease> {
  const progress = { ...given, text: checkedProgressText(given.text, parts.textLimits) };
  // Listening begins before the look, so that no stop falls between them.
  const stop = listenForStop(parts.database.signals, lease.taskId);
  try {
    const renewed = await renewOnce(parts, caller, lease, progress);
    const waitMs = Math.min(waitSeconds, renewed.leaseSeconds / 3) * 1000;
    if (renewed.stopNote !== null || waitMs <= 0) return renewed;
    await stop.heard(waitMs, over);
    return over.aborted ? renewed : await renewOnce(parts, caller, lease, {});
  } finally {
    stop.end();
  }
}

async function renewOnce(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  progress: LastProgress,
): Promise<RenewedLease> {
  return withLease(parts, caller, lease, async (trx, { task, stopNote }) => {
    const definition = await parts.definitions.find(task.name, trx);
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
  /** Resolves when the task is to stop or was taken away, or when the time is over. */
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
