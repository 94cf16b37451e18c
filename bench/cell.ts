import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ApiClient } from '../test/support/api-client.ts';
import { onServer } from '../test/support/on-server.ts';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import type { IdleCost, IdleJob } from './cell-workers.ts';
import { figuresOf, interleave, type Report, ratioOf } from './figures.ts';
import { startWorkers, stopWorkers } from './fleet.ts';
import { allEnded } from './offered-load.ts';
import { postgresTime } from './postgres-time.ts';
import { ADMIN, type Bench, inProcess, SERVER_ENV, startServerProcess } from './processes.ts';

/** Tenants in the tables. */
const TENANTS = 10_000;
/** Tasks whose life is measured, and how many are started at a time. */
const TASKS = 2000;
const AT_ONCE = 20;
const NOTIFIES = 200;
/** Interval of notifications, longer than it takes to wake all listeners. */
const NOTIFY_MS = 60;
/** Workers whose presence the tables have, and repeats of their statements. */
const FLEETS = [1, 100, 1000];
const IDLE_REPEATS = 200;

/** The costs of one cell: of a task, of a notification by number of listeners, and of an idle worker. */
export async function measureCell(bench: Bench, listeners: readonly number[]): Promise<Report[]> {
  return [
    await measureLife(bench),
    ...(await measureListeners(bench, listeners)),
    ...(await measureIdle(bench)),
  ];
}

/** PostgreSQL's CPU time, WAL and disk space of a task from its start to its end, among many tenants. */
async function measureLife(bench: Bench): Promise<Report> {
  const url = await createDatabase(bench.postgresUrl, 'bench_cell');
  const env = { DATABASE_URL: url, BATCHLINE_DATA: join(bench.folder, 'cell') };
  const api = await startServerProcess(bench, env, ['--no-worker']);
  const workers = await startWorkers(env, 1);
  try {
    const admin = await ApiClient.signIn(api.url, ADMIN.login, ADMIN.password);
    const client = await admin.withToken(['read', 'write']);
    await onServer(
      url,
      `insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
        description, response, request, file_name, cancellation)
      select 'tenant-' || i, 'bench-noop', 1, false, 0, 0, '', 4, '', '', '', '', 0 from generate_series(1, ${TENANTS}) as i`,
    );
    const run = async (tasks: number): Promise<void> => {
      for (let started = 0; started < tasks; started += AT_ONCE)
        await Promise.all(
          Array.from({ length: AT_ONCE }, (_, index) =>
            client.start({
              Name: 'bench-noop',
              DatabaseSerialNumber: `tenant-${1 + ((started + index) % TENANTS)}`,
              ParameterObject: { file: 'customers.csv', table: 'customers', separator: ';' },
            }),
          ),
        );
      await allEnded(url);
    };
    await run(200); // warms up
    const life = async (): Promise<Record<string, number>> => {
      await onServer(url, 'checkpoint');
      const before = await state(url);
      await run(TASKS);
      const after = await state(url);
      return {
        'CPU time, µs': ((after.cpu - before.cpu) / TASKS) * 1000,
        'WAL, bytes': (after.wal - before.wal) / TASKS,
        'tables and indexes, bytes': (after.bytes - before.bytes) / TASKS,
      };
    };
    const values: Record<string, number[]> = {};
    for (let round = 0; round < bench.rounds; round += 1)
      for (const [name, value] of Object.entries(await life())) add(values, name, value);
    return {
      title: `PostgreSQL's costs of a task, among ${TENANTS} tenants, ${AT_ONCE} starts at a time`,
      unit: 'a task',
      figures: figuresOf(values),
      results: [],
    };
  } finally {
    await Promise.all(workers.map(stopWorkers));
    await api.stop();
    await dropDatabase(url);
  }
}

/** CPU time of a NOTIFY for one of many listeners, and memory of their connections. */
async function measureListeners(bench: Bench, counts: readonly number[]): Promise<Report[]> {
  const url = await createDatabase(bench.postgresUrl, 'bench_listeners');
  const memory: Record<string, number[]> = {};
  try {
    const nameOf = (count: number): string => `${count} listeners`;
    const measure = async (count: number): Promise<number> => {
      const clients = await openListeners(url, count);
      const sender = new pg.Client({ connectionString: url });
      await sender.connect();
      const { rows } = await sender.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'bench listener'`,
      );
      const sizes = await Promise.all(rows.map(({ pid }) => privateMemory(pid)));
      add(memory, nameOf(count), sizes.reduce((sum, one) => sum + one, 0) / count);
      const before = await postgresTime(url);
      for (let sent = 0; sent < NOTIFIES; sent += 1) {
        await sender.query('select pg_notify($1, $2)', [channelOf(sent % count), 'due']);
        await delay(NOTIFY_MS);
      }
      const cost = ((await postgresTime(url)) - before) / NOTIFIES;
      for (const client of [...clients, sender]) await client.end();
      return cost * 1000;
    };
    const rounds = await interleave(
      bench.rounds,
      Object.fromEntries(counts.map((count) => [nameOf(count), () => measure(count)])),
    );
    const [first = '', ...others] = Object.keys(rounds);
    return [
      {
        title: "PostgreSQL's CPU time of a NOTIFY that one process listens for",
        unit: 'µs',
        figures: figuresOf(rounds),
        results: others.map((other) => ratioOf(rounds, other, first)),
      },
      { title: 'Memory of a listening connection', unit: 'kB', figures: figuresOf(memory), results: [] },
    ];
  } finally {
    await dropDatabase(url);
  }
}

/** CPU time of the statements of an idle worker, by the size of its fleet. */
async function measureIdle(bench: Bench): Promise<Report[]> {
  const url = await createDatabase(bench.postgresUrl, 'bench_idle');
  const env = { ...SERVER_ENV, DATABASE_URL: url, BATCHLINE_DATA: join(bench.folder, 'idle') };
  const costs: Record<keyof IdleCost, Record<string, number[]>> = { poll: {}, presence: {} };
  try {
    const measure = async (workers: number): Promise<number> => {
      const job = { env, workers, repeats: IDLE_REPEATS };
      const cost = await inProcess<IdleJob, IdleCost>(bench, 'cell-workers.ts', job);
      for (const kind of ['poll', 'presence'] as const)
        add(costs[kind], `of ${workers} workers`, cost[kind] * 1000);
      return 0;
    };
    await interleave(
      bench.rounds,
      Object.fromEntries(FLEETS.map((workers) => [String(workers), () => measure(workers)])),
    );
    return [
      { title: "PostgreSQL's CPU time of a poll", unit: 'µs', figures: figuresOf(costs.poll), results: [] },
      {
        title: "PostgreSQL's CPU time of a heartbeat of a process",
        unit: 'µs',
        figures: figuresOf(costs.presence),
        results: [],
      },
    ];
  } finally {
    await dropDatabase(url);
  }
}

async function openListeners(url: string, count: number): Promise<pg.Client[]> {
  const clients: pg.Client[] = [];
  for (let index = 0; index < count; index += 1) {
    const client = new pg.Client({ connectionString: url, application_name: 'bench listener' });
    await client.connect();
    await client.query(`listen batchline; listen ${channelOf(index)}`);
    clients.push(client);
  }
  return clients;
}

function channelOf(index: number): string {
  return `batchline_${index}`;
}

/** CPU time of PostgreSQL (ms), bytes of WAL that it has written, and the size of its tables. */
async function state(url: string): Promise<{ cpu: number; wal: number; bytes: number }> {
  const [row] = await onServer<{ wal: string; bytes: string }>(
    url,
    `select pg_current_wal_lsn() - '0/0' as wal, (
      select sum(pg_total_relation_size(oid)) from pg_class
      where relnamespace = 'batchline'::regnamespace and relkind = 'r') as bytes`,
  );
  return { cpu: await postgresTime(url), wal: Number(row?.wal), bytes: Number(row?.bytes) };
}

/** Memory that only this process uses (kB). */
async function privateMemory(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].reduce((sum, [, size]) => sum + Number(size), 0);
}

function add(values: Record<string, number[]>, name: string, value: number): void {
  values[name] = [...(values[name] ?? []), value];
}
