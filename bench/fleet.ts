import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../test/support/api-client.ts';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import { figuresOf, interleave, quantile, type Report, type Rounds, ratioOf } from './figures.ts';
import type { FleetCounts, FleetJob } from './fleet-workers.ts';
import { HttpConnection, requestBytes } from './http-connection.ts';
import { callsPerSecond } from './load.ts';
import { allEnded, offerStarts, onDatabase } from './offered-load.ts';
import { ADMIN, type Bench, type RunningServer, SERVER_ENV, startServerProcess } from './processes.ts';

/** Offered starts per second, and the duration. */
const LOADS = [
  { rate: 20, seconds: 10 },
  { rate: 300, seconds: 8 },
] as const;
const IDLE_SECONDS = 24;
/** More workers than this share processes: each has its own connections, but two cores can't start 32 processes. */
const MAX_PROCESSES = 8;
/** PostgreSQL's CPU time per start may be 1.3 times that of one worker. */
const MIN_BY_CPU = 0.77;
const MIN_RATE = 0.95;
const API_PROCESSES = [1, 2, 4];
const API_LOAD = { connections: 50, warmSeconds: 0, seconds: 5 };
const API_WARM_SECONDS = 4;

/** Values of one measurement, by what is measured. */
type Values = Record<string, number>;

/** Workers of one database: claims, PostgreSQL's CPU time and rate at two loads, and their cost when idle. */
export async function measureFleet(bench: Bench, fleets: readonly Fleet[]): Promise<Report[]> {
  const nameOf = ({ workers, isShared }: Fleet): string =>
    `${counted(workers, 'workers')}${isShared ? ', one listener' : ''}`;
  const { all, first } = await measureEach(bench, fleets, nameOf, (fleet) => measureWorkers(bench, fleet));
  const of = (measured: string, title: string, unit: string, min?: number, lessIsBetter = true): Report => {
    const rounds = all[measured] ?? {};
    const others = Object.keys(rounds).filter((name) => name !== first);
    const target = min === undefined ? undefined : { row: title, min };
    const results = others.map((name) =>
      lessIsBetter ? ratioOf(rounds, first, name, target) : ratioOf(rounds, name, first, target),
    );
    return { title, unit, figures: figuresOf(rounds), results };
  };
  const loaded = LOADS.flatMap(({ rate }) => [
    of(`claims at ${rate}`, `Claims per start, ${rate} starts/s offered`, 'claims'),
    of(`cpu at ${rate}`, `PostgreSQL CPU time per start, ${rate} starts/s offered`, 'ms', MIN_BY_CPU),
    of(`done at ${rate}`, `Tasks done, ${rate} starts/s offered`, '1/s', MIN_RATE, false),
    of(`latency at ${rate}`, `POST to first line, median, ${rate} starts/s offered`, 'ms'),
    of(`p99 at ${rate}`, `POST to first line, p99, ${rate} starts/s offered`, 'ms'),
  ]);
  return [
    ...loaded,
    of('idle statements', 'Statements per idle worker with 7 definitions', '1/s'),
    of('idle cpu', 'PostgreSQL CPU time of all idle workers', 'ms/s'),
  ];
}

/** Starts through 1, 2 and 4 API processes on one database. */
export async function measureApis(bench: Bench): Promise<Report[]> {
  const nameOf = (count: number): string => counted(count, 'API processes');
  const { all, first } = await measureEach(bench, API_PROCESSES, nameOf, (count) =>
    measureStarts(bench, count),
  );
  const starts = all.starts ?? {};
  const others = Object.keys(starts).filter((name) => name !== first);
  return [
    {
      title: `Starts, ${API_LOAD.connections} connections over all processes`,
      unit: '1/s',
      figures: figuresOf(starts),
      results: others.map((name) =>
        ratioOf(starts, name, first, { row: 'starts by API processes', min: MIN_RATE }),
      ),
    },
    {
      title: 'PostgreSQL CPU time per start',
      unit: 'µs',
      figures: figuresOf(all.postgres ?? {}),
      results: others.map((name) => ratioOf(all.postgres ?? {}, first, name)),
    },
    {
      title: 'CPU time of the API processes per start',
      unit: 'µs',
      figures: figuresOf(all.api ?? {}),
      results: others.map((name) => ratioOf(all.api ?? {}, first, name)),
    },
    {
      title: 'Cores in use, of all processes',
      unit: 'cores',
      figures: figuresOf(all.cores ?? {}),
      results: [],
    },
  ];
}

/** Workers of one database. */
export interface Fleet {
  readonly workers: number;
  /** Whether they share one listening connection, as on one machine with BATCHLINE_LISTEN_SOCKET. */
  readonly isShared: boolean;
}

function counted(count: number, what: string): string {
  return `${count} ${count === 1 ? what.replace(/e?s$/, '') : what}`;
}

/** Measures each subject once per round. Returns the rounds by what is measured, and the name of the first subject. */
async function measureEach<Subject>(
  bench: Bench,
  subjects: readonly Subject[],
  nameOf: (subject: Subject) => string,
  measure: (subject: Subject) => Promise<Values>,
): Promise<{ readonly all: Record<string, Rounds>; readonly first: string }> {
  const all: Record<string, Record<string, number[]>> = {};
  const measureNamed = (subject: Subject) => async (): Promise<number> => {
    for (const [measured, value] of Object.entries(await measure(subject))) {
      const rounds = all[measured] ?? {};
      all[measured] = rounds;
      rounds[nameOf(subject)] = [...(rounds[nameOf(subject)] ?? []), value];
    }
    return 0;
  };
  await interleave(
    bench.rounds,
    Object.fromEntries(subjects.map((subject) => [nameOf(subject), measureNamed(subject)])),
  );
  const names = subjects.map(nameOf);
  // The order of the first round may differ from that of the subjects.
  const sorted = Object.entries(all).map(([measured, rounds]): [string, Rounds] => [
    measured,
    Object.fromEntries(names.map((name) => [name, rounds[name] ?? []])),
  ]);
  return { all: Object.fromEntries(sorted), first: names[0] ?? '' };
}

/** One API process without worker, and a fleet. */
async function measureWorkers(bench: Bench, { workers: count, isShared }: Fleet): Promise<Values> {
  const databaseUrl = await createDatabase(bench.postgresUrl, 'bench_fleet');
  const env = {
    DATABASE_URL: databaseUrl,
    BATCHLINE_DATA: join(bench.folder, 'fleet'),
    ...(isShared ? { BATCHLINE_LISTEN_SOCKET: join(bench.folder, 'listen.sock') } : {}),
  };
  const api = await startServerProcess(bench, env, ['--no-worker']);
  const processes = await startWorkers({ ...env, BATCHLINE_DATABASE_POOL_SIZE: '3' }, count);
  const counts = (): Promise<FleetCounts> => countAll(processes);
  try {
    const admin = await ApiClient.signIn(api.url, ADMIN.login, ADMIN.password);
    const { authorization } = await admin.withToken(['read', 'write']);
    const url = new URL('/api/v1/BatchTask', api.url);
    const request = requestBytes(
      'POST',
      url,
      { authorization, 'content-type': 'application/json' },
      '{"Name":"bench-clock"}',
    );
    await offerStarts(url, request, 50, 2); // warms up
    await allEnded(databaseUrl);
    const values: Values = {};
    for (const { rate, seconds } of LOADS) {
      const [before, cpuBefore] = [await counts(), await postgresCpu(databaseUrl)];
      const began = performance.now();
      const sent = await offerStarts(url, request, rate, seconds);
      const latencies = await allEnded(databaseUrl, sent);
      const took = (performance.now() - began) / 1000;
      const [after, cpuAfter] = [await counts(), await postgresCpu(databaseUrl)];
      values[`claims at ${rate}`] = (after.claims - before.claims) / sent.size;
      values[`cpu at ${rate}`] = ((cpuAfter - cpuBefore) / sent.size) * 1000;
      values[`done at ${rate}`] = sent.size / took;
      values[`latency at ${rate}`] = quantile(latencies, 0.5);
      values[`p99 at ${rate}`] = quantile(latencies, 0.99);
    }
    await delay(2000);
    const [before, cpuBefore] = [await counts(), await postgresCpu(databaseUrl)];
    await delay(IDLE_SECONDS * 1000);
    const [after, cpuAfter] = [await counts(), await postgresCpu(databaseUrl)];
    values['idle statements'] = (after.statements - before.statements) / IDLE_SECONDS / count;
    values['idle cpu'] = ((cpuAfter - cpuBefore) / IDLE_SECONDS) * 1000;
    return values;
  } finally {
    await Promise.all(processes.map(stopWorkers));
    await api.stop();
    await dropDatabase(databaseUrl);
  }
}

async function measureStarts(bench: Bench, count: number): Promise<Values> {
  const databaseUrl = await createDatabase(bench.postgresUrl, 'bench_apis');
  const env = { DATABASE_URL: databaseUrl, BATCHLINE_DATA: join(bench.folder, 'apis') };
  const servers: RunningServer[] = [];
  try {
    for (let n = 0; n < count; n += 1) servers.push(await startServerProcess(bench, env, ['--no-worker']));
    const admin = await ApiClient.signIn(servers[0]?.url ?? '', ADMIN.login, ADMIN.password);
    const { authorization } = await admin.withToken(['read', 'write']);
    const open = Array.from({ length: API_LOAD.connections }, async (_, index) => {
      const url = new URL('/api/v1/BatchTask', servers[index % count]?.url);
      const headers = { authorization, 'content-type': 'application/json' };
      return {
        connection: await HttpConnection.open(url),
        request: requestBytes('POST', url, headers, '{"Name":"bench-noop"}'),
      };
    });
    const connections = await Promise.all(open);
    const apiCpu = async (): Promise<number> => {
      const seconds = await Promise.all(servers.map(({ pid }) => processCpu(pid)));
      return seconds.reduce((sum, one) => sum + one, 0);
    };
    const call = (index: number): Promise<unknown> => {
      const { connection, request } = connections[index] as (typeof connections)[number];
      return connection.send(request);
    };
    await callsPerSecond({ ...API_LOAD, seconds: API_WARM_SECONDS }, call);
    const before = await countTasks(databaseUrl);
    const [postgresBefore, apiBefore, ownBefore] = [
      await postgresCpu(databaseUrl),
      await apiCpu(),
      process.cpuUsage(),
    ];
    const rate = await callsPerSecond(API_LOAD, call);
    const [postgresAfter, apiAfter, own] = [
      await postgresCpu(databaseUrl),
      await apiCpu(),
      process.cpuUsage(ownBefore),
    ];
    for (const { connection } of connections) connection.close();
    const starts = (await countTasks(databaseUrl)) - before;
    const [postgres, api] = [postgresAfter - postgresBefore, apiAfter - apiBefore];
    return {
      starts: rate,
      postgres: (postgres / starts) * 1e6,
      api: (api / starts) * 1e6,
      cores: (postgres + api + (own.user + own.system) / 1e6) / API_LOAD.seconds,
    };
  } finally {
    for (const server of servers) await server.stop();
    await dropDatabase(databaseUrl);
  }
}

export async function startWorkers(
  env: Readonly<Record<string, string>>,
  count: number,
): Promise<ChildProcess[]> {
  const size = Math.min(count, MAX_PROCESSES);
  const start = async (index: number): Promise<ChildProcess> => {
    const child = fork(join(import.meta.dirname, 'fleet-workers.ts'));
    const workers = Math.floor(count / size) + (index < count % size ? 1 : 0);
    child.send({
      env: { ...SERVER_ENV, ...env, BATCHLINE_MONITORING_PORT: '0' },
      workers,
    } satisfies FleetJob);
    const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (message !== 'ready') throw new Error(`bench/fleet-workers.ts ended with ${message}`);
    return child;
  };
  const processes: ChildProcess[] = [];
  for (let index = 0; index < size; index += 1) processes.push(await start(index));
  return processes;
}

export async function stopWorkers(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.send('stop');
  await exited;
}

async function countAll(processes: readonly ChildProcess[]): Promise<FleetCounts> {
  const counts = await Promise.all(
    processes.map(async (child) => {
      const counted = once(child, 'message') as Promise<[FleetCounts]>;
      child.send('count');
      return (await counted)[0];
    }),
  );
  return {
    claims: counts.reduce((sum, { claims }) => sum + claims, 0),
    statements: counts.reduce((sum, { statements }) => sum + statements, 0),
  };
}

async function countTasks(databaseUrl: string): Promise<number> {
  return onDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ tasks: number }>(
      'select count(*)::int as tasks from batchline.task',
    );
    return rows[0]?.tasks ?? 0;
  });
}

/** CPU time of all processes of the PostgreSQL server, also of ended ones (s). */
async function postgresCpu(databaseUrl: string): Promise<number> {
  const pid = await onDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return Number((await statOf(rows[0]?.pid ?? 0))[1]); // the parent of a backend
  });
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  const times = await Promise.all(children.map((child) => processCpu(Number(child)).catch(() => 0)));
  return times.reduce((sum, seconds) => sum + seconds, await processCpu(pid));
}

/** CPU time of a process and of its ended children (s). */
async function processCpu(pid: number): Promise<number> {
  const ticks = (await statOf(pid)).slice(11, 15);
  return ticks.reduce((sum, one) => sum + Number(one), 0) / 100;
}

/** Fields of `/proc/PID/stat` from the third one, the state. */
async function statOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
