import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backoffMs, type RetryOptions, retry } from './retry.ts';

const BACKOFF = { firstMs: 100, maxMs: 1000 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that fails the first `failures` times; `calls` has the time of each attempt. */
function failing(failures: number, error: unknown = new Error('away')) {
  const began = performance.now();
  const calls: number[] = [];
  const work = async (): Promise<string> => {
    calls.push(performance.now() - began);
    if (calls.length <= failures) throw error;
    return 'done';
  };
  const attempt = (options: Partial<RetryOptions> = {}) =>
    retry(work, { ...BACKOFF, ...options }).then(
      (value) => ({ value }),
      (reason: unknown) => ({ reason }),
    );
  return { calls, attempt };
}

test('delays double up to the maximum; jitter shortens them by at most its share', () => {
  expect([1, 2, 3, 4, 5, 5000].map((failures) => backoffMs(BACKOFF, failures, 0.9))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ]);
  expect([0, 0.5].map((chance) => backoffMs({ ...BACKOFF, jitter: 0.5 }, 1, chance))).toEqual([100, 75]);
  expect(backoffMs({ firstMs: 0, maxMs: 1000 }, 5000, 0)).toBe(0);
});

test('work is retried with growing delays until it succeeds', async () => {
  const { calls, attempt } = failing(3);
  const onRetry = vi.fn();
  const result = attempt({ onRetry });
  await vi.runAllTimersAsync();
  expect(await result).toEqual({ value: 'done' });
  expect(calls).toEqual([0, 100, 300, 700]);
  expect(onRetry.mock.calls.map(([, failures]) => failures)).toEqual([1, 2, 3]);
});

test('the last error is thrown when the attempts are used up', async () => {
  const error = new Error('away');
  const { calls, attempt } = failing(9, error);
  const result = attempt({ attempts: 3 });
  await vi.runAllTimersAsync();
  expect(await result).toEqual({ reason: error });
  expect(calls).toHaveLength(3);
});

test('an error that is not retryable is thrown at once', async () => {
  const error = new Error('wrong');
  const { calls, attempt } = failing(1, error);
  expect(await attempt({ isRetryable: (problem) => problem !== error })).toEqual({ reason: error });
  expect(calls).toHaveLength(1);
});

test('an abort during a delay ends it; one last attempt follows', async () => {
  const error = new Error('away');
  const { calls, attempt } = failing(9, error);
  const stopping = new AbortController();
  const result = attempt({ signal: stopping.signal });
  await vi.advanceTimersByTimeAsync(30);
  stopping.abort();
  expect(await result).toEqual({ reason: error });
  expect(calls).toEqual([0, 30]);
  expect(vi.getTimerCount()).toBe(0);
});

test('an abort during an attempt makes it the last', async () => {
  const stopping = new AbortController();
  const work = vi.fn(async (): Promise<void> => {
    stopping.abort();
    throw new Error('away');
  });
  await expect(retry(work, { ...BACKOFF, signal: stopping.signal })).rejects.toThrow('away');
  expect(work).toHaveBeenCalledTimes(1);
});

test('after an abort there is one attempt', async () => {
  const error = new Error('away');
  const { calls, attempt } = failing(9, error);
  expect(await attempt({ signal: AbortSignal.abort() })).toEqual({ reason: error });
  expect(calls).toHaveLength(1);
});
