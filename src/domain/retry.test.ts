import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_RETRY, nextDelay } from './retry.ts';

const policy = { limit: 4, lostLimit: 3, delay: 2, factor: 3, maxDelay: 30 };

test('delays grow by the factor up to the longest, half of each spread by the jitter', () => {
  expect([1, 2, 3, 4].map((failures) => nextDelay(policy, failures, 0))).toEqual([1, 3, 9, 15]);
  expect([1, 2, 3, 4].map((failures) => nextDelay(policy, failures, 0.5))).toEqual([1.5, 4.5, 13.5, 22.5]);
});

test('past the limit there is no further run', () => {
  expect(nextDelay(policy, 5, 0)).toBeUndefined();
  expect(nextDelay(DEFAULT_RETRY, 1, 0)).toBeUndefined();
});

test('a delay is never negative, never above the longest, and always a number', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, jitter) => {
        const delay = nextDelay({ ...policy, limit: 1000 }, failures, jitter);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(policy.maxDelay);
      },
    ),
  );
});
