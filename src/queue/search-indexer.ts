import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { BackgroundJob } from '../core/background-job.ts';
import type { Database } from '../db/database.ts';
import { settledPosition } from '../db/queries/event.ts';
import {
  indexTasks,
  lockSearchCursor,
  moveSearchCursor,
  readChangedTasks,
  readOlderTasks,
  readSearchCursor,
  type SearchCursor,
  startIndex,
} from '../db/queries/task-search.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import { sharedJob } from './shared-job.ts';

const JOB = 'search.index';
/** The interval of polls, for changes by processes that have stopped or run an earlier release. */
const INTERVAL_MS = 60_000;
/** The delay after a change of this process, and the length of a round. */
const DELAY_MS = 1000;
/** A process leaves the index to another one that has written to it within this time. */
const OTHERS_MS = 2000;
/** Maximum number of state changes, or of older tasks, per transaction. */
const BATCH = 200;
/** The job pauses for this multiple of the time that a transaction took, so that it uses at most a fifth of a connection. */
const PAUSE_FACTOR = 4;
/** Collects changes of texts for this long. */
const TEXTS_MS = 1000;
/** Maximum number of tasks with changed texts that wait to be indexed. */
const MAX_NOTED = 10_000;

/**
 * Writes the search index behind the tasks (docs/decisions/0043-search.md): the tasks of new state changes, in the order of
 * their events, and beside them the tasks that are older than the index. The processes that change tasks take turns: any of
 * them indexes the changes of all. Changes of texts are not events; the process that makes them indexes them.
 */
export class SearchIndexer {
  readonly #database: Database;
  readonly #job: BackgroundJob;
  readonly #texts: BackgroundJob;
  readonly #noted = new Set<number>();
  /** True if tasks have changed in this process since its last round. */
  #hasChanges = false;
  /** The end of the last round of another process, on the monotonic clock of this one. */
  #othersRoundAt = Number.NEGATIVE_INFINITY;
  #unsubscribe: () => void = () => undefined;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#job = sharedJob({
      name: JOB,
      signals: database.signals,
      intervalMs: INTERVAL_MS,
      isUrgent: () => this.#hasChanges && performance.now() - this.#othersRoundAt >= OTHERS_MS,
      log,
      run: (signal) => this.#round(signal),
    });
    this.#texts = new BackgroundJob({ name: 'search.texts', log, run: () => this.#indexNoted() });
  }

  /** Starts the jobs. The first round begins after a change, or after an interval. */
  start(): void {
    this.#unsubscribe = this.#database.signals.subscribe((signal) => {
      if (signal.kind === 'texts') this.#note(signal.taskIds);
      else if (signal.kind === 'changed') {
        this.#hasChanges = true;
        this.#job.wakeIn(DELAY_MS);
      } else if (signal.kind === 'round' && signal.job === JOB) {
        this.#othersRoundAt = performance.now();
        if (this.#hasChanges) this.#job.wakeIn(OTHERS_MS);
      }
    });
    this.#job.start('later');
    this.#texts.start('later');
  }

  /** Stops the jobs. Resolves after the current transaction; texts that wait are indexed first. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    await Promise.all([this.#job.stop(), this.#texts.stop()]);
    await this.#indexNoted();
  }

  /** Indexes everything that is visible now. */
  async catchUp(): Promise<void> {
    await this.#indexNoted();
    while (await this.#step());
  }

  /** Indexes pending changes, for a short time, so that the other processes hear that this one does it. */
  async #round(signal: AbortSignal): Promise<void> {
    this.#hasChanges = false;
    const end = performance.now() + DELAY_MS;
    for (;;) {
      const began = performance.now();
      const hasMore = await this.#step();
      const now = performance.now();
      if (!hasMore || signal.aborted) return;
      const pauseMs = (now - began) * PAUSE_FACTOR;
      if (now + pauseMs > end) {
        this.#hasChanges = true;
        this.#job.wakeIn(pauseMs);
        return;
      }
      await delay(pauseMs, undefined, { signal });
    }
  }

  /** Indexes a batch. Returns whether there may be more to index. */
  async #step(): Promise<boolean> {
    const { sql: db } = this.#database;
    const known = await readSearchCursor(db);
    if (known === undefined) {
      return startIndex(db, await settledPosition(db));
    }
    const isBehind = known.lastEvent > known.position;
    if (!isBehind && known.backfill === 0) return false;
    const upTo = isBehind ? await settledPosition(db) : known.position;
    return inQuietTransaction(db, async (trx) => {
      const cursor = await lockSearchCursor(trx);
      if (cursor === undefined) return false;
      const isNew = cursor.position < upTo;
      const next = isNew ? await this.#newTasks(trx, cursor, upTo) : await this.#olderTasks(trx, cursor);
      await moveSearchCursor(trx, next);
      return next.backfill > 0 || next.position < upTo;
    });
  }

  async #newTasks(
    trx: Parameters<typeof indexTasks>[0],
    cursor: SearchCursor,
    upTo: number,
  ): Promise<SearchCursor> {
    const { ids, position } = await readChangedTasks(trx, cursor.position, upTo, BATCH);
    await indexTasks(trx, ids);
    return { ...cursor, position };
  }

  async #olderTasks(trx: Parameters<typeof indexTasks>[0], cursor: SearchCursor): Promise<SearchCursor> {
    const ids = await readOlderTasks(trx, cursor.backfill, BATCH);
    await indexTasks(trx, ids);
    return { ...cursor, backfill: ids.length < BATCH ? 0 : (ids.at(-1) ?? 0) };
  }

  #note(taskIds: readonly number[]): void {
    if (this.#noted.size === 0) this.#texts.wakeIn(TEXTS_MS);
    for (const id of taskIds) if (this.#noted.size < MAX_NOTED) this.#noted.add(id);
  }

  async #indexNoted(): Promise<void> {
    for (let ids = this.#firstNoted(); ids.length > 0; ids = this.#firstNoted()) {
      const isWritten = await inQuietTransaction(this.#database.sql, async (trx) => {
        if ((await lockSearchCursor(trx)) === undefined) return false;
        await indexTasks(trx, ids);
        return true;
      });
      if (!isWritten) {
        this.#texts.wakeIn(TEXTS_MS);
        return;
      }
      for (const id of ids) this.#noted.delete(id);
    }
  }

  #firstNoted(): number[] {
    return [...this.#noted].slice(0, BATCH);
  }
}
