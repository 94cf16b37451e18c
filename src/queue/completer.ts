import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import { Batcher } from '../core/batcher.ts';
import { message } from '../core/message.ts';
import { type CountedRun, countedOutcome } from '../core/meters.ts';
import { type Backoff, retry } from '../core/retry.ts';
import { problemOf, type Resolution } from '../core/run-outcome.ts';
import { hasEnded } from '../core/task-state.ts';
import { isConnectionError, isDataException, isDiskFull } from '../db/errors.ts';
import { type ResultFileRecord, writeResultFiles } from '../db/queries/file.ts';
import { type FinishedTask, finishRuns, type RunCompletion } from '../db/queries/queue.ts';
import type { Schema } from '../db/schema.ts';
import {
  type AfterCommit,
  afterCommit,
  inStatement,
  inTransaction,
  type TransactionSource,
} from '../db/transaction.ts';
import type { TaskQueue } from './task-queue.ts';
import { announceTransitions, recordTransitions } from './transition.ts';

const MAX_BATCH = 500;
/** Maximum length of the texts in one batch, in UTF-16 code units: a statement is one string of limited length. */
const MAX_BATCH_LENGTH = 16 * 1024 * 1024;
const BACKOFF: Backoff = { firstMs: 100, maxMs: 5000 };
/** Attempts for a batch that fails with a transient error while the database is reachable. */
const MAX_TRIES = 5;

/**
 * Writes the outcomes of this process's runs in batches. Retries while the database is unreachable, so that a short outage
 * loses no outcome. If a batch fails for another reason, its outcomes are written one by one. A task whose outcome is
 * rejected becomes Failed with the reason.
 */
export class Completer {
  readonly #apply: (ends: readonly CompletedRun[]) => Promise<void>;
  readonly #isEmbedded: boolean;
  readonly #log: Logger;
  readonly #batcher = new Batcher<CompletedRun, Error | undefined>((ends) => this.#write(ends), {
    maxItems: MAX_BATCH,
    maxWeight: MAX_BATCH_LENGTH,
    weightOf: ({ result, error }) =>
      (result === null ? 0 : String(result).length) +
      (error === undefined ? 0 : JSON.stringify(error).length),
  });
  readonly #givingUp = new AbortController();

  /**
   * @param apply writes outcomes, all or none
   * @param isEmbedded true for the embedded database
   */
  constructor(apply: (ends: readonly CompletedRun[]) => Promise<void>, isEmbedded: boolean, log: Logger) {
    this.#apply = apply;
    this.#isEmbedded = isEmbedded;
    this.#log = log;
  }

  /**
   * Writes an outcome. Resolves when it is durable.
   *
   * @throws the error of the database if it can't be written, or after `giveUp` during an outage
   */
  async write(end: CompletedRun): Promise<void> {
    const error = await this.#batcher.add(end);
    if (error !== undefined) throw error;
  }

  /** Stops retrying: from now on, each write is attempted once. */
  giveUp(): void {
    this.#givingUp.abort();
  }

  /** Writes the remaining outcomes, without retries. */
  async close(): Promise<void> {
    this.giveUp();
    await this.#batcher.idle();
  }

  /**
   * Writes outcomes, in one batch if possible.
   *
   * @param tries the number of earlier attempts
   * @returns for each outcome the error that prevented the write, if any
   */
  async #write(ends: readonly CompletedRun[], tries = 0): Promise<(Error | undefined)[]> {
    const isRetryable = (error: unknown): boolean => {
      const isUnavailable = isConnectionError(error) || isDiskFull(error, this.#isEmbedded);
      if (!isUnavailable) tries += 1;
      return !isBadData(error) && tries < MAX_TRIES;
    };
    try {
      await retry(() => this.#apply(ends), {
        ...BACKOFF,
        isRetryable,
        signal: this.#givingUp.signal,
        onRetry: (error) =>
          this.#log.warn(
            { event: 'run.completion_retried', err: error, runs: ends.length },
            'failed to record completed runs; retrying',
          ),
      });
      return ends.map(() => undefined);
    } catch (error) {
      if (this.#givingUp.signal.aborted) return ends.map(() => error as Error);
      return this.#writeSingly(ends, error as Error);
    }
  }

  async #writeSingly(ends: readonly CompletedRun[], error: Error): Promise<(Error | undefined)[]> {
    const [only] = ends;
    if (ends.length === 1 && only !== undefined) return [await this.#writeFailure(only, error)];
    const errors: (Error | undefined)[] = [];
    for (const end of ends) errors.push(...(await this.#write([end], MAX_TRIES - 1)));
    return errors;
  }

  /** Fails the task of a rejected outcome, so that it doesn't run repeatedly. */
  async #writeFailure(end: CompletedRun, error: Error): Promise<Error | undefined> {
    const { taskId, attempt } = end;
    this.#log.error(
      { event: 'run.completion_rejected', err: error, taskId, attempt },
      'database rejected the outcome of a run; task set to Failed',
    );
    const reason = message`The end of the run can't be written: ${problemOf(error)}.`;
    const failure: CompletedRun = {
      ...end,
      outcome: 'failed',
      error: { class: null, message: String(reason), stack: null },
      to: 'Failed',
      result: reason,
      reason,
      progressDescription: null,
      fileName: null,
      file: undefined,
      next: null,
    };
    try {
      await this.#apply([failure]);
      return undefined;
    } catch {
      return error; // The first error is the cause.
    }
  }
}

/** Returns true if the data is the cause: the database rejected it, or it can't be serialized. */
function isBadData(error: unknown): boolean {
  if (isDataException(error)) return true;
  return error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError;
}

/** The completion of a run, with its definition and result file. */
export interface CompletedRun extends RunCompletion {
  readonly name: string;
  /** The stored result file. */
  readonly file?: ResultFileRecord | undefined;
  /** True if the task is known to have no parent and not to be internal. */
  readonly standsAlone?: boolean | undefined;
}

/** Combines the resolution of a run's outcome with its last progress. */
export function completionOf(
  run: Pick<CompletedRun, 'taskId' | 'attempt' | 'name' | 'nodeId' | 'leaseOwner'>,
  resolution: Resolution,
  last: Partial<
    Pick<
      CompletedRun,
      'progressPercent' | 'progressDescription' | 'fileName' | 'file' | 'neverBegan' | 'standsAlone'
    >
  > = {},
): CompletedRun {
  const { delaySeconds } = resolution;
  // Names each property, which takes a tenth of the time of spreading three objects.
  return {
    taskId: run.taskId,
    attempt: run.attempt,
    name: run.name,
    nodeId: run.nodeId,
    leaseOwner: run.leaseOwner,
    progressPercent: last.progressPercent ?? null,
    progressDescription: last.progressDescription ?? null,
    fileName: last.fileName ?? null,
    file: last.file,
    neverBegan: last.neverBegan ?? false,
    standsAlone: last.standsAlone,
    outcome: resolution.outcome,
    to: resolution.to,
    result: resolution.result,
    failures: resolution.failures,
    losses: resolution.losses,
    reason: resolution.reason,
    error: resolution.error,
    next: delaySeconds === null ? null : { jobId: delaySeconds > 0 ? randomUUID() : null, delaySeconds },
  };
}

/**
 * Completes runs, all or none: with one statement if only the rows of tasks and their audit change, otherwise in one
 * transaction.
 */
export async function writeCompletions(
  database: TransactionSource,
  queue: TaskQueue,
  ends: readonly CompletedRun[],
): Promise<void> {
  if (ends.every(isOneRow))
    await inStatement(database, async (db, after) => {
      const finished = await finishRuns(db, ends);
      announceTransitions(after, finished.length);
      notifyCompleted(after, queue, ends, finished);
    });
  else await inTransaction(database, (trx) => completeRuns(trx, queue, ends));
}

/** Returns true if only the row of the task and its audit change. */
function isOneRow({ file, standsAlone }: CompletedRun): boolean {
  return standsAlone === true && file === undefined;
}

/**
 * Completes runs in a transaction: writes tasks, audit, result files and the counters of parents, and deletes internal
 * tasks. Skips runs that no longer own their task.
 *
 * @returns the completed tasks
 */
export async function completeRuns(
  trx: Transaction<Schema>,
  queue: TaskQueue,
  ends: readonly CompletedRun[],
): Promise<readonly FinishedTask[]> {
  const finished = await finishRuns(trx, ends);
  const written = new Set(finished.map(({ taskId }) => taskId));
  await writeResultFiles(
    trx,
    ends.flatMap(({ taskId, file }) => (file !== undefined && written.has(taskId) ? file : [])),
  );
  await recordTransitions(
    trx,
    finished.map(({ taskId, state, ...task }) => ({
      task: { id: taskId, ...task },
      from: 'Started' as const,
      to: state,
    })),
  );
  notifyCompleted(afterCommit(trx), queue, ends, finished);
  return finished;
}

/** After the commit, counts completions and wakes workers or the stager for the next runs. */
function notifyCompleted(
  after: AfterCommit,
  queue: TaskQueue,
  ends: readonly CompletedRun[],
  finished: readonly FinishedTask[],
): void {
  const byTask = new Map(ends.map((end) => [end.taskId, end]));
  const due: string[] = [];
  let nextInSeconds: number | undefined;
  const counted: CountedRun[] = [];
  const stopped = new Map<string, number>();
  for (const task of finished) {
    const end = byTask.get(task.taskId);
    if (end === undefined) continue;
    if (task.stopNote !== null) stopped.set(end.name, (stopped.get(end.name) ?? 0) + 1);
    counted.push({
      name: end.name,
      outcome: countedOutcome(end.outcome, { state: task.state, isStopped: task.stopNote !== null }),
      seconds: task.seconds,
      runs: hasEnded(task.state) ? task.runs : undefined,
    });
    // The completion gives a limited definition capacity again.
    if (queue.controlCache.of(end.name).isRestricted) due.push(end.name);
    if (task.state === 'New' && end.next !== null) {
      if (end.next.jobId === null) due.push(end.name);
      else nextInSeconds = Math.min(end.next.delaySeconds, nextInSeconds ?? Number.POSITIVE_INFINITY);
    }
  }
  after.do(() => {
    queue.meter.ended(counted);
    for (const [name, tasks] of stopped) queue.meter.stopped(name, tasks);
    if (nextInSeconds !== undefined) queue.onDelayed(nextInSeconds);
  });
  after.publish({ kind: 'due', names: due });
}
