import { expect, test } from 'vitest';
import { RequestError } from '../core/errors.ts';
import { RateLimiter } from './security.ts';

function limiter(perSecond: number, burst: number) {
  let now = 0;
  const limits = new RateLimiter(perSecond, burst, () => now);
  return {
    wait: (seconds: number) => {
      now += seconds * 1000;
    },
    /** `true`, or the seconds to wait. */
    take: (caller = 'a'): true | number => {
      try {
        limits.take(caller);
        return true;
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        expect(error.kind).toBe('rateLimited');
        return error.retryAfter ?? -1;
      }
    },
  };
}

test('allows a burst, then a rate per second, for each caller separately', () => {
  const { take, wait } = limiter(2, 3);
  expect([take(), take(), take(), take()]).toEqual([true, true, true, 1]);
  expect(take('b')).toBe(true);
  wait(0.5);
  expect([take(), take()]).toEqual([true, 1]);
  wait(100);
  expect([take(), take(), take(), take()]).toEqual([true, true, true, 1]);
});

test('a rejected caller is accepted after the returned wait', () => {
  const { take, wait } = limiter(1, 1);
  expect(take()).toBe(true);
  wait(0.3);
  const seconds = take();
  expect(seconds).toBe(1);
  wait(Number(seconds));
  expect(take()).toBe(true);
});

test('rejected requests do not count', () => {
  const { take, wait } = limiter(1, 1);
  take();
  for (let n = 0; n < 100; n += 1) expect(take()).toBe(1);
  wait(1);
  expect(take()).toBe(true);
});
