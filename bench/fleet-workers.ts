import { once } from 'node:events';
import pg from 'pg';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { startWorker } from '../src/server.ts';

/** Workers to start in this process. */
export interface FleetJob {
  readonly env: Readonly<Record<string, string>>;
  readonly workers: number;
}

/** Counts of all workers of a process since they started. */
export interface FleetCounts {
  /** Claims, also those that found no task. */
  readonly claims: number;
  /** Statements, each part of a transaction counted. */
  readonly statements: number;
}

let statements = 0;
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  statements += 1;
  return Reflect.apply(query, this, args);
} as typeof query;

const [{ env, workers: count }] = (await once(process, 'message')) as [FleetJob];
const workers = await Promise.all(
  Array.from({ length: count }, () => startWorker(readConfig(env), pino({ level: 'warn' }))),
);
process.on('message', async (message) => {
  if (message === 'count') process.send?.({ claims: await countClaims(), statements } satisfies FleetCounts);
  else {
    await Promise.all(workers.map((worker) => worker.stop()));
    process.disconnect();
  }
});
process.send?.('ready');

/** Claims of all workers, from their metrics. */
async function countClaims(): Promise<number> {
  let claims = 0;
  for (const { monitoringUrl } of workers) {
    const metrics = await (await fetch(`${monitoringUrl}/metrics`)).text();
    claims += Number(/^batchline_claim_duration_seconds_count (\d+)/m.exec(metrics)?.[1] ?? 0);
  }
  return claims;
}
