import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import type { Database } from '../src/db/database.ts';
import { startTask } from '../src/services/start-task.ts';
import { anyLeft, CALLER, openParts, REQUEST } from './batchline-parts.ts';
import { noopRuns } from './handlers.ts';
import { eachPerSecond } from './load.ts';
import { answerWith } from './processes.ts';

/** Tasks to start and drain. */
export interface DrainJob {
  readonly env: Readonly<Record<string, string>>;
  readonly tasks: number;
  /** Concurrent starts. */
  readonly atOnce: number;
  /** Jobs per fetch of bare pg-boss. */
  readonly batchSize: number;
  /** Number of tenants that the tasks belong to, in turn. */
  readonly tenants: number;
  /** True if another session has a transaction open from before the first start. */
  readonly hasOpenTransaction: boolean;
}

/** Tasks or jobs per second. */
export interface DrainRates {
  readonly start: number;
  readonly drain: number;
}

await answerWith(async (job: DrainJob): Promise<DrainRates> => {
  const { parts, database, makeEngine, close } = await openParts(job.env);
  const other = job.hasOpenTransaction ? await openTransaction(job.env.DATABASE_URL ?? '') : undefined;
  const tenants = Array.from({ length: job.tasks }, (_, index) => `tenant ${index % job.tenants}`);
  const start = await eachPerSecond(tenants, job.atOnce, (databaseSerialNumber) =>
    startTask(parts, CALLER, { ...REQUEST, databaseSerialNumber }),
  );

  // The engine starts after all tasks are queued.
  const engine = makeEngine();
  const started = performance.now();
  await engine.start();
  while (noopRuns.begun < job.tasks) await delay(5);
  while (await anyLeft(database)) await delay(5);
  const seconds = (performance.now() - started) / 1000;

  await other?.end();
  await checkRecord(database, job.tasks);
  await engine.stop();
  await close();
  return { start, drain: job.tasks / seconds };
});

/** Opens a session with a transaction that keeps its snapshot. */
async function openTransaction(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('begin isolation level repeatable read');
  await client.query('select count(*) from batchline.task');
  return client;
}

/** Verifies the life cycle: every task Succeeded after one run, with four audit rows, and none is left. */
async function checkRecord(database: Database, tasks: number): Promise<void> {
  const { rows } = await sql<{ succeeded: number; audit: number; left: number }>`select
    (select count(*) from batchline.task where state = 4 and start_count = 1 and attempt = 1)::int as succeeded,
    (select count(*) from batchline.task_audit)::int as audit,
    (select count(*) from batchline.task where state = 1)::int as left`.execute(database.sql);
  const expected = JSON.stringify({ succeeded: tasks, audit: 4 * tasks, left: 0 });
  const found = JSON.stringify(rows[0]);
  if (found !== expected) throw new Error(`the drain has left ${found} and not ${expected}`);
}
