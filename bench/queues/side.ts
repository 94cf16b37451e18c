import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../figures.ts';
import { eachPerSecond } from '../load.ts';
import { answerWith } from '../processes.ts';

/** Work of one queue in the comparison, in its own process. */
export interface SideJob {
  readonly env: Readonly<Record<string, string>>;
  /** Number enqueued one at a time. */
  readonly singles: number;
  /** Number enqueued with 50 calls in parallel. */
  readonly tasks: number;
  /** Number enqueued in calls of `BATCH`. */
  readonly batched: number;
  /** Batch size for fetching and completing, if configurable. */
  readonly batchSize: number;
  /** Tasks whose latency is measured, one at a time. */
  readonly samples: number;
}

/** The results of one queue. */
export interface SideResult {
  /** Enqueued per second: one at a time, 50 in parallel, in calls of `BATCH`. */
  readonly single: number;
  readonly atOnce: number;
  readonly batched: number;
  /** Tasks run and completed per second. */
  readonly drain: number;
  /** Time from the enqueueing call to the first line of the run, in ms. */
  readonly latency: { readonly median: number; readonly p99: number };
  /** Resident memory of the process at the end, in MB. */
  readonly memory: number;
}

/** A queue with a no-op handler. When enqueueing resolves, the task is as durable as the settings make it. */
export interface Side {
  enqueue(): Promise<unknown>;
  enqueueMany(count: number): Promise<unknown>;
  /** Runs all queued tasks; resolves when this many have ended and been recorded. */
  drain(count: number): Promise<void>;
  /** Runs tasks as they arrive, one at a time. @param onRun called by each run @returns a function that stops it */
  work(onRun: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Tasks per bulk call. */
export const BATCH = 500;
const AT_ONCE = 50;
/** Pause between two tasks, so that the queue is idle for each. */
const PAUSE_MS = 10;

/** Measures a queue. */
export function compete(open: (job: SideJob) => Promise<Side>): Promise<void> {
  return answerWith(async (job: SideJob): Promise<SideResult> => {
    const side = await open(job);
    const enqueue = (count: number, atOnce: number): Promise<number> =>
      eachPerSecond(Array.from({ length: count }), atOnce, () => side.enqueue());
    const single = await enqueue(job.singles, 1);
    const atOnce = await enqueue(job.tasks, AT_ONCE);
    const waiting = job.singles + job.tasks;
    const drain = await perSecond(waiting, () => side.drain(waiting));
    const batched = await perSecond(job.batched, async () => {
      for (let left = job.batched; left > 0; left -= BATCH) await side.enqueueMany(Math.min(left, BATCH));
    });
    await side.drain(job.batched);
    const latency = await latencyOf(side, job.samples);
    const memory = process.memoryUsage().rss / 2 ** 20;
    await side.close();
    return { single, atOnce, batched, drain, latency, memory };
  });
}

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return count / ((performance.now() - started) / 1000);
}

async function latencyOf(side: Side, samples: number): Promise<SideResult['latency']> {
  let begun: () => void = () => undefined;
  const end = await side.work(() => begun());
  const times: number[] = [];
  for (let count = -5; count < samples; count += 1) {
    await delay(PAUSE_MS);
    const run = new Promise<number>((resolve) => {
      begun = () => resolve(performance.now());
    });
    const sent = performance.now();
    await side.enqueue();
    const time = (await run) - sent;
    if (count >= 0) times.push(time); // the first ones are a warm-up
  }
  await end();
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
