import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BackgroundJob } from '../core/background-job.ts';
import type { PubSub, Signal } from '../db/pubsub.ts';
import { sharedJob } from './shared-job.ts';

/** Processes that hear the rounds of each other, and not their own. */
class Fleet {
  readonly rounds: number[] = [];
  readonly #heard: ((signal: Signal) => void)[] = [];

  add(isUrgent?: () => boolean): BackgroundJob {
    const index = this.#heard.length;
    this.#heard.push(() => undefined);
    const signals: Pick<PubSub, 'publish' | 'subscribe'> = {
      publish: (signal) => {
        for (const [other, hear] of this.#heard.entries()) if (other !== index) hear(signal);
      },
      subscribe: (listener) => {
        this.#heard[index] = listener;
        return () => undefined;
      },
    };
    return sharedJob({
      name: 'work',
      intervalMs: 1000,
      signals: signals as PubSub,
      log: { warn() {} },
      run: async () => void this.rounds.push(index),
      ...(isUrgent && { isUrgent }),
    });
  }
}

let fleet: Fleet;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  fleet = new Fleet();
});
afterEach(() => void vi.useRealTimers());

test('one process does the rounds of all, and another one follows if it stops', async () => {
  const jobs = Array.from({ length: 20 }, () => fleet.add());
  for (const job of jobs) job.start('later');
  await vi.advanceTimersByTimeAsync(1100);
  const [leader = -1] = fleet.rounds;
  fleet.rounds.length = 0;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(fleet.rounds.length).toBeLessThanOrEqual(20);
  expect(fleet.rounds.length).toBeGreaterThanOrEqual(15);
  for (const job of jobs) {
    if (job === jobs[fleet.rounds.at(-1) ?? leader]) await job.stop();
  }
  fleet.rounds.length = 0;
  await vi.advanceTimersByTimeAsync(1300);
  expect(fleet.rounds.length).toBeGreaterThanOrEqual(1);
  await Promise.all(jobs.map((job) => job.stop()));
});

test('an urgent round is not skipped', async () => {
  const [first, second] = [fleet.add(), fleet.add(() => true)];
  first.start();
  await vi.advanceTimersByTimeAsync(0);
  second.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(fleet.rounds).toEqual([0, 1]);
  await Promise.all([first.stop(), second.stop()]);
});
