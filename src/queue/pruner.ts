import type { Logger } from 'pino';
import type { RetentionConfig } from '../config.ts';
import { BackgroundJob, type BatchResult, inBatches } from '../core/background-job.ts';
import { cutoffOf, mergeRules } from '../core/retention.ts';
import { ENDED_STATES } from '../core/task-state.ts';
import type { Database } from '../db/database.ts';
import { deleteOldAdministrationAudit } from '../db/queries/administration-audit.ts';
import { deleteUnusedUploads } from '../db/queries/file.ts';
import { deleteExpiredKeys } from '../db/queries/idempotency.ts';
import {
  listOwnRules,
  listRules,
  lockEndedTasks,
  namesWithEndedTasks,
  removeOldAudit,
} from '../db/queries/retention.ts';
import { deleteTaskRows } from '../db/queries/task-delete.ts';
import { removeStaleWords } from '../db/queries/task-search.ts';
import { moveDetails } from '../db/queries/task-write.ts';
import { inTransaction } from '../db/transaction.ts';
import type { Files } from '../files/files.ts';
import { type Swept, sweepFiles } from '../files/sweep.ts';
import type { Registry } from './registry.ts';
import { sharedJob } from './shared-job.ts';

/** Maximum number of rows per transaction. */
const BATCH = 200;
const AUDIT_BATCH = 1000;
/** Delay between transactions, so that others can proceed. */
const PAUSE_MS = 20;
const INTERVAL_MS = 10 * 60_000;
/** Interval of jobs that scan whole tables. */
const SLOW_INTERVAL_MS = 6 * 60 * 60_000;

/** Numbers of pruned rows. */
export interface Removed {
  readonly tasks: number;
  readonly uploads: number;
}

/**
 * Deletes tasks, uploads and audit rows after their retention period, and unreferenced files. All processes run one and
 * skip rows that another has locked. Batches are small, with pauses between them, so that they block no one.
 */
export class Pruner {
  readonly #database: Database;
  readonly #registry: Registry;
  readonly #files: Files;
  readonly #config: RetentionConfig;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #jobs: readonly BackgroundJob[];

  constructor(
    deps: { readonly database: Database; readonly registry: Registry; readonly files: Files },
    config: RetentionConfig,
    log: Logger,
  ) {
    this.#database = deps.database;
    this.#registry = deps.registry;
    this.#files = deps.files;
    this.#config = config;
    this.#log = log;
    const job = (name: string, intervalMs: number, run: () => Promise<unknown>): BackgroundJob =>
      new BackgroundJob({ name, intervalMs, log, run });
    this.#jobs = [
      job('pruner.tasks', INTERVAL_MS, () => this.removeOld(new Date())),
      job('pruner.history', SLOW_INTERVAL_MS, () => this.removeHistory(new Date())),
      job('pruner.administration', SLOW_INTERVAL_MS, () => this.removeAdministration(new Date())),
      job('pruner.files', SLOW_INTERVAL_MS, () => this.sweep(new Date())),
      job('pruner.search', SLOW_INTERVAL_MS, () => this.removeWords()),
    ];
  }

  /** Starts the background jobs. The first round begins after one interval. */
  start(): void {
    for (const job of this.#jobs) job.start('later');
  }

  /** Stops the jobs. Resolves when no transaction is in progress. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#jobs.map((job) => job.stop()));
  }

  /** Deletes the tasks and uploads whose retention period has passed. */
  async removeOld(now: Date): Promise<Removed> {
    const removed = { tasks: await this.#removeTasks(now), uploads: await this.#removeUploads(now) };
    if (removed.tasks + removed.uploads > 0)
      this.#log.info({ event: 'retention.tasks_pruned', ...removed }, 'pruned expired tasks');
    return removed;
  }

  /**
   * Deletes the history of deleted tasks after its retention period. Scans all old audit rows, including those of existing
   * tasks. Returns the number of deleted rows.
   */
  async removeHistory(now: Date): Promise<number> {
    const before = cutoffOf(this.#config.audit, now);
    if (before === undefined) return 0;
    let from = '0';
    const removed = await this.#inBatches(async () => {
      const step = await removeOldAudit(this.#database.sql, from, before, AUDIT_BATCH);
      from = step.to ?? from;
      return { rows: step.removed, more: step.to !== undefined };
    });
    if (removed > 0)
      this.#log.info(
        { event: 'retention.history_pruned', auditRows: removed },
        'pruned the history of deleted tasks',
      );
    return removed;
  }

  /** Deletes the audit of administration after its retention period. Returns the number of deleted rows. */
  async removeAdministration(now: Date): Promise<number> {
    const before = cutoffOf(this.#config.administration, now);
    if (before === undefined) return 0;
    const removed = await this.#inBatches(async () => {
      const rows = await deleteOldAdministrationAudit(this.#database.sql, before, AUDIT_BATCH);
      return { rows, more: rows === AUDIT_BATCH };
    });
    if (removed > 0)
      this.#log.info(
        { event: 'retention.administration_pruned', auditRows: removed },
        'pruned the audit of administration',
      );
    return removed;
  }

  /** Deletes the words of tasks that no longer exist from the search index. Returns the number of deleted rows. */
  removeWords(): Promise<number> {
    let after = 0;
    return this.#inBatches(async () => {
      const step = await removeStaleWords(this.#database.sql, after, AUDIT_BATCH);
      after = step.to ?? after;
      return { rows: step.removed, more: step.to !== undefined };
    });
  }

  /** Deletes files that no row references. */
  async sweep(now: Date): Promise<Swept> {
    const swept = await sweepFiles(this.#database.sql, this.#files, now);
    if (swept.contents + swept.scratch > 0)
      this.#log.info({ event: 'retention.files_pruned', ...swept }, 'pruned unreferenced files');
    return swept;
  }

  async #removeTasks(now: Date): Promise<number> {
    const set = await listRules(this.#database.sql);
    const ofModules = await listOwnRules(this.#database.sql);
    let total = 0;
    for (const name of await namesWithEndedTasks(this.#database.sql)) {
      const key = name.toLowerCase();
      const own = this.#registry.find(name)?.retention ?? ofModules.get(key);
      const rules = mergeRules(set.get(key), own, this.#config.tasks);
      for (const state of ENDED_STATES) {
        const before = cutoffOf(rules[state], now);
        if (before === undefined) continue;
        total += await this.#inBatches(async () => {
          const { ids, keys } = await inTransaction(this.#database, async (trx) => {
            const ids = await lockEndedTasks(trx, name, state, before, BATCH);
            const keys = await this.#files.resultKeys(trx, ids);
            await deleteTaskRows(trx, ids, false);
            return { ids, keys };
          });
          await this.#files.removeResults(ids, keys);
          return { rows: ids.length, more: ids.length === BATCH };
        });
      }
    }
    return total;
  }

  async #removeUploads(now: Date): Promise<number> {
    const before = cutoffOf(this.#config.uploads, now);
    if (before === undefined) return 0;
    return this.#inBatches(async () => {
      const ids = await inTransaction(this.#database, (trx) => deleteUnusedUploads(trx, before, BATCH));
      await this.#files.removeUploadContents(ids);
      return { rows: ids.length, more: ids.length === BATCH };
    });
  }

  #inBatches(batch: () => Promise<BatchResult>): Promise<number> {
    return inBatches(batch, { signal: this.#stopping.signal, pauseMs: PAUSE_MS });
  }
}

const SWEEP_INTERVAL_MS = 60_000;
const SWEEP_BATCH = 1000;

/** Deletes old idempotency keys and corrects rows of older releases, in small batches. One process does it for all. */
export class Housekeeping {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #job: BackgroundJob;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
    this.#job = sharedJob({
      name: 'housekeeping',
      signals: database.signals,
      intervalMs: SWEEP_INTERVAL_MS,
      log,
      run: (signal) => this.sweep(signal),
    });
  }

  /** Runs after a delay, then once a minute. */
  start(delayMs: number): void {
    this.#job.start(delayMs);
  }

  /** Stops the job. Resolves after the current batch. */
  stop(): Promise<void> {
    return this.#job.stop();
  }

  /** Processes all pending rows, until the signal aborts. */
  async sweep(signal?: AbortSignal): Promise<void> {
    const { sql } = this.#database;
    const sweepAll = (work: () => Promise<number>): Promise<number> =>
      inBatches(
        async () => {
          const rows = await work();
          return { rows, more: rows >= SWEEP_BATCH };
        },
        { signal },
      );
    await sweepAll(() => deleteExpiredKeys(sql, SWEEP_BATCH));
    const moved = await sweepAll(() => moveDetails(sql, SWEEP_BATCH));
    if (moved > 0)
      this.#log.info(
        { event: 'housekeeping.details_table_set', tasks: moved },
        'DetailsTable of tasks from an older release set to 205',
      );
  }
}
