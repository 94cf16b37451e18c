import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { sweepKeys } from '../store/idempotency/sweep-keys.ts';

const INTERVAL_MS = 60_000;
const BATCH = 1000;

/** Removes what nobody needs any more, in small batches. Every process does it. */
export class Housekeeping {
  readonly #database: Database;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#working = this.#working
        .then(() => this.sweep())
        .catch((error: unknown) => this.#log.warn({ err: error }, 'the housekeeping failed; it tries again'));
    }, INTERVAL_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  /** Removes all that is old now. */
  async sweep(): Promise<void> {
    while ((await sweepKeys(this.#database.sql, BATCH)) === BATCH);
  }
}
