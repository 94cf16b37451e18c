import { Message, message, type Text } from '../core/message.ts';
import type { FaultKind } from '../core/meters.ts';
import { boundedText, MAX_RESULT_LENGTH, nounOf, problemOf, type RunOutcome } from '../core/run-outcome.ts';
import type { FaultTarget } from '../core/run-scope.ts';
import {
  attemptErrorOf,
  failureText,
  isA,
  isPermanent,
  loggableError,
  RunEnded,
  type RunEndReason,
} from './errors.ts';
import { storableProgress } from './progress.ts';

/**
 * Returns the outcome of a run that returned. Result is a string or a `Message` unchanged, or any other value as JSON,
 * truncated to `MAX_RESULT_LENGTH`. A value that can't be serialized fails the run permanently, because a retry would
 * return the same. Never throws.
 */
export function returnedOutcome(value: unknown): RunOutcome {
  try {
    return { kind: 'returned', result: boundedText(textOf(value), MAX_RESULT_LENGTH) };
  } catch (error) {
    const problem = problemOf(error);
    return {
      kind: 'failed',
      message: message`The run returned a value that can't be stored as its result: ${problem}.`,
      permanent: true,
    };
  }
}

/** Returns the outcome of a run that threw. Never throws. */
export function failedOutcome(thrown: unknown): RunOutcome & { kind: 'failed' } {
  return {
    kind: 'failed',
    message: failureText(thrown),
    permanent: isPermanent(thrown),
    error: attemptErrorOf(thrown),
  };
}

function textOf(value: unknown): Text {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || isA(value, Message)) return value;
  const json = JSON.stringify(value);
  if (json === undefined) throw new TypeError(`JSON has no form for ${nounOf(value)}`);
  return json;
}

/** Progress that is not written yet; `null` for a value that the run has not reported. */
export interface ProgressToWrite {
  readonly percent: number | null;
  readonly text: Text | null;
}

/** Connects a run with its executor: cancellation, uncaught errors and progress. */
export class RunHandle implements FaultTarget {
  /** Created on demand: most runs are short and never use their signal. */
  #controller: AbortController | undefined;
  /** Usually the one of `runWithGracePeriod`. */
  #listeners: (() => void)[] = [];
  readonly #progressLimit: number;
  #cancelReason: RunEndReason | undefined;
  #percent: number | null = null;
  #text: Text | null = null;
  #dirty = false;
  #hasBadProgress = false;
  #fault: RunOutcome | undefined;
  #isOver = false;

  /** @param progressLimit maximum length of a progress text, in UTF-16 code units */
  constructor(progressLimit: number) {
    this.#progressLimit = progressLimit;
  }

  /** Aborted when the run is canceled. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelReason !== undefined) this.#controller.abort(new RunEnded(this.#cancelReason));
    }
    return this.#controller.signal;
  }

  /**
   * Calls the listener once, when the run is canceled; immediately if it already is.
   *
   * @returns a function that removes the listener
   */
  onCancel(listener: () => void): () => void {
    if (this.#cancelReason !== undefined) listener();
    else this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  /** The reason for the cancellation; `undefined` if the run was not canceled. */
  get cancelReason(): RunEndReason | undefined {
    return this.#cancelReason;
  }

  /** False if the run no longer owns its task: its outcome is discarded. */
  get ownsTask(): boolean {
    return !releasesTask(this.#cancelReason);
  }

  /**
   * Cancels the run. The first reason is kept, except that 'lost' and 'waiting' replace the others: the run may write
   * nothing after it has lost its lease or its task waits for children.
   */
  cancel(reason: RunEndReason): void {
    const isFirst = this.#cancelReason === undefined;
    if (isFirst || (releasesTask(reason) && this.ownsTask)) this.#cancelReason = reason;
    if (!isFirst) return;
    this.#controller?.abort(new RunEnded(reason));
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  /**
   * Fails and cancels the run because of an error that its code did not catch. Only reports the error if the run has ended.
   */
  fault(kind: FaultKind, error: unknown): void {
    const outcome = failedOutcome(error);
    const text =
      kind === 'unhandled rejection'
        ? message`Unhandled rejection in the run: ${outcome.message}`
        : message`Uncaught exception in the run: ${outcome.message}`;
    this.reportFault(kind, error, text, this.#isOver);
    if (this.#isOver) return;
    this.#fault ??= { ...outcome, message: text };
    this.cancel('failed');
  }

  /** The outcome after an uncaught error; `undefined` if there was none. */
  get faultOutcome(): RunOutcome | undefined {
    return this.#fault;
  }

  /** Marks the run as ended, so that later errors of its code no longer fail it. */
  conclude(): void {
    this.#isOver = true;
  }

  /** Reports an error that the code of the run did not catch. */
  protected reportFault(_kind: FaultKind, _error: unknown, _text: Text, _isOver: boolean): void {}

  /**
   * Records progress, to be written with the next heartbeat. Never throws: invalid values are corrected.
   *
   * @returns a warning for the first invalid value; `undefined` otherwise
   */
  progress(percent: number, text: Text | undefined): string | undefined {
    const storable = storableProgress(percent, text, this.#progressLimit);
    this.#percent = storable.percent ?? this.#percent ?? 0;
    if (storable.text !== undefined) this.#text = storable.text;
    this.#dirty = true;
    if (storable.problem === undefined || this.#hasBadProgress) return undefined;
    this.#hasBadProgress = true;
    return `The run reported an invalid progress: ${storable.problem}. Further invalid values are corrected without a warning.`;
  }

  /** True if there is progress that is not written yet. */
  get hasProgress(): boolean {
    return this.#dirty;
  }

  /** Returns the latest progress and marks it as written. */
  takeProgress(): ProgressToWrite {
    this.#dirty = false;
    return { percent: this.#percent, text: this.#text };
  }
}

function releasesTask(reason: RunEndReason | undefined): boolean {
  return reason === 'lost' || reason === 'waiting';
}

/** The grace period and the callbacks of `runWithGracePeriod`. */
export interface Supervision {
  /** Seconds between a cancellation and giving the run up. */
  readonly graceSeconds: number;
  /** Called when the grace period ends before the run does. */
  readonly onAbandoned: () => void;
  /** Called with a printable error if the run fails without having been canceled. */
  readonly onFailure: (error: Error) => void;
}

let turn: Promise<void> | undefined;

/** Resolves in the next turn of the event loop. All runs that end in one turn share the promise. */
function nextTurn(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}

/**
 * Awaits a run and returns its outcome, or `undefined` if it no longer owns its task. Abandons a canceled run that doesn't
 * end within the grace period. An uncaught error fails the run regardless of its return value.
 */
export async function runWithGracePeriod(
  control: RunHandle,
  work: Promise<unknown>,
  { graceSeconds, onAbandoned, onFailure }: Supervision,
): Promise<RunOutcome | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let removeListener: (() => void) | undefined;
  try {
    const outcome = await new Promise<RunOutcome | 'abandoned'>((resolve) => {
      removeListener = control.onCancel(() => {
        timer = setTimeout(() => {
          onAbandoned();
          resolve('abandoned');
        }, graceSeconds * 1000);
      });
      work.then(
        (value) => resolve(returnedOutcome(value)),
        (error: unknown) => {
          if (control.cancelReason === undefined) onFailure(loggableError(error));
          resolve(failedOutcome(error));
        },
      );
    });
    // Node.js reports an unhandled rejection after the current microtasks.
    await nextTurn();
    if (!control.ownsTask) return undefined;
    if (outcome === 'abandoned' || outcome.kind === 'failed') {
      if (control.cancelReason === 'shutdown') return { kind: 'interrupted' };
      const abandoned = {
        kind: 'failed',
        message: message`The run didn't stop within its grace period.`,
        permanent: true,
      } as const;
      if (outcome === 'abandoned') return control.faultOutcome ?? abandoned;
    }
    return control.faultOutcome ?? outcome;
  } finally {
    control.conclude();
    clearTimeout(timer);
    removeListener?.();
  }
}
