import { setImmediate as nextTurn } from 'node:timers/promises';
import { Message, message, type Text } from '../core/message.ts';
import type { FaultKind } from '../core/meters.ts';
import type { RunOutcome } from '../core/run-outcome.ts';
import { boundedText, MAX_RESULT_LENGTH, nounOf, problemOf } from '../core/run-texts.ts';
import { failureText, isA, isPermanent, loggableError, RunEnded, type RunEndReason } from './errors.ts';
import { storableProgress } from './progress.ts';
import type { FaultTarget } from './run-faults.ts';

/**
 * The outcome of a run that returned: its Result is a string or a `Message` unchanged, anything else as JSON, cut to
 * `MAX_RESULT_LENGTH`. The run fails for good if JSON can't hold the value: another run would return the same.
 * Never throws.
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

/** The outcome of a run that threw. Never throws. */
export function failedOutcome(thrown: unknown): RunOutcome & { kind: 'failed' } {
  return { kind: 'failed', message: failureText(thrown), permanent: isPermanent(thrown) };
}

function textOf(value: unknown): Text {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || isA(value, Message)) return value;
  const json = JSON.stringify(value);
  if (json === undefined) throw new TypeError(`JSON has no form for ${nounOf(value)}`);
  return json;
}

/** What a run has to tell since it was last written. */
export interface ProgressToWrite {
  readonly percent: number | null;
  readonly text: Text | null;
}

/** What goes on between a run and whoever runs it: the signal that ends it, and its progress. */
export class RunHandle implements FaultTarget {
  /** Made when somebody asks for it: most runs are short and ask nobody. */
  #controller: AbortController | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #progressLimit: number;
  #cancelReason: RunEndReason | undefined;
  #percent: number | null = null;
  #text: Text | null = null;
  #dirty = false;
  #hasBadProgress = false;
  #fault: RunOutcome | undefined;
  #isOver = false;

  /** @param progressLimit the longest text of a progress, in UTF-16 code units */
  constructor(progressLimit: number) {
    this.#progressLimit = progressLimit;
  }

  /** Aborted when the run is told to end. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelReason !== undefined) this.#controller.abort(new RunEnded(this.#cancelReason));
    }
    return this.#controller.signal;
  }

  /** Calls back once, when the run is told to end; at once where it was already. @returns what ends the listening */
  onCancel(listener: () => void): () => void {
    if (this.#cancelReason !== undefined) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Why the run was told to end, if it was. */
  get cancelReason(): RunEndReason | undefined {
    return this.#cancelReason;
  }

  /** Whether the run holds its task no longer, so that its end is nothing to write. */
  get hasNoTask(): boolean {
    return this.#cancelReason === 'lost' || this.#cancelReason === 'waiting';
  }

  /**
   * Tells the run to end. The first reason stays, but a lost task outweighs all: nothing may be written then, nor after
   * the task has begun to wait for its children.
   */
  cancel(reason: RunEndReason): void {
    const writesNothing = reason === 'lost' || reason === 'waiting';
    const isFirst = this.#cancelReason === undefined;
    if (isFirst || (writesNothing && !this.hasNoTask)) this.#cancelReason = reason;
    if (!isFirst) return;
    this.#controller?.abort(new RunEnded(reason));
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  /**
   * Fails the run because of an error that its code did not catch, and cancels it. After the run's end the error is
   * only reported.
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

  /** The outcome due to an error that the code of the run did not catch, if there is one. */
  get faultOutcome(): RunOutcome | undefined {
    return this.#fault;
  }

  /** Marks the run as ended: later errors of its code don't fail it any more. */
  conclude(): void {
    this.#isOver = true;
  }

  /** Reports an error that the code of the run did not catch. */
  protected reportFault(_kind: FaultKind, _error: unknown, _text: Text, _isOver: boolean): void {}

  /**
   * Notes progress, to be written with the next heartbeat. Never throws: a wrong progress is corrected.
   *
   * @returns a warning on the first wrong progress; `undefined` otherwise
   */
  progress(percent: number, text: Text | undefined): string | undefined {
    const storable = storableProgress(percent, text, this.#progressLimit);
    this.#percent = storable.percent ?? this.#percent ?? 0;
    if (storable.text !== undefined) this.#text = storable.text;
    this.#dirty = true;
    if (storable.problem === undefined || this.#hasBadProgress) return undefined;
    this.#hasBadProgress = true;
    return `The run reports a wrong progress: ${storable.problem}. Further ones are corrected without a warning.`;
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

/** How a run is watched. */
export interface Supervision {
  /** Seconds that a run gets to end after it was told to. */
  readonly graceSeconds: number;
  /** Called when these are over and it has not. */
  readonly onAbandoned: () => void;
  /** Called with a printable error if it fails without having been canceled. */
  readonly onFailure: (error: Error) => void;
}

/**
 * Waits for a run and returns its outcome; `undefined` if it no longer holds its task, so that there is nothing
 * to write. A canceled run that doesn't end within the grace period is abandoned. A run fails if an error escapes from its
 * code, whatever it returns.
 */
export async function runWithGracePeriod(
  control: RunHandle,
  work: Promise<unknown>,
  { graceSeconds, onAbandoned, onFailure }: Supervision,
): Promise<RunOutcome | undefined> {
  const grace = Promise.withResolvers<'abandoned'>();
  let timer: NodeJS.Timeout | undefined;
  const removeListener = control.onCancel(() => {
    timer = setTimeout(() => {
      onAbandoned();
      grace.resolve('abandoned');
    }, graceSeconds * 1000);
  });
  try {
    const outcome = await Promise.race([
      work.then(
        (value) => returnedOutcome(value),
        (error: unknown): RunOutcome => {
          if (control.cancelReason === undefined) onFailure(loggableError(error));
          return failedOutcome(error);
        },
      ),
      grace.promise,
    ]);
    // Node.js reports an unhandled rejection after the current microtasks.
    await nextTurn();
    if (control.hasNoTask) return undefined;
    if (outcome === 'abandoned' || outcome.kind === 'failed') {
      if (control.cancelReason === 'shutdown') return { kind: 'interrupted' };
      const abandoned = {
        kind: 'failed',
        message: message`The run was left behind.`,
        permanent: true,
      } as const;
      if (outcome === 'abandoned') return control.faultOutcome ?? abandoned;
    }
    return control.faultOutcome ?? outcome;
  } finally {
    control.conclude();
    clearTimeout(timer);
    removeListener();
  }
}
