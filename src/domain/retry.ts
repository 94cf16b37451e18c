/** How often and when a failed or lost run is tried again. */
export interface RetryPolicy {
  /** How many failed runs are followed by another; 0 is none. */
  readonly limit: number;
  /** How many runs whose process was lost are followed by another; 0 is none. */
  readonly lostLimit: number;
  /** Seconds before the first retry. */
  readonly delay: number;
  /** What the delay is multiplied by with each further retry; 1 keeps it. */
  readonly factor: number;
  /** The longest delay, in seconds. */
  readonly maxDelay: number;
}

/** What holds where a definition says nothing: a failure is final, a lost run is brought back three times. */
export const DEFAULT_RETRY: RetryPolicy = { limit: 0, lostLimit: 3, delay: 1, factor: 2, maxDelay: 300 };

/**
 * Seconds to wait before the next run, or `undefined` where no further run is due.
 *
 * @param failures failed runs so far, this one included: 1 or more
 * @param jitter a number in [0, 1); half of the delay is spread by it, so that many failures at once do not come back at once
 */
export function nextDelay(policy: RetryPolicy, failures: number, jitter: number): number | undefined {
  if (failures > policy.limit) return undefined;
  const full = Math.min(policy.maxDelay, policy.delay * policy.factor ** (failures - 1));
  return full / 2 + (full / 2) * jitter;
}
