import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Text } from '../core/message.ts';
import type { FaultKind } from '../core/meters.ts';
import { boundedText, MAX_LOG_LINE_LENGTH } from '../core/run-outcome.ts';
import { inScope } from '../core/run-scope.ts';
import type { BatchTask } from '../core/task.ts';
import { beginRun, type WorkSpan } from '../core/tracing.ts';
import type { ClaimedTask } from '../db/queries/queue.ts';
import { appendLog, MAX_LOG_LINES, type RunLogLine } from '../db/queries/task-log.ts';
import type { Schema } from '../db/schema.ts';
import type { LogFields } from '../logger.ts';
import { loggableError } from '../sdk/errors.ts';
import { logFieldsOf } from '../sdk/log.ts';
import { RunHandle } from '../sdk/run-handle.ts';
import type { RegisteredDefinition } from './registry.ts';

/** Receives the errors that escape from the code of runs. */
export interface RunFaults {
  report(task: BatchTask, kind: FaultKind, text: Text): void;
}

/** A run of a task in this process: its fencing token, its progress, and the signal that cancels it. */
export class Run extends RunHandle {
  readonly task: BatchTask;
  readonly definition: RegisteredDefinition;
  readonly checkpoint: unknown;
  /** The attempt that wrote the result file of the checkpoint; null if there is none. */
  readonly fileAttempt: number | null;
  readonly #log: Logger;
  #ownLog: Logger | undefined;
  /** The run as a span of a distributed trace. */
  readonly span: WorkSpan;
  /** When the lease was last renewed, by the monotonic clock, in milliseconds. */
  lastRenewed = performance.now();
  /** When progress was last written, by the monotonic clock, in milliseconds. */
  lastProgress = 0;
  /** The name of the result file, if the handler has requested one. */
  fileName: string | null = null;

  readonly #faults: RunFaults;

  /** @param faults receives the errors that escape from the code of the run */
  constructor(
    claimed: ClaimedTask,
    definition: RegisteredDefinition,
    progressLimit: number,
    log: Logger,
    faults: RunFaults,
  ) {
    super(progressLimit);
    this.#faults = faults;
    this.task = claimed.task;
    this.checkpoint = claimed.checkpoint;
    this.fileAttempt = claimed.fileAttempt;
    this.definition = definition;
    this.span = beginRun(claimed.task, claimed.trace);
    this.#log = log;
  }

  /** The server's log, with the task of the run in each line. */
  get log(): Logger {
    this.#ownLog ??= this.#log.child(logFieldsOf(this.task, this.span.traceId));
    return this.#ownLog;
  }

  /** Logs at level debug. Creates no child logger if that level is disabled. */
  debug(fields: LogFields, message: string): void {
    if (this.#log.isLevelEnabled('debug')) this.log.debug(fields, message);
  }

  protected override reportFault(kind: FaultKind, error: unknown, text: Text, isOver: boolean): void {
    this.log.error(
      { event: 'run.stray_error', kind, err: loggableError(error), isOver },
      'unhandled error in a run',
    );
    this.#faults.report(this.task, kind, text);
  }
}

/**
 * Executes the code of a run, including code of the server that it calls: uncaught errors are attributed to the run, and
 * its connections come from the pool share of runs.
 */
export function insideRun<T>(run: Run, work: () => T): T {
  return inScope({ use: { definition: run.task.name }, faults: run }, work);
}

/**
 * Executes code of the server that a run triggered but that is not part of it, such as timers and event listeners.
 * Otherwise, a claim that a run triggers would use the connections of runs, and its errors would fail the run.
 */
function outsideRun<T>(work: () => T): T {
  return inScope({}, work);
}

const FLUSH_MS = 500;

/** Makes a line storable: truncates it to `MAX_LOG_LINE_LENGTH` and replaces characters that can't be stored. */
export function logText(text: string): string {
  return String(boundedText(text, MAX_LOG_LINE_LENGTH));
}

/** Buffers the log lines of the runs of this process, and writes them in batches. */
export class RunLog {
  readonly #db: Kysely<Schema>;
  readonly #log: Logger;
  #lines: RunLogLine[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** The write in progress. */
  #writing: Promise<void> | undefined;

  constructor(db: Kysely<Schema>, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** Adds a line. Drops the oldest buffered lines if the database is too slow, to bound the memory. */
  add(line: RunLogLine): void {
    this.#lines.push({ ...line, message: logText(line.message) });
    if (this.#lines.length > 10 * MAX_LOG_LINES) this.#lines.splice(0, MAX_LOG_LINES);
    this.#timer ??= outsideRun(() => setTimeout(() => void this.flush(), FLUSH_MS));
  }

  /** True if there is nothing to flush. */
  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#writing === undefined;
  }

  /** Writes all buffered lines. Call it before the outcome of a run is written. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) {
      const writing = (this.#writing ?? Promise.resolve())
        .then(() => appendLog(this.#db, lines))
        .catch((error: unknown) =>
          this.#log.warn(
            { event: 'task_log.write_failed', err: error, lines: lines.length },
            'failed to write task logs',
          ),
        )
        .finally(() => {
          if (this.#writing === writing) this.#writing = undefined;
        });
      this.#writing = writing;
    }
    await this.#writing;
  }
}
