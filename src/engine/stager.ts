import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { promoteDue } from '../store/tasks/promote-due.ts';
import { inStatement } from '../store/transaction.ts';

/** Maximum number of tasks that one statement promotes. */
const BATCH = 500;
/** Other processes write delayed tasks too, so the stager polls at least this often. */
const INTERVAL_SECONDS = 1;

/**
 * Promotes delayed tasks, retries in their back-off among them, when they come due: one statement a second, and one at
 * the next due time that is known. Every process does it; rows are locked, so that each task is promoted once.
 */
export class Stager {
  readonly #database: Database;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires, on this process's monotonic clock in milliseconds. */
  #wakesAt = Number.POSITIVE_INFINITY;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /** Promotes due tasks now, then continues until `stop`. */
  start(): void {
    this.wakeIn(0);
  }

  /** Schedules the next promotion in this many seconds at the latest, because a task is due then. */
  wakeIn(seconds: number): void {
    const delayMs = Math.min(Math.max(seconds, 0), INTERVAL_SECONDS) * 1000;
    const at = performance.now() + delayMs;
    if (this.#stopped || at >= this.#wakesAt) return;
    clearTimeout(this.#timer);
    this.#wakesAt = at;
    // A timer may fire a millisecond early by the database's clock.
    this.#timer = setTimeout(() => this.#wake(), delayMs + 1);
  }

  /** Resolves after the promotion in progress. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** Promotes all due tasks. Resolves to the seconds until the next task is due, null if none is known. */
  async promote(): Promise<number | null> {
    for (;;) {
      const { names, nextInSeconds } = await inStatement(this.#database, async (db, after) => {
        const promoted = await promoteDue(db, BATCH);
        after.publish({ kind: 'due', names: promoted.names });
        return promoted;
      });
      if (names.length < BATCH || this.#stopped) return nextInSeconds;
    }
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    this.#working = this.#working
      .then(() => this.promote())
      .then((seconds) => this.wakeIn(seconds ?? INTERVAL_SECONDS))
      .catch((error: unknown) => {
        this.#log.warn({ err: error, event: 'stager.failed' }, 'failed to promote delayed tasks; retrying');
        this.wakeIn(INTERVAL_SECONDS);
      });
  }
}
