import { type Message, message, type Text } from './message.ts';
import { nextDelay, type RetryPolicy } from './retry-part.ts';
import type { StoredState } from './task-state.ts';

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
