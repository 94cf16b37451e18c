import { fromKysely, PgBoss } from 'pg-boss';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { openEmbedded } from '../src/db/pglite/connect.ts';
import type { DrainJob, DrainRates } from './drain-batchline.ts';
import { eachPerSecond } from './load.ts';
import { answerWith } from './processes.ts';

const QUEUE = 'bench-noop';

await answerWith(async (job: DrainJob): Promise<DrainRates> => {
  // The same database, settings and number of connections as the server, without the server's tables.
  const config = readConfig(job.env);
  const embedded =
    config.databaseUrl === undefined
      ? await openEmbedded(config.dataFolder, pino({ level: 'silent' }))
      : undefined;
  const boss = new PgBoss({
    ...(embedded !== undefined
      ? { db: fromKysely(embedded.sql) }
      : { connectionString: config.databaseUrl ?? '', max: config.databasePool }),
    schedule: false,
    registerInstance: false,
  });
  await boss.start();
  await boss.createQueue(QUEUE);
  const ids = Array.from({ length: job.tasks }, (_, taskId) => taskId);
  const start = await eachPerSecond(ids, job.atOnce, (taskId) => boss.send(QUEUE, { taskId }));

  const started = performance.now();
  let done = 0;
  for (;;) {
    const jobs = await boss.fetch(QUEUE, { batchSize: job.batchSize });
    if (jobs.length === 0) break;
    await boss.complete(
      QUEUE,
      jobs.map(({ id }) => id),
    );
    done += jobs.length;
  }
  const seconds = (performance.now() - started) / 1000;

  if (done !== job.tasks) throw new Error(`pg-boss has delivered ${done} jobs and not ${job.tasks}`);
  await boss.stop({ graceful: false });
  await embedded?.close();
  return { start, drain: job.tasks / seconds };
});
