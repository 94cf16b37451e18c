import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from './retry.ts';

/** The delay after the first failed round; it doubles with each further one. */
const FIRST_BACKOFF_MS = 1000;
/** The longest delay after failures of a job without an interval. */
const MAX_BACKOFF_MS = 30_000;

/** The part of a logger that a job uses. */
interface JobLog {
  warn(fields: object, text: string): void;
}

/** Options of a background job. */
export interface BackgroundJobOptions {
  /** A stable name: the field `job` of the event `background_job.failed`, which a failed round logs. */
  readonly name: string;
  /** Does one round of the work. The signal aborts on `stop`. A round that knows the next due time calls `wakeIn`. */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  /** Maximum milliseconds between two rounds. If omitted, only a wake starts the next round. */
  readonly intervalMs?: number;
  /** The share of the interval that is random, from 0 to 1. */
  readonly jitter?: number;
  readonly log: JobLog;
}

/**
 * Repeats work in the background: at an interval, at due times, and when woken. Rounds never overlap. A failed round is
 * logged and repeated after a backoff, which doubles up to the interval and is not shortened by wakes. Timers don't keep
 * the process alive.
 */
export class BackgroundJob {
  readonly #options: BackgroundJobOptions;
  /** Keeps rounds out of the async context of the request or run that wakes them. */
  readonly #inOwnContext = AsyncLocalStorage.snapshot();
  #stopping: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  /** Start of the next round on this process's monotonic clock (ms); `Infinity` if none is planned. */
  #dueAt = Number.POSITIVE_INFINITY;
  /** End of the backoff on the same clock. */
  #notBefore = 0;
  #failures = 0;

  constructor(options: BackgroundJobOptions) {
    this.#options = options;
  }

  /**
   * Starts the job, also after `stop`.
   *
   * @param first when the first round starts: now, after the interval (`later`), or after this many milliseconds
   */
  start(first: 'now' | 'later' | number = 'now'): void {
    if (this.#isActive) return;
    this.#stopping = new AbortController();
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#notBefore = 0;
    this.#failures = 0;
    if (first === 'later') this.#scheduleNext();
    else this.wakeIn(first === 'now' ? 0 : first);
  }

  /** Starts a round now, or when the current one ends. Does nothing unless the job is started. */
  wake(): void {
    this.wakeIn(0);
  }

  /** Starts a round after a delay, unless one is due earlier. Does nothing unless the job is started. */
  wakeIn(delayMs: number): void {
    if (!this.#isActive) return;
    const at = Math.max(performance.now() + delayMs, this.#notBefore);
    if (at >= this.#dueAt) return;
    this.#dueAt = at;
    if (this.#round === undefined) this.#setTimer();
  }

  /** Starts no further rounds. Resolves when the current round has ended. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    clearTimeout(this.#timer);
    await this.#round;
  }

  get #isActive(): boolean {
    return this.#stopping?.signal.aborted === false;
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const delayMs = Math.max(0, Math.ceil(this.#dueAt - performance.now()));
    this.#timer = setTimeout(() => this.#inOwnContext(() => this.#begin()), delayMs).unref();
  }

  #begin(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const { signal } = this.#stopping as AbortController;
    this.#round = this.#runRound(signal).finally(() => {
      this.#round = undefined;
      if (this.#isActive && this.#dueAt < Number.POSITIVE_INFINITY) this.#setTimer();
    });
  }

  async #runRound(signal: AbortSignal): Promise<void> {
    try {
      await this.#options.run(signal);
    } catch (error) {
      this.#backOff(error, signal);
      return;
    }
    this.#failures = 0;
    this.#scheduleNext();
  }

  #scheduleNext(): void {
    const { intervalMs, jitter = 0 } = this.#options;
    if (intervalMs !== undefined) this.wakeIn(intervalMs * (1 - jitter * Math.random()));
  }

  #backOff(error: unknown, signal: AbortSignal): void {
    if (signal.aborted && (error as Error).name === 'AbortError') return;
    const { name, log, intervalMs = MAX_BACKOFF_MS, jitter = 0 } = this.#options;
    this.#failures += 1;
    const delays = { firstMs: FIRST_BACKOFF_MS, maxMs: intervalMs, jitter };
    const delayMs = backoffMs(delays, this.#failures, Math.random());
    log.warn(
      {
        event: 'background_job.failed',
        job: name,
        err: error,
        failures: this.#failures,
        retrySeconds: delayMs / 1000,
      },
      'background job failed; retrying',
    );
    this.#notBefore = performance.now() + delayMs;
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.wakeIn(delayMs);
  }
}

/** The result of one batch. */
export interface BatchResult {
  /** Number of processed rows. */
  readonly rows: number;
  /** True if there may be further rows. */
  readonly more: boolean;
}

/**
 * Processes rows in batches until none are left or the signal aborts.
 *
 * @param pauseMs delay between two batches, so that others can proceed
 * @returns the number of processed rows
 */
export async function inBatches(
  batch: () => Promise<BatchResult>,
  { signal, pauseMs = 0 }: { readonly signal?: AbortSignal | undefined; readonly pauseMs?: number },
): Promise<number> {
  for (let total = 0; ; ) {
    if (signal?.aborted === true) return total;
    const { rows, more } = await batch();
    total += rows;
    if (!more) return total;
    // An abort ends the delay; the loop checks the signal.
    if (pauseMs > 0) await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
