import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { Connections } from '../db/database.ts';
import { countIds, type IdUse } from '../db/queries/ids.ts';
import { countFailingSchedules } from '../db/queries/schedule.ts';
import { countQueues, type QueueCount } from '../db/queries/statistics.ts';
import type { Schema } from '../db/schema.ts';
import type { RunnerLoad } from '../queue/worker.ts';

/** Minimum lifetime of cached counts. */
const MIN_CACHE_MS = 2000;
/** Counts are cached for this multiple of the time they took, so that scrapes use at most 2 % of one connection. */
const CACHE_FACTOR = 50;
/** A scrape waits this long at most; the next scrape gets the result of a slower count. */
const TIMEOUT_MS = 3000;

/** Counts that were read from the database. */
export interface DatabaseCounts {
  readonly queues: readonly QueueCount[];
  /** Schedules that failed to start a task at their last due time, or have no next one. */
  readonly failingSchedules: number;
  readonly ids: readonly IdUse[];
  /** When they were read, on the monotonic clock of this process (ms). */
  readonly at: number;
}

/**
 * Counts tasks, failing schedules and used ids in the whole database for scrapes. Results are cached, longer if the
 * count is slow, and concurrent scrapes share one count.
 */
export class QueueCounts {
  readonly #db: Kysely<Schema>;
  readonly #log: Logger;
  #last: DatabaseCounts | undefined;
  #cachedUntil = 0;
  #counting: Promise<DatabaseCounts | undefined> | undefined;

  constructor(db: Kysely<Schema>, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** Returns the counts; `undefined` if the database does not respond in time. */
  async read(): Promise<DatabaseCounts | undefined> {
    if (this.#last !== undefined && performance.now() < this.#cachedUntil) return this.#last;
    this.#counting ??= this.#count().finally(() => {
      this.#counting = undefined;
    });
    const { promise: timeout, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
    try {
      return await Promise.race([this.#counting, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #count(): Promise<DatabaseCounts | undefined> {
    const began = performance.now();
    try {
      const queues = await countQueues(this.#db, null);
      const failingSchedules = await countFailingSchedules(this.#db);
      const ids = await countIds(this.#db);
      const ended = performance.now();
      this.#cachedUntil = ended + Math.max(MIN_CACHE_MS, CACHE_FACTOR * (ended - began));
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

/** Sources that gauges are read from at each scrape. */
export interface GaugeSources {
  readonly queues: QueueCounts;
  /** The definitions of this process. They have gauges even if they have no tasks. */
  readonly definitions: () => readonly string[];
  readonly connections: () => Connections | undefined;
  readonly load: () => readonly RunnerLoad[];
}

/**
 * Adds the gauges that are read at each scrape. Those of the queues cover the whole database and are the same in every
 * process, so aggregate them by maximum, not by sum.
 */
export function addGauges(registry: Registry, sources: GaugeSources): void {
  addQueueGauges(registry, sources);
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    collect: (gauge: Gauge<L>) => void,
  ) =>
    new Gauge<L>({
      name: `batchline_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        collect(this);
      },
    });
  gauge('runs_active', 'Runs in this process', ['isolate'], (active) => {
    for (const { isolate, running } of sources.load()) active.set({ isolate }, running);
  });
  gauge('run_slots', 'Maximum number of concurrent runs in this process', ['isolate'], (max) => {
    for (const { isolate, slots } of sources.load()) max.set({ isolate }, slots);
  });
  if (sources.connections() === undefined) return;
  gauge('database_connections', 'Connections to the database', ['state'], (connections) => {
    const { busy = 0, idle = 0 } = sources.connections() ?? {};
    connections.set({ state: 'busy' }, busy);
    connections.set({ state: 'idle' }, idle);
  });
  gauge('database_connections_limit', 'Maximum number of connections to the database', [], (limit) => {
    limit.set(sources.connections()?.limit ?? 0);
  });
  gauge('database_waiting', 'Callers that wait for a connection to the database', [], (waiting) => {
    waiting.set(sources.connections()?.waiting ?? 0);
  });
}

function addQueueGauges(registry: Registry, { queues, definitions }: GaugeSources): void {
  const gauge = (name: string, help: string, valueFrom: (queue: QueueCount, ageSeconds: number) => number) =>
    new Gauge({
      name: `batchline_${name}`,
      help,
      labelNames: ['definition'],
      registers: [registry],
      async collect() {
        const counts = await queues.read();
        this.reset();
        if (counts === undefined) return;
        const ageSeconds = (performance.now() - counts.at) / 1000;
        for (const definition of definitions()) this.set({ definition }, 0);
        for (const queue of counts.queues) this.set({ definition: queue.name }, valueFrom(queue, ageSeconds));
      },
    });
  gauge('tasks_due', 'Tasks that are due and not running', ({ due }) => due);
  gauge('tasks_scheduled', 'Tasks that are due later', ({ later }) => later);
  gauge('tasks_running', 'Tasks that are running', ({ running }) => running);
  gauge(
    'tasks_oldest_due_age_seconds',
    'Time since the oldest due task became due',
    ({ oldestSeconds }, ageSeconds) => (oldestSeconds === null ? 0 : oldestSeconds + ageSeconds),
  );
  new Gauge({
    name: 'batchline_schedules_failing',
    help: 'Schedules that failed to start a task at their last due time, or have no next one',
    registers: [registry],
    async collect() {
      const counts = await queues.read();
      if (counts === undefined) this.reset();
      else this.set(counts.failingSchedules);
    },
  });
  new Gauge({
    name: 'batchline_ids_used_ratio',
    help: "Share of a table's ids that is used up, 0 to 1; at 1 no rows can be added",
    labelNames: ['table'],
    registers: [registry],
    async collect() {
      const counts = await queues.read();
      this.reset();
      for (const { table, ratio } of counts?.ids ?? []) this.set({ table }, ratio);
    },
  });
  new Gauge({
    name: 'batchline_database_up',
    help: '1 if the database responds; 0 if it does not, and the gauges read from it are missing',
    registers: [registry],
    async collect() {
      this.set((await queues.read()) === undefined ? 0 : 1);
    },
  });
}
