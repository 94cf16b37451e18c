import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { sweepKeys } from '../store/idempotency/sweep-keys.ts';
import { moveDetails } from '../store/tasks/move-details.ts';

const INTERVAL_MS = 60_000;
const BATCH = 1000;

/** Removes old idempotency keys and corrects rows that older releases have written, in small batches. Every process does it. */
export class Housekeeping {
  readonly #database: Database;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /** Runs now, then once a minute. */
  start(): void {
    this.#round();
    this.#timer = setInterval(() => this.#round(), INTERVAL_MS);
  }

  /** Resolves after the current batch. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    await this.#working;
  }

  /** Does all pending work. */
  async sweep(): Promise<void> {
    await this.#inBatches(() => sweepKeys(this.#database.sql, BATCH));
    const moved = await this.#inBatches(() => moveDetails(this.#database.sql, BATCH));
    if (moved > 0)
      this.#log.info(
        { event: 'housekeeping.details_table_set', tasks: moved },
        'DetailsTable of tasks from an older release set to 205',
      );
  }

  #round(): void {
    this.#working = this.#working
      .then(() => this.sweep())
      .catch((error: unknown) =>
        this.#log.warn(
          { event: 'housekeeping.failed', err: error },
          'housekeeping failed; retrying in a minute',
        ),
      );
  }

  /** Repeats a step until a batch is not full. Resolves to the number of rows written. */
  async #inBatches(step: () => Promise<number>): Promise<number> {
    let total = 0;
    while (!this.#isStopping) {
      const count = await step();
      total += count;
      if (count < BATCH) break;
    }
    return total;
  }
}
