import type { Logger } from 'pino';
import type { BackgroundJob } from '../core/background-job.ts';
import type { Database } from '../db/database.ts';
import { promoteDue } from '../db/queries/queue-claim.ts';
import { inStatement } from '../db/transaction.ts';
import { ALIVE_SECONDS } from './dispatcher.ts';
import { sharedJob } from './shared-job.ts';

/** Maximum number of tasks that one statement promotes. */
const BATCH = 500;
/** The interval of polls for delayed tasks that other processes have written. */
const INTERVAL_MS = 1000;
/** The interval if processes hear each other. A process promotes the delayed tasks that it has written at their due times. */
const SHARED_INTERVAL_MS = 4000;
/** Tasks that have waited for a claim for this long are announced again, because their signal may be lost. */
const WAITED_SECONDS = 1;

/**
 * Promotes delayed tasks, including retries in backoff, when they are due: one statement at each due time that this process
 * knows, and one at an interval for tasks of processes that have stopped. One process does the latter for all; rows are
 * locked, so that each task is promoted once. The rounds at the interval also announce tasks again that were not claimed:
 * a signal may be lost, and the process that sent it may have stopped.
 */
export class Stager {
  readonly #database: Database;
  readonly #job: BackgroundJob;
  /** The next due time that this process knows, on its monotonic clock in milliseconds. */
  #dueAt = Number.POSITIVE_INFINITY;
  /** When waiting tasks were last announced again, on the same clock. */
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    const { signals } = database;
    this.#job = sharedJob({
      name: 'stager',
      intervalMs: signals.isShared ? SHARED_INTERVAL_MS : INTERVAL_MS,
      signals,
      isUrgent: () => performance.now() >= this.#dueAt,
      log,
      run: async (signal) => {
        this.#dueAt = Number.POSITIVE_INFINITY;
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
    const delayMs = Math.max(seconds, 0) * 1000 + 1;
    this.#dueAt = Math.min(this.#dueAt, performance.now() + delayMs);
    this.#job.wakeIn(delayMs);
  }

  /** Stops the job. Resolves when no promotion is in progress. */
  stop(): Promise<void> {
    return this.#job.stop();
  }

  /** Returns which waiting tasks to announce again, or null if it is too early. */
  #sweep(): { aliveSeconds: number; waitedSeconds: number } | null {
    if (!this.#database.signals.isShared || performance.now() - this.#sweptAt < SHARED_INTERVAL_MS / 2)
      return null;
    this.#sweptAt = performance.now();
    return { aliveSeconds: ALIVE_SECONDS, waitedSeconds: WAITED_SECONDS };
  }

  /** Promotes all due tasks. Returns the seconds until the next task is due, or null if none is known. */
  async promote(signal?: AbortSignal): Promise<number | null> {
    for (;;) {
      const { names, nextInSeconds } = await inStatement(this.#database, async (db, after) => {
        const promoted = await promoteDue(db, BATCH, this.#sweep());
        after.publish({ kind: 'due', names: [...promoted.names, ...promoted.waiting] });
        return promoted;
      });
      if (names.length < BATCH || signal?.aborted === true) return nextInSeconds;
    }
  }
}
