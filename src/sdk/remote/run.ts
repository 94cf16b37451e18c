import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AttemptError } from '../../core/attempt.ts';
import type { ChildCounts, OnFailure } from '../../core/children.ts';
import { message, type Text } from '../../core/message.ts';
import type { FaultKind } from '../../core/meters.ts';
import { checkpointJson, type RunOutcome } from '../../core/run-outcome.ts';
import type { BatchTask } from '../../core/task.ts';
import type { StoredState } from '../../core/task-state.ts';
import { beginRun, readTraceContext, traceHeaders, type WorkSpan } from '../../core/tracing.ts';
import { CHILDREN_PAGE, type ChildrenPort, childrenOver } from '../children.ts';
import type { ResultFile, TaskContext, TaskDefinition } from '../define-task.ts';
import { type Json, loggableError, PermanentError, RunEnded, type RunEndReason } from '../errors.ts';
import { forwardingLog, type LogLine, lineText, logFieldsOf } from '../log.ts';
import { inFaultScope } from '../run-faults.ts';
import { RunHandle, runWithGracePeriod } from '../run-handle.ts';
import {
  type AcquiredTask,
  CallRefused,
  type ChildCountsPayload,
  type ChildPagePayload,
  type ErrorPayload,
  type ProgressPayload,
  type WorkerClient,
} from './client.ts';
import { readProgressLimit, readTask } from './read-task.ts';

/** Progress and log lines of a task are collected for this long before they are sent. */
const REPORT_DELAY_MS = 300;
const MAX_LINES_PER_CALL = 200;
/** While the server is unreachable, older lines than this many are dropped. */
const MAX_LINES = 1000;
/** Number of renewals within the length of a lease. */
const RENEWALS_PER_LEASE = 3;
const WATCH_MS = 250;
const FIRST_HEARTBEAT_MS = 500;

/**
 * A run of a task in an external worker. Renews the lease by heartbeats, and cancels itself when the lease expires; its
 * outcome is then discarded.
 */
export class RemoteRun extends RunHandle {
  readonly task: BatchTask;
  readonly #acquired: AcquiredTask;
  readonly #definition: TaskDefinition;
  readonly #client: WorkerClient;
  readonly #log: Logger;
  readonly #graceSeconds: number;
  readonly #span: WorkSpan;
  /** Aborted when the run no longer owns its task, which ends all calls for it. */
  readonly #lost = new AbortController();
  /** Aborted when the handler has ended: remaining log lines and progress are sent with the outcome. */
  readonly #workDone = new AbortController();
  /** Aborted when the run is over, which ends its heartbeats. */
  readonly #over = new AbortController();
  /** When the last successful renewal was sent, on this process's monotonic clock (ms). */
  #lastRenewed = performance.now();
  #lines: LogLine[] = [];
  #reporting: Promise<void> | undefined;
  #folder: string | undefined;
  #file: ResultFile | undefined;

  constructor(
    acquired: AcquiredTask,
    definition: TaskDefinition,
    parts: { readonly client: WorkerClient; readonly log: Logger; readonly graceSeconds: number },
  ) {
    super(readProgressLimit(acquired));
    this.task = readTask(acquired);
    this.#acquired = acquired;
    this.#definition = definition;
    this.#client = parts.client;
    this.#graceSeconds = parts.graceSeconds;
    const { TraceParent, TraceState } = acquired;
    const parent = readTraceContext(TraceParent ?? undefined, TraceState ?? undefined);
    this.#span = beginRun(this.task, parent ?? null);
    this.#log = parts.log.child(logFieldsOf(this.task, this.#span.traceId));
  }

  override cancel(reason: RunEndReason): void {
    super.cancel(reason);
    if (!this.ownsTask) this.#lost.abort(new RunEnded(reason));
  }

  override progress(percent: number, text: Text | undefined): string | undefined {
    const problem = super.progress(percent, text);
    this.#scheduleReport();
    return problem;
  }

  /** Runs the handler and records the outcome. Never rejects. */
  async execute(): Promise<void> {
    const watch = setInterval(() => this.#watch(), WATCH_MS);
    const heartbeat = this.#heartbeat();
    try {
      const work = this.#span.with(() => this.#work());
      const outcome = await runWithGracePeriod(this, work, {
        graceSeconds: this.#graceSeconds,
        onAbandoned: () =>
          this.#log.warn({ event: 'run.abandoned' }, 'run did not stop within its grace period; abandoned'),
        onFailure: (error) => this.#log.warn({ event: 'run.failed', err: error }, 'run failed'),
      });
      this.#workDone.abort();
      await this.#reporting;
      if (outcome?.kind === 'failed') this.#span.fail('run_failed');
      if (outcome !== undefined) await this.#finish(outcome, heartbeat);
      else if (this.cancelReason !== 'waiting') {
        this.#span.fail('lease_lost');
        this.#log.warn({ event: 'lease.lost' }, 'run lost its lease; its outcome is discarded');
      }
    } catch (error) {
      // The lease expires, and the server returns the task to the queue.
      this.#log.error(
        { event: 'run.completion_failed', err: error },
        'failed to record the outcome of a run',
      );
    } finally {
      this.#span.end();
      clearInterval(watch);
      this.#over.abort();
      await heartbeat;
      if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    }
  }

  async #work(): Promise<unknown> {
    const context = this.#context() as never;
    return inFaultScope(this, () => this.#definition.run(context));
  }

  protected override reportFault(kind: FaultKind, error: unknown, text: Text, isOver: boolean): void {
    this.#log.error(
      { event: 'run.stray_error', kind, err: loggableError(error), isOver },
      'unhandled error in a run',
    );
    if (!isOver) this.#lines.push({ level: 'error', message: String(text), fields: {} });
  }

  #context(): TaskContext {
    const run = this;
    const taskLog = forwardingLog((line) => run.#noteLine(line));
    return {
      parameters: this.#acquired.Parameters,
      task: this.task,
      attempt: this.#acquired.Attempt,
      signal: this.signal,
      log: taskLog,
      traceHeaders: traceHeaders(this.#span.trace),
      lastCheckpoint: (this.#acquired.Checkpoint ?? undefined) as Json | undefined,
      progress(percent, text) {
        const problem = run.progress(percent, text);
        if (problem !== undefined) taskLog.warn(problem);
      },
      checkpoint: async (value) => {
        const stored = JSON.parse(checkpointJson(value)) as Json;
        await this.#withLease((lease) => this.#client.checkpoint(lease, stored, this.#lost.signal));
      },
      resultFile: (name) => this.#resultFile(name),
      children: childrenOver(this.#children()),
      get services(): never {
        throw new PermanentError(
          message`ctx.services is only available to definitions that run in the server; this one runs in an external worker.`,
        );
      },
    };
  }

  #children(): ChildrenPort {
    const { signal } = this.#lost;
    const page = (
      state: StoredState | undefined,
      afterId: number,
      limit: number,
    ): Promise<ChildPagePayload> =>
      this.#withLease((lease) => this.#client.children(lease, state, afterId, limit, signal));
    return {
      start: (children) =>
        this.#withLease((lease) => this.#client.startChildren(lease, children, this.#span.trace, signal)),
      wait: (onFailure) => this.#wait(onFailure),
      summary: async () => countsOf(await page(undefined, 0, 1)),
      page: async ({ state }, afterId) =>
        (await page(state, afterId, CHILDREN_PAGE)).Children.map((child) => ({
          id: child.Id,
          key: child.Key,
          name: child.Name,
          state: child.State,
          result: child.Result,
          fileName: child.FileName,
        })),
    };
  }

  async #wait(OnFailure: OnFailure): Promise<ChildCounts> {
    await this.#sendLines();
    await this.#uploadFile();
    const body = { ...progressOf(this), OnFailure };
    const response = await this.#withLease((lease) => this.#client.wait(lease, body, this.#lost.signal));
    if (!response.Waits) return countsOf(response);
    this.cancel('waiting');
    throw new RunEnded('waiting');
  }

  /** Makes a call for the lease, and cancels the run if the lease has expired. */
  async #withLease<T>(call: (lease: string) => Promise<T>): Promise<T> {
    try {
      return await call(this.#acquired.Lease);
    } catch (error) {
      if (error instanceof CallRefused && error.leaseIsOver) {
        this.cancel('lost');
        throw new RunEnded('lost');
      }
      throw error instanceof CallRefused ? new PermanentError(error.message) : error;
    }
  }

  #watch(): void {
    if (performance.now() - this.#lastRenewed > this.#acquired.LeaseSeconds * 1000) this.cancel('lost');
  }

  /** Renews the lease by long polls, so that a stop request arrives at once. */
  async #heartbeat(): Promise<void> {
    const WaitSeconds = Math.min(30, this.#acquired.LeaseSeconds / RENEWALS_PER_LEASE);
    // Most runs end before their first heartbeat is due.
    const first = Math.min(FIRST_HEARTBEAT_MS, WaitSeconds * 1000);
    await delay(first, undefined, { signal: this.#over.signal }).catch(() => undefined);
    while (!this.#over.signal.aborted) {
      try {
        if (!(await this.#renew({ WaitSeconds }))) return;
      } catch (error) {
        if (this.#over.signal.aborted || !this.ownsTask) return;
        this.#log.warn(
          { event: 'lease.renew_rejected', err: error },
          'server rejected the renewal of a lease',
        );
        return; // the lease expires
      }
    }
  }

  /** @returns false if the run was asked to stop, after which the lease is no longer renewed */
  async #renew(body: ProgressPayload & { readonly WaitSeconds?: number }): Promise<boolean> {
    const signal = AbortSignal.any([this.#lost.signal, this.#over.signal]);
    const began = performance.now();
    const { Stop, Reason } = await this.#withLease((lease) => this.#client.renew(lease, body, signal));
    if (!Stop) {
      this.#lastRenewed = Math.max(this.#lastRenewed, began);
      return true;
    }
    // The remaining lease time is the run's time to stop.
    if (this.cancelReason === undefined)
      this.#log.info({ event: 'run.stop_requested', reason: Reason }, 'stop requested');
    this.cancel('stopped');
    return false;
  }

  #noteLine(line: LogLine): void {
    this.#log[line.level]({ event: 'task.log', ...line.fields }, line.message);
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    this.#scheduleReport();
  }

  /** Sends progress and log lines after a delay, batched. */
  #scheduleReport(): void {
    if (this.#workDone.signal.aborted) return;
    this.#reporting ??= this.#reportAfterDelay().finally(() => {
      this.#reporting = undefined;
      const hasMore = this.hasProgress || this.#lines.length > 0;
      if (hasMore && !this.#workDone.signal.aborted && this.ownsTask) this.#scheduleReport();
    });
  }

  async #reportAfterDelay(): Promise<void> {
    try {
      await delay(REPORT_DELAY_MS, undefined, { signal: this.#workDone.signal });
      await this.#sendLines();
      if (this.hasProgress) await this.#renew(progressOf(this));
    } catch (error) {
      if (!this.#workDone.signal.aborted && this.ownsTask)
        this.#log.warn({ event: 'run.progress_failed', err: error }, 'failed to send progress');
    }
  }

  async #sendLines(): Promise<void> {
    while (this.#lines.length > 0 && this.ownsTask) {
      const lines = this.#lines
        .splice(0, MAX_LINES_PER_CALL)
        .map((line) => ({ Level: line.level, Message: lineText(line) }));
      await this.#withLease((lease) => this.#client.log(lease, lines, this.#lost.signal));
    }
  }

  async #resultFile(name: string): Promise<ResultFile> {
    if (basename(name) !== name || ['', '.', '..'].includes(name))
      throw new PermanentError(message`"${name}" is not a file name; a name without folders is accepted.`);
    this.#folder ??= await mkdtemp(join(tmpdir(), 'batchline-worker-'));
    this.#file = { name, path: join(this.#folder, name) };
    return this.#file;
  }

  /** Sends the remaining log lines, the file, then the outcome. Heartbeats continue until the file is uploaded. */
  async #finish(outcome: RunOutcome, heartbeat: Promise<void>): Promise<void> {
    await this.#sendLines();
    let final = outcome;
    if (outcome.kind === 'returned') {
      final = await this.#uploadFile().then(
        () => outcome,
        (error: unknown) => rejectionOutcome(error),
      );
    }
    this.#over.abort();
    await heartbeat;
    await this.#writeOutcome(final).catch((error: unknown) => this.#writeOutcome(rejectionOutcome(error)));
  }

  async #writeOutcome(outcome: RunOutcome): Promise<void> {
    const progress = progressOf(this);
    const { signal } = this.#lost;
    await this.#withLease((lease) => {
      switch (outcome.kind) {
        case 'returned':
          return this.#client.succeed(lease, { ...progress, Result: String(outcome.result) }, signal);
        case 'failed':
          return this.#client.fail(
            lease,
            {
              ...progress,
              Message: String(outcome.message),
              Retry: !outcome.permanent,
              Error: outcome.error && errorPayload(outcome.error),
            },
            signal,
          );
        default:
          return this.#client.returnTask(lease, { ...progress, Began: true }, signal);
      }
    });
  }

  async #uploadFile(): Promise<void> {
    if (this.#file === undefined) return;
    const { name, path } = this.#file;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const { size: bytes } = await stat(path);
    const file = { name, path, bytes, sha256: hash.digest('base64') };
    await this.#withLease((lease) => this.#client.file(lease, file, this.#lost.signal));
  }
}

/** Returns the failure of a run whose result or file the server rejected. @throws any other error */
function rejectionOutcome(error: unknown): RunOutcome {
  if (error instanceof PermanentError) return { kind: 'failed', message: error.text, permanent: true };
  throw error;
}

function errorPayload(error: AttemptError): ErrorPayload {
  return {
    Class: error.class,
    Message: error.message,
    Stack: error.stack,
    ...(error.cause === undefined ? {} : { Cause: errorPayload(error.cause) }),
    ...(error.errors === undefined ? {} : { Errors: error.errors.map(errorPayload) }),
  };
}

function progressOf(run: RunHandle): ProgressPayload {
  const { percent, text } = run.takeProgress();
  return {
    ...(percent === null ? {} : { ProgressPercent: percent }),
    ...(text === null ? {} : { ProgressDescription: String(text) }),
  };
}

function countsOf({ Total, Ended, Failed }: ChildCountsPayload): ChildCounts {
  return { total: Total, ended: Ended, failed: Failed };
}
