import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../test/support/postgres-server.ts';
import { measureBulk } from './bulk.ts';
import { measureClaims } from './claims.ts';
import { measureDrain } from './drain.ts';
import { type Report, tableOf } from './figures.ts';
import { measureApis, measureFleet } from './fleet.ts';
import { measureLatency } from './latency.ts';
import { measureMemory } from './memory.ts';
import { measurePages } from './pages.ts';
import type { Bench } from './processes.ts';
import { measurePut } from './put.ts';
import { measureQueues } from './queues/queues.ts';
import { measureRequests } from './requests.ts';

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
  /** Numbers of workers of the fleets; the first is the reference. */
  readonly workers: readonly number[];
}

/** Few, because starting tasks there takes longer than draining them. */
const EMBEDDED_TASKS = 1500;

const MEASUREMENTS: Readonly<Record<string, (bench: Bench, sizes: Sizes) => Promise<Report[]>>> = {
  put: async (bench) => [await measurePut(bench)],
  requests: async (bench) => [await measureRequests(bench)],
  bulk: async (bench) => [await measureBulk(bench)],
  drain: async (bench, { drainTasks }) => {
    const reports = [];
    for (const tasks of drainTasks) reports.push(...(await measureDrain(bench, 'postgres', tasks)));
    return reports;
  },
  'drain-embedded': (bench) => measureDrain(bench, 'embedded', EMBEDDED_TASKS),
  latency: async (bench) => [
    await measureLatency(bench, 'postgres'),
    await measureLatency(bench, 'embedded'),
  ],
  pages: async (bench, { sizes }) => [await measurePages(bench, sizes)],
  claims: async (bench, { sizes }) => [await measureClaims(bench, sizes)],
  queues: (bench, { queueTasks }) => measureQueues(bench, queueTasks),
  memory: async (bench, { memoryTasks }) => [await measureMemory(bench, memoryTasks)],
  fleet: (bench, { workers }) => measureFleet(bench, workers),
  apis: (bench) => measureApis(bench),
};

const USAGE = `npm run bench -- [${Object.keys(MEASUREMENTS).join(' | ')}]… [--rounds 5] [--tasks 10000,1000000] [--drain-tasks 5000,20000] [--queue-tasks 5000] [--memory-tasks 1000000] [--workers 1,2,4,8,32] [--json] [--profile FOLDER]`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      tasks: { type: 'string', default: '10000,1000000' },
      'drain-tasks': { type: 'string', default: '5000,20000' },
      'queue-tasks': { type: 'string', default: '5000' },
      'memory-tasks': { type: 'string', default: '1000000' },
      workers: { type: 'string', default: '1,2,4,8,32' },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(MEASUREMENTS);
  const rounds = Number(values.rounds);
  const sizes = values.tasks.split(',').map(Number);
  const drainTasks = values['drain-tasks'].split(',').map(Number);
  const queueTasks = Number(values['queue-tasks']);
  const memoryTasks = Number(values['memory-tasks']);
  const workers = values.workers.split(',').map(Number);
  const wrong = names.find((name) => !(name in MEASUREMENTS));
  if (
    wrong !== undefined ||
    !Number.isInteger(rounds) ||
    rounds < 1 ||
    !sizes.every(isSize) ||
    ![...drainTasks, queueTasks, memoryTasks].every((count) => count >= 10) ||
    !workers.every((count) => Number.isInteger(count) && count >= 1)
  ) {
    console.error(USAGE);
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), 'batchline-bench-'));
  const postgres = await startPostgres({ fsync: true });
  try {
    const machine = await machineOf(postgres.url);
    if (!values.json) console.log(`${machine}; ${rounds} rounds, median of them`);
    const bench: Bench = { rounds, postgresUrl: postgres.url, folder, profileFolder: values.profile };
    const reports: Report[] = [];
    for (const name of names) {
      for (const report of (await MEASUREMENTS[name]?.(bench, {
        sizes,
        drainTasks,
        queueTasks,
        memoryTasks,
        workers,
      })) ?? []) {
        reports.push(report);
        if (!values.json) console.log(`\n${tableOf(report)}`);
      }
    }
    if (values.json) console.log(JSON.stringify({ machine, rounds, reports }, undefined, 2));
    return 0;
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
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
