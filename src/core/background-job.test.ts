import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BackgroundJob, type BackgroundJobOptions } from './background-job.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const advance = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** A job whose rounds last until `end` if `open` is set, and fail while `error` is set. */
function jobWith(options: Partial<BackgroundJobOptions> = {}) {
  const began = performance.now();
  const state = { open: false, error: undefined as Error | undefined, atOnce: 0, mostAtOnce: 0 };
  const rounds: number[] = [];
  let end = Promise.withResolvers<void>();
  const warn = vi.fn();
  const job = new BackgroundJob({
    name: 'sweeper',
    log: { warn },
    run: async () => {
      rounds.push(Math.round(performance.now() - began));
      state.atOnce += 1;
      state.mostAtOnce = Math.max(state.mostAtOnce, state.atOnce);
      if (state.open) await end.promise;
      state.atOnce -= 1;
      if (state.error !== undefined) throw state.error;
    },
    ...options,
  });
  const endRound = (): void => {
    end.resolve();
    end = Promise.withResolvers();
  };
  return { job, rounds, state, warn, endRound };
}

test('rounds start at the interval, the first one immediately', async () => {
  const { job, rounds } = jobWith({ intervalMs: 500 });
  job.start();
  await advance(1200);
  expect(rounds).toEqual([0, 500, 1000]);
});

test('the first round can start after the interval', async () => {
  const { job, rounds } = jobWith({ intervalMs: 500 });
  job.start('later');
  await advance(1200);
  expect(rounds).toEqual([500, 1000]);
});

test('jitter shortens the interval by at most its share', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const { job, rounds } = jobWith({ intervalMs: 1000, jitter: 0.2 });
  job.start();
  await advance(2000);
  expect(rounds).toEqual([0, 900, 1800]);
  vi.restoreAllMocks();
});

test('a round that lasts longer than the interval does not overlap with the next', async () => {
  const { job, rounds, state, endRound } = jobWith({ intervalMs: 100 });
  state.open = true;
  job.start();
  await advance(1000);
  job.wake();
  await advance(1000);
  expect(rounds).toEqual([0]);
  endRound();
  await advance(10);
  expect(rounds).toEqual([0, 2000]);
  expect(state.mostAtOnce).toBe(1);
});

test('wakes during a round start one further round', async () => {
  const { job, rounds, state, endRound } = jobWith();
  state.open = true;
  job.start();
  await advance(100);
  for (let wakes = 0; wakes < 5; wakes += 1) job.wake();
  state.open = false;
  endRound();
  await advance(10_000);
  expect(rounds).toEqual([0, 100]);
});

test('the earliest of several wakes counts', async () => {
  const { job, rounds } = jobWith({ intervalMs: 1000 });
  job.start();
  await advance(100);
  job.wakeIn(500);
  job.wakeIn(200);
  job.wakeIn(5000);
  await advance(250);
  expect(rounds).toEqual([0, 300]);
  await advance(1000);
  expect(rounds).toEqual([0, 300, 1300]);
});

test('a round can set the next due time', async () => {
  const rounds: number[] = [];
  const job = new BackgroundJob({
    name: 'sweeper',
    intervalMs: 1000,
    log: { warn: vi.fn() },
    run: async () => {
      rounds.push(performance.now());
      job.wakeIn(rounds.length === 1 ? 30 : 60_000);
    },
  });
  job.start();
  await advance(1500);
  expect(rounds.map((at) => at - (rounds[0] ?? 0))).toEqual([0, 30, 1030]);
});

test('stop aborts the signal, waits for the current round, and starts no other', async () => {
  let signal: AbortSignal | undefined;
  const end = Promise.withResolvers<void>();
  const run = vi.fn(async (given: AbortSignal) => {
    signal = given;
    await end.promise;
  });
  const job = new BackgroundJob({ name: 'sweeper', intervalMs: 100, log: { warn: vi.fn() }, run });
  job.start();
  await advance(10);
  job.wake();
  const stopped = vi.fn();
  const stopping = job.stop().then(stopped);
  await advance(1000);
  expect(signal?.aborted).toBe(true);
  expect(stopped).not.toHaveBeenCalled();
  end.resolve();
  await stopping;
  job.wake();
  await advance(1000);
  expect(run).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('an AbortError after a stop is not a failure', async () => {
  const warn = vi.fn();
  const job = new BackgroundJob({
    name: 'sweeper',
    log: { warn },
    run: (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  });
  job.start();
  await advance(10);
  await job.stop();
  expect(warn).not.toHaveBeenCalled();
});

test('a stopped job can be started again, even before its last round has ended', async () => {
  const { job, rounds, state, endRound } = jobWith({ intervalMs: 100 });
  state.open = true;
  job.start();
  await advance(10);
  const stopping = job.stop();
  job.start();
  await advance(10);
  expect(rounds).toEqual([0]);
  state.open = false;
  endRound();
  await stopping;
  await advance(150);
  expect(rounds).toEqual([0, 20, 120]);
  expect(state.mostAtOnce).toBe(1);
});

test('failed rounds are logged with the name of the job and repeated after a backoff up to the interval', async () => {
  const { job, rounds, state, warn } = jobWith({ intervalMs: 5000 });
  state.error = new Error('away');
  job.start();
  await advance(13_000);
  expect(rounds).toEqual([0, 1000, 3000, 7000, 12_000]);
  expect(warn).toHaveBeenLastCalledWith(
    { event: 'background_job.failed', job: 'sweeper', err: state.error, failures: 5, retrySeconds: 5 },
    'background job failed; retrying',
  );
  state.error = undefined;
  await advance(10_000);
  expect(rounds.slice(5)).toEqual([17_000, 22_000]);
  state.error = new Error('away again');
  await advance(6500);
  expect(rounds.slice(7)).toEqual([27_000, 28_000]);
});

test('wakes do not shorten the backoff', async () => {
  const { job, rounds, state } = jobWith();
  state.error = new Error('away');
  job.start();
  await advance(500);
  state.error = undefined;
  job.wake();
  await advance(60_000);
  expect(rounds).toEqual([0, 1000]);
});

test('wake does nothing before start', async () => {
  const { job, rounds } = jobWith({ intervalMs: 100 });
  job.wake();
  await advance(1000);
  await job.stop();
  expect(rounds).toEqual([]);
});

test('rounds run in the async context of the constructor', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const job = new BackgroundJob({
    name: 'sweeper',
    log: { warn: vi.fn() },
    run: async () => seen.push(storage.getStore()),
  });
  job.start();
  await advance(10);
  storage.run('a run', () => job.wake());
  await advance(10);
  expect(seen).toEqual([undefined, undefined]);
});

test('the timer does not keep the process alive', async () => {
  vi.useRealTimers();
  const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  const before = timers();
  const { job, rounds } = jobWith({ intervalMs: 60_000 });
  job.start('later');
  expect(timers()).toBe(before);
  await job.stop();
  expect(rounds).toEqual([]);
});
