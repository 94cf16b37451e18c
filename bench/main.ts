import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../test/support/postgres-server.ts';
import { measureBulk } from './bulk.ts';
import { measureCell } from './cell.ts';
import { measureClaims } from './claims.ts';
import { measureDrain } from './drain.ts';
import type { Report } from './figures.ts';
import { type Fleet, measureApis, measureFleet } from './fleet.ts';
import { measureAmong } from './history.ts';
import { measureEmbeddedLatency, measureIdleLatency, measureLoadedLatency } from './latency.ts';
import { measureMemory } from './memory.ts';
import { measureOpenTransaction } from './open-transaction.ts';
import { measurePages } from './pages.ts';
import type { Bench } from './processes.ts';
import { measurePut } from './put.ts';
import { measureQueues } from './queues/queues.ts';
import { measureRequests } from './requests.ts';
import { measureStorage } from './storage.ts';
import { tableOf, targetTable } from './tables.ts';
import { measureTurns } from './turns.ts';

/** Sizes given on the command line. */
interface Sizes {
  /** Tasks in the databases of `pages` and `claims`. */
  readonly sizes: readonly number[];
  /** Sizes of the drains, in order. */
  readonly drainTasks: readonly number[];
  /** Tasks enqueued in each queue. */
  readonly queueTasks: number;
  /** Tasks that run while memory is measured. */
  readonly memoryTasks: number;
  /** The fleets; the first is the reference. */
  readonly fleets: readonly Fleet[];
  /** Numbers of listening connections. */
  readonly listeners: readonly number[];
}

/** Few, because starting tasks there takes longer than draining them. */
const EMBEDDED_TASKS = 1500;
/** Tasks drained beside an open transaction. */
const HELD_TASKS = 100_000;

type Measurement = (bench: Bench, sizes: Sizes) => Promise<Report[]> | AsyncGenerator<Report>;

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  put: async (bench) => [await measurePut(bench)],
  requests: async (bench) => [await measureRequests(bench)],
  bulk: async (bench) => [await measureBulk(bench)],
  drain: async (bench, { drainTasks }) => {
    const reports = [];
    for (const tasks of drainTasks) reports.push(...(await measureDrain(bench, 'postgres', tasks)));
    return reports;
  },
  'drain-embedded': (bench) => measureDrain(bench, 'embedded', EMBEDDED_TASKS),
  'open-transaction': async (bench) => [await measureOpenTransaction(bench, HELD_TASKS)],
  turns: async (bench, { drainTasks }) => {
    const reports = [];
    for (const tasks of drainTasks) reports.push(await measureTurns(bench, tasks));
    return reports;
  },
  storage: (bench) => measureStorage(bench),
  latency: async (bench) => [await measureIdleLatency(bench), await measureEmbeddedLatency(bench)],
  load: async (bench) => [await measureLoadedLatency(bench)],
  history: (bench, { sizes }) => measureAmong(bench, sizes, [measureClaims, measurePages]),
  pages: (bench, { sizes }) => measureAmong(bench, sizes, [measurePages]),
  claims: (bench, { sizes }) => measureAmong(bench, sizes, [measureClaims]),
  queues: (bench, { queueTasks }) => measureQueues(bench, queueTasks, true),
  memory: async (bench, { memoryTasks }) => [await measureMemory(bench, memoryTasks)],
  fleet: (bench, { fleets }) => measureFleet(bench, fleets),
  cell: (bench, { listeners }) => measureCell(bench, listeners),
  apis: (bench) => measureApis(bench),
};

/** The measurements of the table of targets in README.md, with its sizes. */
const TARGETS: Readonly<Record<string, Measurement>> = {
  'queues with a target': (bench) => measureQueues(bench, 20_000, false),
  requests: async (bench) => [await measureRequests(bench)],
  bulk: async (bench) => [await measureBulk(bench)],
  put: async (bench) => [await measurePut(bench)],
  latency: async (bench) => [await measureIdleLatency(bench)],
  storage: (bench) => measureStorage(bench),
  'open-transaction': async (bench) => [await measureOpenTransaction(bench, HELD_TASKS)],
  load: async (bench) => [await measureLoadedLatency(bench)],
  history: (bench) => measureAmong(bench, [10_000, 10_000_000], [measureClaims, measurePages]),
};

/** `history` measures the same as these two together. */
const BY_DEFAULT = Object.keys(MEASUREMENTS).filter((name) => !['pages', 'claims'].includes(name));

const USAGE = `npm run bench -- [targets | ${Object.keys(MEASUREMENTS).join(' | ')}]… [--rounds 5] [--quick] [--tasks 10000,1000000] [--drain-tasks 5000,20000] [--queue-tasks 5000] [--memory-tasks 1000000] [--workers 1,2,4,8,32,32s] [--listeners 1,100,500,1000] [--json] [--profile FOLDER]`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      tasks: { type: 'string', default: '10000,1000000' },
      'drain-tasks': { type: 'string', default: '5000,20000' },
      'queue-tasks': { type: 'string', default: '5000' },
      'memory-tasks': { type: 'string', default: '1000000' },
      workers: { type: 'string', default: '1,2,4,8,32,32s' },
      listeners: { type: 'string', default: '1,100,500,1000' },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const names = positionals.length > 0 ? positionals : BY_DEFAULT;
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 5));
  const sizes: Sizes = {
    sizes: values.tasks.split(',').map(Number),
    drainTasks: values['drain-tasks'].split(',').map(Number),
    queueTasks: Number(values['queue-tasks']),
    memoryTasks: Number(values['memory-tasks']),
    fleets: values.workers.split(',').map(readFleet),
    listeners: values.listeners.split(',').map(Number),
  };
  const isWrong =
    names.some((name) => name !== 'targets' && !(name in MEASUREMENTS)) ||
    !Number.isInteger(rounds) ||
    rounds < 1 ||
    !areSizes(sizes);
  if (isWrong || values.help) {
    console[isWrong ? 'error' : 'log'](USAGE);
    return isWrong ? 2 : 0;
  }
  const measurements = names.flatMap((name) =>
    name === 'targets' ? Object.entries(TARGETS) : [[name, MEASUREMENTS[name] as Measurement] as const],
  );
  const folder = await mkdtemp(join(tmpdir(), 'batchline-bench-'));
  const postgres = await startPostgres({ fsync: true, connections: Math.max(...sizes.listeners) + 300 });
  try {
    const machine = await machineOf(postgres.url);
    if (!values.json) console.log(`${machine}; ${rounds} rounds, median of them`);
    const bench: Bench = { rounds, postgresUrl: postgres.url, folder, profileFolder: values.profile };
    const reports: Report[] = [];
    const failed: string[] = [];
    for (const [name, measure] of measurements) {
      try {
        const measured = measure(bench, sizes);
        for await (const report of measured instanceof Promise ? await measured : measured) {
          reports.push(report);
          if (!values.json) console.log(`\n${tableOf(report)}`);
        }
      } catch (error) {
        // The others take long, too, and don't depend on it.
        failed.push(name);
        console.error(`\n${name} failed:`, error);
      }
    }
    if (values.json) console.log(JSON.stringify({ machine, rounds, reports, failed }, undefined, 2));
    else console.log(`\n${targetTable(reports)}`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function areSizes({ sizes, drainTasks, queueTasks, memoryTasks, fleets, listeners }: Sizes): boolean {
  return (
    sizes.every(isSize) &&
    [...drainTasks, queueTasks, memoryTasks].every((count) => count >= 10) &&
    [...fleets.map(({ workers }) => workers), ...listeners].every(
      (count) => Number.isInteger(count) && count >= 1,
    )
  );
}

/** A number of workers; with `s`, they share one listener. */
function readFleet(text: string): Fleet {
  return { workers: Number(text.replace(/s$/, '')), isShared: text.endsWith('s') };
}

function isSize(tasks: number): boolean {
  return Number.isInteger(tasks) && tasks >= 10_000 && tasks <= 50_000_000;
}

async function machineOf(postgresUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  await client.end();
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${availableParallelism()} cores (${processor}), Node ${process.version}, PostgreSQL ${rows[0]?.version} with fsync`;
}
