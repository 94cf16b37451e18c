import type { Logger } from 'pino';
import { Batcher } from '../core/batcher.ts';
import { message } from '../core/message.ts';
import { type Backoff, retry } from '../core/retry.ts';
import { problemOf } from '../core/run-texts.ts';
import { isConnectionError, isDataException, isDiskFull } from '../db/errors.ts';
import type { EndToApply } from './finish.ts';

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
  readonly #apply: (ends: readonly EndToApply[]) => Promise<void>;
  readonly #isEmbedded: boolean;
  readonly #log: Logger;
  readonly #batcher = new Batcher<EndToApply, Error | undefined>((ends) => this.#write(ends), {
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
  constructor(apply: (ends: readonly EndToApply[]) => Promise<void>, isEmbedded: boolean, log: Logger) {
    this.#apply = apply;
    this.#isEmbedded = isEmbedded;
    this.#log = log;
  }

  /**
   * Writes an outcome. Resolves when it is durable.
   *
   * @throws the error of the database if it can't be written, or after `giveUp` during an outage
   */
  async write(end: EndToApply): Promise<void> {
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
  async #write(ends: readonly EndToApply[], tries = 0): Promise<(Error | undefined)[]> {
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

  async #writeSingly(ends: readonly EndToApply[], error: Error): Promise<(Error | undefined)[]> {
    const [only] = ends;
    if (ends.length === 1 && only !== undefined) return [await this.#writeFailure(only, error)];
    const errors: (Error | undefined)[] = [];
    for (const end of ends) errors.push(...(await this.#write([end], MAX_TRIES - 1)));
    return errors;
  }

  /** Fails the task of a rejected outcome, so that it doesn't run repeatedly. */
  async #writeFailure(end: EndToApply, error: Error): Promise<Error | undefined> {
    const { taskId, attempt } = end;
    this.#log.error(
      { event: 'run.completion_rejected', err: error, taskId, attempt },
      'database rejected the outcome of a run; task set to Failed',
    );
    const reason = message`The end of the run can't be written: ${problemOf(error)}.`;
    const failure: EndToApply = {
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
