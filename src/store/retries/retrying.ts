import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 250;

/** The key of the events: its ids are taken twice where a reader has closed a gap too early (close-gaps.ts). */
const EVENT_KEY = 'task_audit_pkey';

/**
 * Whether the database has undone a transaction for the sake of others, so that it may succeed when it is done again:
 * a serialization failure, a deadlock, or an event's id that somebody has given up.
 */
export function isWorthRetrying(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '40001' || code === '40P01' || (code === '23505' && constraint === EVENT_KEY);
}

/** When work is done again. */
interface Retries {
  readonly isWorthIt: (error: unknown) => boolean;
  readonly mostTries: number;
}

const AS_THE_DATABASE_ASKS: Retries = { isWorthIt: isWorthRetrying, mostTries: 30 };

/**
 * Does a whole transaction, or a statement that is one, again while the database asks for it, or another rule says so.
 * Everything that it does outside the database must be as good when it is done twice.
 *
 * @throws the last error, where so many tries, thirty by default, have not been enough
 */
export async function retrying<T>(work: () => Promise<T>, retries = AS_THE_DATABASE_ASKS): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= retries.mostTries || !retries.isWorthIt(error)) throw error;
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10));
      // At random, so that those who have stood in each other's way do not meet again.
      await delay(pause * Math.random());
    }
  }
}
