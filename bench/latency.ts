import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../test/support/api-client.ts';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import { figureOf, quantile, type Report } from './figures.ts';
import { ADMIN, type Bench, startServerProcess } from './processes.ts';

const TASKS_A_ROUND = 60;
/** Pause between two tasks, so that the server is idle for each. */
const PAUSE_MS = 10;

/** Time from sending a POST to the first line of its run, with no other load. For information. */
export async function measureLatency(bench: Bench, kind: 'postgres' | 'embedded'): Promise<Report> {
  const folder = join(bench.folder, `latency-${kind}`);
  const databaseUrl =
    kind === 'postgres' ? await createDatabase(bench.postgresUrl, 'bench_latency') : undefined;
  const env = databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl };
  const server = await startServerProcess(bench, { ...env, BATCHLINE_DATA: folder });
  try {
    const admin = await ApiClient.signIn(server.url, ADMIN.login, ADMIN.password);
    await measureRound(admin); // warms up
    const medians: number[] = [];
    const slowest: number[] = [];
    for (let round = 0; round < bench.rounds; round += 1) {
      const times = await measureRound(admin);
      medians.push(quantile(times, 0.5));
      slowest.push(quantile(times, 0.99));
    }
    return {
      title: `From POST to the run's first line on ${kind === 'postgres' ? 'PostgreSQL' : 'the embedded database'}, at idle`,
      unit: 'ms',
      figures: { median: figureOf(medians), p99: figureOf(slowest) },
      ratios: [],
    };
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
