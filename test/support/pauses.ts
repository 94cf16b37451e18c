import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 10;
const FACTOR = 1.5;
const LONGEST_MS = 150;

/**
 * Returns a function that pauses between two polls: shortly at first, then longer, because a call every few
 * milliseconds takes the CPU time of what the test waits for.
 */
export function growingPauses(): () => Promise<void> {
  let ms = FIRST_MS;
  return async () => {
    await delay(ms);
    ms = Math.min(ms * FACTOR, LONGEST_MS);
  };
}
