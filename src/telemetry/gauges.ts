import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { Connections } from '../db/database.ts';
import { countFailingSchedules } from '../db/queries/schedule.ts';
import { countIds, countQueues, type IdUse, type QueueCount } from '../db/queries/statistics.ts';
import type { Schema } from '../db/schema.ts';
import type { RunnerLoad } from '../queue/worker.ts';

/** Counts are believed at least this long, ... */
const MIN_MS = 2000;
/** ... and this many times as long as they took, so that scrapes cost the database at most 2 % of one connection's time. */
const TIMES = 50;
/** A scrape waits this long at most; the count goes on for the next one. */
const PATIENCE_MS = 3000;

/** What there is to do, as the database was last asked. */
export interface DatabaseCounts {
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
  #last: DatabaseCounts | undefined;
  #believedUntil = 0;
  #counting: Promise<DatabaseCounts | undefined> | undefined;

  constructor(db: Kysely<Schema>, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** The newest counts; `undefined` where the database does not answer (in time). */
  async read(): Promise<DatabaseCounts | undefined> {
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

  async #count(): Promise<DatabaseCounts | undefined> {
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

/** What gauges are read from when somebody scrapes. */
export interface GaugeSources {
  readonly queues: QueueCounts;
  /** The definitions of this process: they are told of also where they have nothing to do. */
  readonly definitions: () => readonly string[];
  readonly connections: () => Connections | undefined;
  readonly load: () => readonly RunnerLoad[];
}

/**
 * Adds the gauges that are read when somebody scrapes. Those of the queues are of the whole database: every process
 * tells the same, so that one takes the greatest of them, not the sum.
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
  gauge('run_slots', 'The most runs at once in this process', ['isolate'], (most) => {
    for (const { isolate, slots } of sources.load()) most.set({ isolate }, slots);
  });
  if (sources.connections() === undefined) return;
  gauge('database_connections', 'Connections to the database', ['state'], (connections) => {
    const { busy = 0, idle = 0 } = sources.connections() ?? {};
    connections.set({ state: 'busy' }, busy);
    connections.set({ state: 'idle' }, idle);
  });
  gauge('database_connections_limit', 'The most connections to the database', [], (limit) => {
    limit.set(sources.connections()?.limit ?? 0);
  });
  gauge('database_waiting', 'Who waits for a connection to the database', [], (waiting) => {
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
        const counted = await queues.read();
        this.reset();
        if (counted === undefined) return;
        const ageSeconds = (performance.now() - counted.at) / 1000;
        for (const definition of definitions()) this.set({ definition }, 0);
        for (const queue of counted.queues)
          this.set({ definition: queue.name }, valueFrom(queue, ageSeconds));
      },
    });
  gauge('tasks_due', 'Tasks that wait for a run now', ({ due }) => due);
  gauge('tasks_scheduled', 'Tasks that are due later', ({ later }) => later);
  gauge('tasks_running', 'Tasks that somebody runs', ({ running }) => running);
  gauge(
    'tasks_oldest_due_age_seconds',
    'How long the longest waiting task has been due',
    ({ oldestSeconds }, ageSeconds) => (oldestSeconds === null ? 0 : oldestSeconds + ageSeconds),
  );
  new Gauge({
    name: 'batchline_schedules_failing',
    help: 'Schedules that failed to start a task at their last due time, or have no next one',
    registers: [registry],
    async collect() {
      const counted = await queues.read();
      if (counted === undefined) this.reset();
      else this.set(counted.failingSchedules);
    },
  });
  new Gauge({
    name: 'batchline_ids_used_ratio',
    help: "Share of a table's ids that is used up, 0 to 1; at 1 no rows can be added",
    labelNames: ['table'],
    registers: [registry],
    async collect() {
      const counted = await queues.read();
      this.reset();
      for (const { table, ratio } of counted?.ids ?? []) this.set({ table }, ratio);
    },
  });
  new Gauge({
    name: 'batchline_database_up',
    help: 'Whether the database has answered; 0 where the gauges of its tasks are missing therefore',
    registers: [registry],
    async collect() {
      this.set((await queues.read()) === undefined ? 0 : 1);
    },
  });
}
