import type { Logger } from 'pino';
import { BackgroundJob } from '../core/background-job.ts';
import type { Database } from '../db/database.ts';
import { moveDetails } from '../db/queries/move-details.ts';
import { sweepKeys } from '../db/queries/sweep-keys.ts';

const SWEEP_INTERVAL_MS = 60_000;
const SWEEP_BATCH = 1000;

/** Removes old idempotency keys and corrects rows that older releases have written, in small batches. Every process does it. */
export class Housekeeping {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #job: BackgroundJob;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
    this.#job = new BackgroundJob({
      name: 'housekeeping',
      intervalMs: SWEEP_INTERVAL_MS,
      log,
      run: (signal) => this.sweep(signal),
    });
  }

  /** Runs now, then once a minute. */
  start(): void {
    this.#job.start();
  }

  /** Resolves after the current batch. */
  stop(): Promise<void> {
    return this.#job.stop();
  }

  /** Does all pending work, or what is done until the signal aborts. */
  async sweep(signal?: AbortSignal): Promise<void> {
    await inBatches(signal, () => sweepKeys(this.#database.sql, SWEEP_BATCH));
    const moved = await inBatches(signal, () => moveDetails(this.#database.sql, SWEEP_BATCH));
    if (moved > 0)
      this.#log.info(
        { event: 'housekeeping.details_table_set', tasks: moved },
        'DetailsTable of tasks from an older release set to 205',
      );
  }
}

/** Repeats a step until a batch is not full. Resolves to the number of rows written. */
async function inBatches(signal: AbortSignal | undefined, step: () => Promise<number>): Promise<number> {
  let total = 0;
  while (signal?.aborted !== true) {
    const count = await step();
    total += count;
    if (count < SWEEP_BATCH) break;
  }
  return total;
}
