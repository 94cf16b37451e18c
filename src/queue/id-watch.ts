import type { Logger } from 'pino';
import type { BackgroundJob } from '../core/background-job.ts';
import { IDS_WARNING_RATIO } from '../core/limits.ts';
import type { Database } from '../db/database.ts';
import { countIds } from '../db/queries/ids.ts';
import { sharedJob } from './shared-job.ts';

const INTERVAL_MS = 60 * 60_000;

/**
 * Warns in the log, every hour and at each start, if the 32-bit ids of a table are running out. One process does it for all.
 */
export class IdWatch {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #job: BackgroundJob;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
    this.#job = sharedJob({
      name: 'ids.watch',
      signals: database.signals,
      intervalMs: INTERVAL_MS,
      log,
      run: () => this.check(),
    });
  }

  /** Starts the job with a check. */
  start(): void {
    this.#job.start();
  }

  /** Stops the job. Resolves when no check is in progress. */
  stop(): Promise<void> {
    return this.#job.stop();
  }

  /** Logs a warning for each table that has used most of its ids. */
  async check(): Promise<void> {
    for (const { table, ratio, left } of await countIds(this.#database.sql)) {
      if (ratio < IDS_WARNING_RATIO) continue;
      this.#log.warn(
        { event: 'ids.running_out', table, usedRatio: Number(ratio.toFixed(4)), left },
        'ids are running out; add a cell before they are used up',
      );
    }
  }
}
