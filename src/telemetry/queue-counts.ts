import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { countIds, type IdUse } from '../db/queries/count-ids.ts';
import { countQueues, type QueueCount } from '../db/queries/count-queues.ts';
import { countFailingSchedules } from '../db/queries/read-schedules.ts';
import type { Schema } from '../db/schema.ts';

/** Counts are believed at least this long, ... */
const MIN_MS = 2000;
/** ... and this many times as long as they took, so that scrapes cost the database at most 2 % of one connection's time. */
const TIMES = 50;
/** A scrape waits this long at most; the count goes on for the next one. */
const PATIENCE_MS = 3000;

/** What there is to do, as the database was last asked. */
export interface Counted {
  readonly queues: readonly QueueCount[];
  /** Schedules that failed to start a task at their last due time, or have no next one. */
  readonly failingSchedules: number;
  readonly ids: readonly IdUse[];
  /** When it was asked, on this process's own clock (ms). */
  readonly at: number;
}

/**
 * Counts what there is to do in the whole database, for scrapes: seldom where it takes long, and once where many scrape
 * at the same moment.
 */
export class QueueCounts {
  readonly #db: Kysely<Schema>;
  readonly #log: Logger;
  #last: Counted | undefined;
  #believedUntil = 0;
  #counting: Promise<Counted | undefined> | undefined;

  constructor(db: Kysely<Schema>, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** The newest counts; `undefined` where the database does not answer (in time). */
  async read(): Promise<Counted | undefined> {
    if (this.#last !== undefined && performance.now() < this.#believedUntil) return this.#last;
    this.#counting ??= this.#count().finally(() => {
      this.#counting = undefined;
    });
    const { promise: patience, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    try {
      return await Promise.race([this.#counting, patience]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #count(): Promise<Counted | undefined> {
    const began = performance.now();
    try {
      const queues = await countQueues(this.#db, null);
      const failingSchedules = await countFailingSchedules(this.#db);
      const ids = await countIds(this.#db);
      const ended = performance.now();
      this.#believedUntil = ended + Math.max(MIN_MS, TIMES * (ended - began));
      this.#last = { queues, failingSchedules, ids, at: ended };
    } catch (error) {
      this.#log.warn(
        { event: 'metrics.queue_count_failed', err: error },
        'failed to count queued tasks for the metrics',
      );
      this.#last = undefined;
    }
    return this.#last;
  }
}
