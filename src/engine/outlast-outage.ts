import { setTimeout as delay } from 'node:timers/promises';
import { isDatabaseAway } from '../store/database-away.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/**
 * Does something again while the database is away, so that a failover does not fail a run. Only for what may be done
 * twice.
 *
 * @param signal that of the run: it ends at the latest when the lease has
 */
export async function outlastOutage<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error) || signal.aborted) throw error;
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}
