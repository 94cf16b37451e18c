import { type Message, message, type Text } from './message.ts';
import type { StoredState } from './task-state.ts';

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
  /** The longest delay, in seconds, before jitter is added. */
  readonly maxDelay: number;
}

/** The default: a failure is final, a lost run is repeated three times. */
export const DEFAULT_RETRY: RetryPolicy = { limit: 0, lostLimit: 3, delay: 1, factor: 2, maxDelay: 300 };

/** Maximum number of retries of a policy. */
export const MAX_RETRIES = 1_000_000;
/** The longest delay of a policy, in seconds: a year. */
export const MAX_RETRY_DELAY = 365 * 86_400;
/** The largest factor of a policy. */
export const MAX_RETRY_FACTOR = 1000;

/** Jitter makes a delay at most this much longer, so that runs that fail together do not come back together. */
const JITTER = 0.25;

/**
 * Seconds to wait before the next run, or `undefined` if no further run is due. Never less than the policy's delay, and
 * at most a quarter more.
 *
 * @param failures failed runs so far, this one included: 1 or more
 * @param jitter a number in [0, 1)
 */
export function nextDelay(policy: RetryPolicy, failures: number, jitter: number): number | undefined {
  if (failures > policy.limit) return undefined;
  // After a thousand failures the factor's power is Infinity, and 0 * Infinity is NaN.
  const backoff = policy.delay === 0 ? 0 : policy.delay * policy.factor ** (failures - 1);
  return Math.min(policy.maxDelay, backoff, MAX_RETRY_DELAY) * (1 + JITTER * jitter);
}

/** Describes the first invalid property of a policy: its value and the accepted range. `undefined` if all are valid. */
export function retryProblem(policy: RetryPolicy): string | undefined {
  const { limit, lostLimit, delay, factor, maxDelay } = policy;
  for (const [name, count] of Object.entries({ limit, lost: lostLimit })) {
    if (!Number.isInteger(count) || count < 0 || count > MAX_RETRIES)
      return `${name} is ${count}; a whole number from 0 to ${MAX_RETRIES} is accepted`;
  }
  for (const [name, seconds] of Object.entries({ delay, maxDelay })) {
    if (!(seconds >= 0 && seconds <= MAX_RETRY_DELAY))
      return `${name} is ${seconds}; seconds from 0 to ${MAX_RETRY_DELAY} are accepted`;
  }
  if (!(factor >= 0 && factor <= MAX_RETRY_FACTOR))
    return `factor is ${factor}; a number from 0 to ${MAX_RETRY_FACTOR} is accepted`;
  return undefined;
}

/** What a run came to: it returned, it threw, or it was told to end and did so or was left behind. */
export type RunOutcome =
  | { readonly kind: 'returned'; readonly result: Text }
  | {
      readonly kind: 'failed';
      readonly message: Text;
      readonly permanent: boolean;
      /** Seconds until the next run, where the run itself knows better than its definition. */
      readonly delaySeconds?: number | undefined;
    }
  /** The server or the worker stops, and the run has not finished. */
  | { readonly kind: 'interrupted'; readonly by?: 'server' | 'worker' }
  /** The process was lost. */
  | { readonly kind: 'lost'; readonly nodeId: string };

/** What follows from an outcome. */
export interface Resolution {
  /** Of which outcome. */
  readonly outcome: RunOutcome['kind'];
  readonly to: StoredState;
  /** Result; `null` leaves it as it is. */
  readonly result: Text | null;
  readonly failures: number;
  readonly losses: number;
  /** Seconds until the next run; `null` where there is none. */
  readonly delaySeconds: number | null;
  /** For the audit row. */
  readonly reason: Message;
}

/**
 * Decides what becomes of a task whose run has ended: finished, failed, or another run. A stop that
 * somebody has asked for overrides it where the end is written.
 *
 * @param before failed and lost runs before this one
 * @param jitter a number in [0, 1) that spreads retries
 */
export function decideOutcome(
  outcome: RunOutcome,
  policy: RetryPolicy,
  before: { readonly failures: number; readonly losses: number },
  jitter: number,
): Resolution {
  const { failures, losses } = before;
  switch (outcome.kind) {
    case 'returned':
      return {
        outcome: outcome.kind,
        to: 'Succeeded',
        result: outcome.result,
        failures,
        losses,
        delaySeconds: null,
        reason: message`The run has finished.`,
      };
    case 'interrupted':
      return {
        outcome: outcome.kind,
        to: 'New',
        result: null,
        failures,
        losses,
        delaySeconds: 0,
        reason:
          outcome.by === 'worker'
            ? message`Handed back by its worker.`
            : message`Handed back: the server stops.`,
      };
    case 'failed': {
      const planned = outcome.permanent ? undefined : nextDelay(policy, failures + 1, jitter);
      const delay = planned === undefined ? undefined : (outcome.delaySeconds ?? planned);
      const counts = {
        outcome: outcome.kind,
        result: outcome.message,
        failures: failures + 1,
        losses,
      };
      if (delay === undefined)
        return { ...counts, to: 'Failed', delaySeconds: null, reason: message`The run has failed.` };
      return {
        ...counts,
        to: 'New',
        delaySeconds: delay,
        reason: message`Run ${failures + 1} of at most ${policy.limit + 1} has failed; the next is due in ${delay.toFixed(1)} s.`,
      };
    }
    case 'lost': {
      const counts = { outcome: outcome.kind, failures, losses: losses + 1 };
      if (losses + 1 <= policy.lostLimit) {
        return {
          ...counts,
          to: 'New',
          result: null,
          delaySeconds: 0,
          reason: message`Worker ${outcome.nodeId} was lost.`,
        };
      }
      const result = message`The worker was lost ${losses + 1} times while it ran this task; it is not tried again.`;
      return {
        ...counts,
        to: 'Failed',
        result,
        delaySeconds: null,
        reason: message`Worker ${outcome.nodeId} was lost.`,
      };
    }
  }
}
