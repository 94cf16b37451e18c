import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 250;

/** True if the database undid a transaction because of others, so a retry may succeed: serialization failure, deadlock. */
export function isWorthRetrying(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '40001' || code === '40P01';
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
