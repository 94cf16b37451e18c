/** Delays between attempts, in milliseconds: each is twice the one before. */
export interface Backoff {
  /** The delay after the first failure. */
  readonly firstMs: number;
  /** The longest delay. */
  readonly maxMs: number;
  /** The share of each delay that is random, from 0 to 1, so that callers that fail together don't meet again. */
  readonly jitter?: number;
}

/** How `retry` proceeds. */
export interface RetryOptions extends Backoff {
  /** Maximum number of attempts; unlimited by default. */
  readonly attempts?: number;
  /** Returns whether another attempt may succeed; every error is retried by default. */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Called before each delay, for the log. */
  readonly onRetry?: (error: unknown, failures: number) => void;
  /** Ends the retries: an attempt in progress is the last one; a delay ends at once, and one last attempt follows. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Milliseconds to wait after this many failures in a row.
 *
 * @param chance a number in [0, 1)
 */
export function backoffMs({ firstMs, maxMs, jitter = 0 }: Backoff, failures: number, chance: number): number {
  // 2 ** 1024 is Infinity, and 0 * Infinity is NaN.
  const delay = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 1000));
  return delay * (1 - jitter * chance);
}

/**
 * Repeats work until it succeeds. `work` must be idempotent, because a failed attempt may have had its effect.
 *
 * @throws the error of the last attempt: it isn't retryable, the attempts are used up, or the signal has aborted
 */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts = Number.POSITIVE_INFINITY, isRetryable = () => true, onRetry, signal } = options;
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted === true || failures >= attempts || !isRetryable(error)) throw error;
      onRetry?.(error, failures);
      await sleep(backoffMs(options, failures, Math.random()), signal);
    }
  }
}

/** Resolves after this time, or when the signal aborts. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
