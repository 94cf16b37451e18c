import type { Logger } from 'pino';
import type { BatchTask } from '../domain/batch-task.ts';
import { beginRun, type WorkSpan } from '../observability/spans.ts';
import type { ClaimedTask } from '../store/tasks/claim-tasks.ts';
import { RunControl } from '../workers/run-control.ts';
import { logFieldsOf } from '../workers/run-log-fields.ts';
import type { RegisteredDefinition } from './registry.ts';

/** One run of one task in this process: its fencing token, its progress, and the signal that ends it. */
export class Run extends RunControl {
  readonly task: BatchTask;
  readonly jobId: string | null;
  readonly definition: RegisteredDefinition;
  readonly checkpoint: unknown;
  /** The attempt whose result file the checkpoint goes with; null for none. */
  readonly fileAttempt: number | null;
  readonly #log: Logger;
  #ownLog: Logger | undefined;
  /** The run as a span of a distributed trace. */
  readonly span: WorkSpan;
  /** When the lease was last known to be held, on this process's own clock (ms). */
  lastHeld = performance.now();
  /** When progress was last written, likewise. */
  lastProgress = 0;
  /** The name of the result file, once asked for. */
  fileName: string | null = null;

  constructor(claimed: ClaimedTask, definition: RegisteredDefinition, progressLimit: number, log: Logger) {
    super(progressLimit);
    this.task = claimed.task;
    this.jobId = claimed.jobId;
    this.checkpoint = claimed.checkpoint;
    this.fileAttempt = claimed.fileAttempt;
    this.definition = definition;
    this.span = beginRun(claimed.task, claimed.trace);
    this.#log = log;
  }

  /** The server's own log, with the run's task. */
  get log(): Logger {
    this.#ownLog ??= this.#log.child(logFieldsOf(this.task, this.span.traceId));
    return this.#ownLog;
  }

  /** Writes a line there for who looks closely; where nobody does, the run gets no log of its own for it. */
  debug(message: string, fields: object = {}): void {
    if (this.#log.isLevelEnabled('debug')) this.log.debug(fields, message);
  }
}
