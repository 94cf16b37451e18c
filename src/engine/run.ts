import type { Logger } from 'pino';
import type { BatchTask } from '../domain/batch-task.ts';
import { checkText } from '../domain/limits.ts';
import { storable, type Text } from '../domain/message.ts';
import { RunEnded, type RunEndReason } from '../workers/define-task.ts';
import type { RegisteredDefinition } from './registry.ts';

/** What a run has to tell since it was last written. */
export interface ProgressToWrite {
  readonly percent: number | null;
  readonly text: Text | null;
}

/** One run of one task in this process: its fencing token, its progress, and the signal that ends it. */
export class Run {
  readonly task: BatchTask;
  readonly jobId: string;
  readonly definition: RegisteredDefinition;
  readonly checkpoint: unknown;
  readonly log: Logger;
  /** When the lease was last known to be held, on this process's own clock (ms). */
  lastHeld = performance.now();
  /** When progress was last written, likewise. */
  lastProgress = 0;
  /** The name of the result file, once asked for. */
  fileName: string | null = null;
  readonly #controller = new AbortController();
  readonly #progressLimit: number;
  #endReason: RunEndReason | undefined;
  #percent: number | null = null;
  #text: Text | null = null;
  #dirty = false;

  constructor(
    claimed: { readonly task: BatchTask; readonly jobId: string; readonly checkpoint: unknown },
    definition: RegisteredDefinition,
    progressLimit: number,
    log: Logger,
  ) {
    this.task = claimed.task;
    this.jobId = claimed.jobId;
    this.checkpoint = claimed.checkpoint;
    this.definition = definition;
    this.#progressLimit = progressLimit;
    this.log = log.child({
      task: claimed.task.id,
      attempt: claimed.task.attempt,
      definition: claimed.task.name,
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the run was told to end, if it was. */
  get endReason(): RunEndReason | undefined {
    return this.#endReason;
  }

  /** Tells the run to end. The first reason stays, but a lost task outweighs all: nothing may be written then. */
  end(reason: RunEndReason): void {
    if (this.#endReason === undefined || reason === 'lost') this.#endReason = reason;
    if (!this.#controller.signal.aborted) this.#controller.abort(new RunEnded(reason));
  }

  /**
   * Notes progress, to be written with the next heartbeat.
   *
   * @throws RangeError where the percentage is outside 0 to 100; Refusal where the text can't be kept
   */
  progress(percent: number, text: Text | undefined): void {
    if (!(percent >= 0 && percent <= 100)) {
      throw new RangeError(`The progress is ${percent}; a percentage from 0 to 100 is accepted.`);
    }
    if (text !== undefined) {
      checkText('ProgressDescription', String(text), this.#progressLimit);
      this.#text = storable(text);
    }
    this.#percent = Math.trunc(percent);
    this.#dirty = true;
  }

  /** Whether there is progress that is not written yet. */
  get hasProgress(): boolean {
    return this.#dirty;
  }

  /** The latest progress; from now on it counts as written. */
  takeProgress(): ProgressToWrite {
    this.#dirty = false;
    return { percent: this.#percent, text: this.#text };
  }
}
