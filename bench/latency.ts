import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../test/support/api-client.ts';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import { figureOf, figuresOf, interleave, quantile, type Report, ratioOf } from './figures.ts';
import { requestBytes } from './http-connection.ts';
import { allEnded, offerStarts } from './offered-load.ts';
import { ADMIN, type Bench, startServerProcess } from './processes.ts';
import { idleLatency } from './queues/queues.ts';

const TASKS_A_ROUND = 60;
/** Pause between two tasks, so that the server is idle for each. */
const PAUSE_MS = 10;
/** Starts per second and duration of the load. */
const LOAD = { rate: 500, seconds: 30, warmSeconds: 3 };
const OTHER = 'graphile-worker';

const IDLE_TARGET = {
  row: "POST to the first line of the run at idle, median / graphile-worker's own enqueue-to-run",
  max: 2,
};
const LOAD_TARGET = { row: 'p99 from POST to first line under 500 starts a second for 30 s, ms', max: 25 };

/** Time from sending a POST to the first line of its run, with no other load, compared with another queue's own. */
export async function measureIdleLatency(bench: Bench): Promise<Report> {
  return onServer(bench, 'postgres', async (admin) => {
    const slowest: number[] = [];
    const measure = async (): Promise<number> => {
      const times = await measureRound(admin);
      slowest.push(quantile(times, 0.99));
      return quantile(times, 0.5);
    };
    const rounds = await interleave(bench.rounds, {
      batchline: measure,
      [OTHER]: () => idleLatency(bench, OTHER),
    });
    return {
      title: "From POST to the run's first line on PostgreSQL, at idle",
      unit: 'ms',
      figures: { ...figuresOf(rounds), 'batchline, p99': figureOf(slowest) },
      results: [ratioOf(rounds, 'batchline', OTHER, IDLE_TARGET)],
    };
  });
}

/** The same on the embedded database, for information. */
export async function measureEmbeddedLatency(bench: Bench): Promise<Report> {
  return onServer(bench, 'embedded', async (admin) => {
    const medians: number[] = [];
    const slowest: number[] = [];
    for (let round = 0; round < bench.rounds; round += 1) {
      const times = await measureRound(admin);
      medians.push(quantile(times, 0.5));
      slowest.push(quantile(times, 0.99));
    }
    return {
      title: "From POST to the run's first line on the embedded database, at idle",
      unit: 'ms',
      figures: { median: figureOf(medians), p99: figureOf(slowest) },
      results: [],
    };
  });
}

/** Time from sending a POST to the first line of its run, at a fixed rate of starts. */
export async function measureLoadedLatency(bench: Bench): Promise<Report> {
  return onServer(bench, 'postgres', async (admin, databaseUrl) => {
    const { authorization } = await admin.withToken(['read', 'write']);
    const url = new URL('/api/v1/BatchTask', admin.url);
    const headers = { authorization, 'content-type': 'application/json' };
    const request = requestBytes('POST', url, headers, '{"Name":"bench-clock"}');
    await offerStarts(url, request, LOAD.rate, LOAD.warmSeconds);
    const medians: number[] = [];
    const slowest: number[] = [];
    for (let round = 0; round < bench.rounds; round += 1) {
      const sent = await offerStarts(url, request, LOAD.rate, LOAD.seconds);
      const times = await allEnded(databaseUrl, sent);
      medians.push(quantile(times, 0.5));
      slowest.push(quantile(times, 0.99));
    }
    return {
      title: `From POST to the run's first line, ${LOAD.rate} starts/s for ${LOAD.seconds} s`,
      unit: 'ms',
      figures: { median: figureOf(medians) },
      results: [{ name: 'p99', figure: figureOf(slowest), target: LOAD_TARGET }],
    };
  });
}

async function onServer(
  bench: Bench,
  kind: 'postgres' | 'embedded',
  measure: (admin: ApiClient, databaseUrl: string) => Promise<Report>,
): Promise<Report> {
  const folder = join(bench.folder, `latency-${kind}`);
  const databaseUrl =
    kind === 'postgres' ? await createDatabase(bench.postgresUrl, 'bench_latency') : undefined;
  const env = databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl };
  const server = await startServerProcess(bench, { ...env, BATCHLINE_DATA: folder });
  try {
    const admin = await ApiClient.signIn(server.url, ADMIN.login, ADMIN.password);
    await measureRound(admin); // warms up
    return await measure(admin, databaseUrl ?? '');
  } finally {
    await server.stop();
    if (databaseUrl !== undefined) await dropDatabase(databaseUrl);
  }
}

async function measureRound(client: ApiClient): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < TASKS_A_ROUND; count += 1) {
    await delay(PAUSE_MS);
    const sent = performance.timeOrigin + performance.now();
    const id = await client.start({ Name: 'bench-clock' });
    const task = await client.ended(id);
    times.push(Number(task.Result) - sent);
  }
  return times;
}
