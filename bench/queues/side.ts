import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../figures.ts';
import { eachPerSecond } from '../load.ts';
import { answerWith } from '../processes.ts';

/** What one side of the comparison does, in a process of its own. */
export interface SideJob {
  readonly env: Readonly<Record<string, string>>;
  /** Enqueued one after the other. */
  readonly singles: number;
  /** Enqueued 50 at once. */
  readonly tasks: number;
  /** Enqueued in calls of `BATCH`. */
  readonly batched: number;
  /** Taken and ended at once, where the side is told. */
  readonly batchSize: number;
  /** Tasks whose latency is measured, one at a time. */
  readonly samples: number;
}

/** What it measured. */
export interface SideResult {
  /** Enqueued a second: one after the other, 50 at once, in calls of `BATCH`. */
  readonly single: number;
  readonly atOnce: number;
  readonly batched: number;
  /** Run and ended a second. */
  readonly drain: number;
  /** From the call that enqueues to the first line of the run, in ms. */
  readonly latency: { readonly median: number; readonly p99: number };
  /** Resident memory of the process at the end, in MB. */
  readonly memory: number;
}

/** A queue with a handler that does nothing. What it enqueues is as durable as its settings make it when the call resolves. */
export interface Side {
  enqueue(): Promise<unknown>;
  enqueueMany(count: number): Promise<unknown>;
  /** Runs everything that waits; resolves when so many tasks have been ended and that is recorded. */
  drain(count: number): Promise<void>;
  /** Runs what comes, one at a time. @param onRun called by each run @returns what ends it */
  work(onRun: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Tasks in one call that enqueues many. */
export const BATCH = 500;
const AT_ONCE = 50;
/** Between two tasks, so that each finds the queue idle. */
const PAUSE_MS = 10;

/** Measures a side. */
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
    if (count >= 0) times.push(time); // the first ones warm up
  }
  await end();
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
