import type { Logger } from 'pino';
import { type BackgroundJob, inBatches } from '../core/background-job.ts';
import { cutoffOf, type Retention } from '../core/retention.ts';
import type { Database } from '../db/database.ts';
import { settledPosition } from '../db/queries/event.ts';
import {
  beginCounting,
  COUNTED_STEPS,
  type CountedStep,
  countNewer,
  countOlder,
  deleteObsoleteFailures,
  deleteOldCounts,
  readCountedRange,
} from '../db/queries/statistics-rollup.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import { sharedJob } from './shared-job.ts';

/** Maximum number of audit rows that a transaction counts, and of rows that it deletes. */
const BATCH = 5000;
/** Delay between the transactions that count the history of an upgraded database, so that others can proceed. */
const PAUSE_MS = 20;
const INTERVAL_MS = 30_000;
/** The next round begins earlier if a round counted this many rows, so that reads find few uncounted ones. */
const BUSY_ROWS = 1000;
const BUSY_INTERVAL_MS = 5000;
const PRUNE_INTERVAL_MS = 10 * 60_000;

/**
 * Retention periods of the counters of short intervals, by interval (seconds). Statistics read them for periods of up to half an
 * hour, five hours, and thirty hours; the longest intervals are kept for the time of the setting.
 */
const SHORT_STEP_SECONDS: Readonly<Partial<Record<CountedStep['seconds'], number>>> = {
  10: 2 * 3600,
  60: 12 * 3600,
  900: 3 * 86_400,
};

/**
 * Keeps the counters of the statistics: adds the audit rows that have become visible since the last round, and those of the
 * time before an upgrade. One process does it for all (docs/decisions/0039-counters.md).
 */
export class StatisticsRollup {
  readonly #database: Database;
  readonly #retention: Retention;
  readonly #log: Logger;
  readonly #jobs: readonly BackgroundJob[];

  /** @param retention how long counters are kept */
  constructor(database: Database, retention: Retention, log: Logger) {
    this.#database = database;
    this.#retention = retention;
    this.#log = log;
    const { signals } = database;
    const counting = sharedJob({
      name: 'statistics.count',
      signals,
      intervalMs: INTERVAL_MS,
      log,
      run: async (signal) => {
        if ((await this.count(new Date(), signal)) >= BUSY_ROWS) counting.wakeIn(BUSY_INTERVAL_MS);
      },
    });
    const pruning = sharedJob({
      name: 'statistics.prune',
      signals,
      intervalMs: PRUNE_INTERVAL_MS,
      log,
      run: (signal) => this.prune(new Date(), signal),
    });
    this.#jobs = [counting, pruning];
  }

  /** Starts the background jobs. The first rounds begin after an interval. */
  start(): void {
    for (const job of this.#jobs) job.start('later');
  }

  /** Stops the jobs. Resolves when no transaction is in progress. */
  async stop(): Promise<void> {
    await Promise.all(this.#jobs.map((job) => job.stop()));
  }

  /** Counts all audit rows that are not counted yet, until the signal aborts. Returns their number. */
  async count(now: Date, signal?: AbortSignal): Promise<number> {
    const db = this.#database.sql;
    const range = await readCountedRange(db);
    if (range === undefined) await beginCounting(db, await settledPosition(db, signal));
    const hasNewer = range !== undefined && range.last > range.high;
    const newer = hasNewer ? await this.#countNewer(now, signal) : 0;
    if (range?.low === 0) return newer;
    const older = await inBatches(
      () => inQuietTransaction(db, (trx) => countOlder(trx, this.#steps(now), BATCH)),
      { signal, pauseMs: PAUSE_MS },
    );
    if (older >= BATCH)
      this.#log.info(
        { event: 'statistics.history_counted', auditRows: older },
        'counted the history from before the upgrade for the statistics',
      );
    return newer + older;
  }

  /** Deletes counters after their retention period, and failures of tasks that are not Failed any more. */
  async prune(now: Date, signal?: AbortSignal): Promise<void> {
    const db = this.#database.sql;
    for (const step of this.#steps(now)) {
      await inBatches(
        async () => {
          const rows = await deleteOldCounts(db, step, BATCH);
          return { rows, more: rows === BATCH };
        },
        { signal, pauseMs: PAUSE_MS },
      );
    }
    let after: number | undefined = 0;
    while (after !== undefined && signal?.aborted !== true)
      after = await deleteObsoleteFailures(db, after, cutoffOf(this.#retention, now), BATCH);
  }

  async #countNewer(now: Date, signal: AbortSignal | undefined): Promise<number> {
    const db = this.#database.sql;
    const position = await settledPosition(db, signal);
    return inBatches(
      () => inQuietTransaction(db, (trx) => countNewer(trx, position, this.#steps(now), BATCH)),
      { signal },
    );
  }

  #steps(now: Date): CountedStep[] {
    return COUNTED_STEPS.map((seconds) => ({
      seconds,
      before: cutoffOf(SHORT_STEP_SECONDS[seconds] ?? this.#retention, now),
    }));
  }
}
