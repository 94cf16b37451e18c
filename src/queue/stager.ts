import type { Logger } from 'pino';
import { BackgroundJob } from '../core/background-job.ts';
import type { Database } from '../db/database.ts';
import { promoteDue } from '../db/queries/queue-due.ts';
import { inStatement } from '../db/transaction.ts';

/** Maximum number of tasks that one statement promotes. */
const BATCH = 500;
/** Other processes write delayed tasks too, so the stager polls at least this often. */
const INTERVAL_MS = 1000;

/**
 * Promotes delayed tasks, including retries in backoff, when they are due: one statement per second, and one at the next
 * known due time. All processes run one; rows are locked, so that each task is promoted once.
 */
export class Stager {
  readonly #database: Database;
  readonly #job: BackgroundJob;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#job = new BackgroundJob({
      name: 'stager',
      intervalMs: INTERVAL_MS,
      log,
      run: async (signal) => {
        const seconds = await this.promote(signal);
        if (seconds !== null) this.wakeIn(seconds);
      },
    });
  }

  /** Promotes due tasks now, then continues until `stop`. */
  start(): void {
    this.#job.start();
  }

  /** Schedules the next promotion in this many seconds at the latest, because a task is due then. */
  wakeIn(seconds: number): void {
    // A timer can fire a millisecond too early, compared with the clock of the database.
    this.#job.wakeIn(Math.max(seconds, 0) * 1000 + 1);
  }

  /** Stops the job. Resolves when no promotion is in progress. */
  stop(): Promise<void> {
    return this.#job.stop();
  }

  /** Promotes all due tasks. Returns the seconds until the next task is due, or null if none is known. */
  async promote(signal?: AbortSignal): Promise<number | null> {
    for (;;) {
      const { names, nextInSeconds } = await inStatement(this.#database, async (db, after) => {
        const promoted = await promoteDue(db, BATCH);
        after.publish({ kind: 'due', names: promoted.names });
        return promoted;
      });
      if (names.length < BATCH || signal?.aborted === true) return nextInSeconds;
    }
  }
}
