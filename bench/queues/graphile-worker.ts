import { setTimeout as delay } from 'node:timers/promises';
import { Logger, makeWorkerUtils, type Runner, run } from 'graphile-worker';
import pg from 'pg';
import { compete } from './side.ts';

const TASK = 'noop';
const silent = new Logger(() => () => undefined);

/** With its local queue and batched completion, as its performance guide recommends. Ended jobs are deleted. */
await compete(async ({ env, batchSize }) => {
  const pgPool = new pg.Pool({ connectionString: env.DATABASE_URL, max: 10 });
  pgPool.on('error', (error) => console.error(error));
  pgPool.on('connect', (client) => client.on('error', (error) => console.error(error)));
  const utils = await makeWorkerUtils({ pgPool, logger: silent });
  await utils.migrate();
  const payload = { for: 'drain' };
  const start = (onRun: () => void, batches: boolean): Promise<Runner> =>
    run({
      pgPool,
      logger: silent,
      noHandleSignals: true,
      concurrency: batches ? 24 : 10,
      taskList: { [TASK]: async () => onRun() },
      preset: batches
        ? { worker: { localQueue: { size: batchSize }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } }
        : {},
    });
  return {
    enqueue: () => utils.addJob(TASK, payload),
    enqueueMany: (count) =>
      utils.addJobs(Array.from({ length: count }, () => ({ identifier: TASK, payload }))),
    async drain(count) {
      let runs = 0;
      const runner = await start(() => {
        runs += 1;
      }, true);
      while (runs < count) await delay(2);
      while (await anyLeft(pgPool)) await delay(2);
      await runner.stop();
    },
    async work(onRun) {
      const runner = await start(onRun, false);
      return () => runner.stop();
    },
    async close() {
      await utils.release();
      await pgPool.end();
    },
  };
});

async function anyLeft(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query('select 1 from graphile_worker._private_jobs limit 1');
  return rows.length > 0;
}
