import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '../../test/support/postgres-server.ts';
import { lacks } from '../../test/support/programs.ts';
import { BATCH_SIZE, SLOTS } from '../drain.ts';
import { figuresOf, interleave, type Report, type Rounds, ratioOf, type Target } from '../figures.ts';
import { type Bench, inProcess, SERVER_ENV } from '../processes.ts';
import { startRedis } from './redis-server.ts';
import type { SideJob, SideResult } from './side.ts';

const MAX_SAMPLES = 60;

/** Amount of work for every queue. */
type Sizes = Omit<SideJob, 'env'>;

const STATUS = 'pg-boss work() with a status row';
const STATUS_IN_BURSTS = 'the same, in bursts';

/** The queues on PostgreSQL, with their scripts and environment. */
const ON_POSTGRES: Readonly<Record<string, { script: string; env?: Record<string, string> }>> = {
  batchline: { script: 'batchline.ts' },
  'pg-boss': { script: 'pg-boss.ts' },
  [STATUS]: { script: 'pg-boss-status.ts' },
  [STATUS_IN_BURSTS]: { script: 'pg-boss-status.ts', env: { BENCH_BURST: 'true' } },
  'graphile-worker': { script: 'graphile-worker.ts' },
};

const ALWAYS = 'BullMQ, Redis with fsync always';
const EVERY_SECOND = 'BullMQ, Redis with fsync every second';

/** Targets of the comparisons with each queue. */
type Targets = Readonly<Record<string, Target>>;

const DRAIN_TARGETS: Targets = {
  'graphile-worker': { row: 'drain / graphile-worker (local queue, batched completion)', min: 0.7 },
  'pg-boss': { row: 'drain / bare pg-boss (fetch and complete)', min: 1.5 },
  [ALWAYS]: { row: 'drain / BullMQ with fsync always', min: 1.5 },
};
const AT_ONCE_TARGETS: Targets = {
  [ALWAYS]: { row: "starts by `startTask`, 50 at once / BullMQ's add with fsync always", min: 0.5 },
};
const BATCHED_TARGETS: Targets = {
  'graphile-worker': { row: "starts by 500 / graphile-worker's add_jobs", min: 1 },
};

/**
 * Compares Batchline with other queues: enqueueing, drain of no-op work, idle latency, memory. BullMQ only if Redis is installed.
 *
 * @param hasAll false for the queues whose comparison has a target
 */
export async function measureQueues(bench: Bench, tasks: number, hasAll: boolean): Promise<Report[]> {
  const sizes: Sizes = {
    singles: Math.ceil(tasks / 10),
    tasks,
    batched: tasks,
    batchSize: BATCH_SIZE,
    samples: Math.min(MAX_SAMPLES, tasks),
  };
  const results: Record<string, SideResult[]> = {};
  const measure = (name: string, run: () => Promise<SideResult>) => async (): Promise<number> => {
    const result = await run();
    results[name] ??= [];
    results[name].push(result);
    return result.drain;
  };
  const sides: Record<string, () => Promise<number>> = {};
  for (const [name, { script, env }] of Object.entries(ON_POSTGRES)) {
    if (!hasAll && name !== 'batchline' && DRAIN_TARGETS[name] === undefined) continue;
    sides[name] = measure(name, () => onPostgres(bench, script, sizes, env));
  }
  if (!lacks('redis-server')) {
    sides[ALWAYS] = measure(ALWAYS, () => onRedis(bench, 'always', sizes));
    if (hasAll) sides[EVERY_SECOND] = measure(EVERY_SECOND, () => onRedis(bench, 'everysec', sizes));
  }
  const drains = await interleave(bench.rounds, sides);
  const rounds = (value: (result: SideResult) => number): Rounds =>
    Object.fromEntries(Object.entries(results).map(([name, all]) => [name, all.map(value)]));
  const others = Object.keys(sides).filter((name) => name !== 'batchline');
  const report = (title: string, unit: string, all: Rounds, targets?: Targets): Report => ({
    title,
    unit,
    figures: figuresOf(all),
    results:
      targets === undefined ? [] : others.map((other) => ratioOf(all, 'batchline', other, targets[other])),
  });
  const [single, atOnce, batched] = [
    rounds((result) => result.single),
    rounds((result) => result.atOnce),
    rounds((result) => result.batched),
  ];
  return [
    report(`Drain of ${sizes.singles + sizes.tasks} no-op tasks`, '1/s', drains, DRAIN_TARGETS),
    report('Enqueued one after the other', '1/s', single, {}),
    report('Enqueued 50 at once', '1/s', atOnce, AT_ONCE_TARGETS),
    report('Enqueued by 500', '1/s', batched, BATCHED_TARGETS),
    report(
      'From enqueueing to the run at idle, median',
      'ms',
      rounds((result) => result.latency.median),
    ),
    report(
      'From enqueueing to the run at idle, p99',
      'ms',
      rounds((result) => result.latency.p99),
    ),
    report(
      'Resident memory of the process at the end',
      'MB',
      rounds((result) => result.memory),
    ),
  ];
}

/** The latency of a queue on PostgreSQL at idle: the median of a round, in ms. */
export async function idleLatency(bench: Bench, name: string): Promise<number> {
  const sizes: Sizes = { singles: 0, tasks: 0, batched: 0, batchSize: BATCH_SIZE, samples: MAX_SAMPLES };
  const { latency } = await onPostgres(bench, `${name}.ts`, sizes);
  return latency.median;
}

async function onPostgres(
  bench: Bench,
  script: string,
  sizes: Sizes,
  more: Readonly<Record<string, string>> = {},
): Promise<SideResult> {
  const url = await createDatabase(bench.postgresUrl, 'bench_queues');
  const env = {
    ...SERVER_ENV,
    ...more,
    BATCHLINE_DATA: await mkdtemp(join(bench.folder, 'queues-')),
    BATCHLINE_CONCURRENCY: String(SLOTS),
    DATABASE_URL: url,
  };
  try {
    return await inProcess<SideJob, SideResult>(bench, `queues/${script}`, { ...sizes, env });
  } finally {
    await dropDatabase(url);
  }
}

async function onRedis(bench: Bench, appendfsync: 'always' | 'everysec', sizes: Sizes): Promise<SideResult> {
  const redis = await startRedis(await mkdtemp(join(bench.folder, 'redis-')), appendfsync);
  try {
    const env = { REDIS_URL: redis.url };
    return await inProcess<SideJob, SideResult>(bench, 'queues/bullmq.ts', { ...sizes, env });
  } finally {
    await redis.stop();
  }
}
