import { setTimeout as delay } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import { compete } from './side.ts';

const QUEUE = 'noop';

/** Bare: fetches and completes in batches, and stores only its job. */
await compete(async ({ env, batchSize }) => {
  const boss = new PgBoss({
    connectionString: env.DATABASE_URL ?? '',
    schedule: false,
    useListenNotify: true,
  });
  await boss.start();
  await boss.createQueue(QUEUE, { notify: true });
  const data = { for: 'drain' };
  return {
    enqueue: () => boss.send(QUEUE, data),
    enqueueMany: (count) =>
      boss.insert(
        QUEUE,
        Array.from({ length: count }, () => ({ data })),
      ),
    async drain(count) {
      for (let left = count; left > 0; ) {
        const jobs = await boss.fetch(QUEUE, { batchSize });
        await boss.complete(
          QUEUE,
          jobs.map((job) => job.id),
        );
        left -= jobs.length;
        if (jobs.length === 0) await delay(2);
      }
    },
    async work(onRun) {
      await boss.work(QUEUE, { pollingIntervalSeconds: 0.5 }, async () => onRun());
      return () => boss.offWork(QUEUE, { wait: true });
    },
    close: () => boss.stop({ graceful: false }),
  };
});
