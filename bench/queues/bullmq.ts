import { setTimeout as delay } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { compete } from './side.ts';

const QUEUE = 'noop';
const CONCURRENCY = 200;

/** On Redis, with the durability that Redis is configured for. Keeps ended jobs, as the others keep their records. */
await compete(async ({ env }) => {
  const { hostname: host, port } = new URL(env.REDIS_URL ?? '');
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue(QUEUE, { connection });
  await queue.waitUntilReady();
  const data = { for: 'drain' };
  const start = async (concurrency: number, onRun: () => void): Promise<Worker> => {
    const worker = new Worker(QUEUE, async () => onRun(), { connection, concurrency });
    await worker.waitUntilReady();
    return worker;
  };
  return {
    enqueue: () => queue.add('noop', data),
    enqueueMany: (count) => queue.addBulk(Array.from({ length: count }, () => ({ name: 'noop', data }))),
    async drain(count) {
      let runs = 0;
      const worker = await start(CONCURRENCY, () => {
        runs += 1;
      });
      while (runs < count) await delay(2);
      while ((await queue.getActiveCount()) + (await queue.getWaitingCount()) > 0) await delay(2);
      await worker.close();
    },
    async work(onRun) {
      const worker = await start(1, onRun);
      return () => worker.close();
    },
    close: () => queue.close(),
  };
});
