import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_RETRY,
  decideOutcome,
  MAX_RETRIES,
  MAX_RETRY_DELAY,
  nextDelay,
  type RunOutcome,
  retryProblem,
} from './run-outcome.ts';

const policy = { limit: 2, lostLimit: 1, delay: 1, factor: 2, maxDelay: 10 };
const follows = (outcome: RunOutcome, failures = 0, losses = 0) =>
  decideOutcome(outcome, policy, { failures, losses }, 0);

describe('decideOutcome', () => {
  test('a run that returned: Succeeded with its result', () => {
    expect(follows({ kind: 'returned', result: 'done' })).toMatchObject({
      to: 'Succeeded',
      result: 'done',
      delaySeconds: null,
    });
  });

  test('a failed run with retries left: New after a delay, with another failure', () => {
    const failed: RunOutcome = { kind: 'failed', message: 'no luck', permanent: false };
    expect(follows(failed, 1)).toMatchObject({
      to: 'New',
      result: 'no luck',
      failures: 2,
      losses: 0,
      delaySeconds: 2,
    });
  });

  test('a failed run without retries left, or a permanent failure: Failed', () => {
    expect(follows({ kind: 'failed', message: 'no luck', permanent: false }, 2)).toMatchObject({
      to: 'Failed',
      failures: 3,
      delaySeconds: null,
    });
    expect(follows({ kind: 'failed', message: 'never', permanent: true })).toMatchObject({
      to: 'Failed',
      result: 'never',
      delaySeconds: null,
    });
  });

  test('an interrupted run: New at once, without a failure or a loss', () => {
    expect(follows({ kind: 'interrupted' }, 1, 1)).toMatchObject({
      to: 'New',
      result: null,
      failures: 1,
      losses: 1,
      delaySeconds: 0,
    });
  });

  test('a lost worker: New at once up to the limit, then Failed with the reason as Result', () => {
    expect(follows({ kind: 'lost', nodeId: 'n' })).toMatchObject({
      to: 'New',
      losses: 1,
      failures: 0,
      delaySeconds: 0,
    });
    const last = follows({ kind: 'lost', nodeId: 'n' }, 0, 1);
    expect(last).toMatchObject({ to: 'Failed', losses: 2, delaySeconds: null });
    expect(String(last.result)).toContain('lost 2 times');
  });
});

const retryPolicy = { limit: 4, lostLimit: 3, delay: 2, factor: 3, maxDelay: 30 };

test('delays grow by the factor up to the maximum; jitter adds up to a quarter', () => {
  expect([1, 2, 3, 4].map((failures) => nextDelay(retryPolicy, failures, 0))).toEqual([2, 6, 18, 30]);
  expect([1, 2, 3, 4].map((failures) => nextDelay(retryPolicy, failures, 0.5))).toEqual([
    2.25, 6.75, 20.25, 33.75,
  ]);
});

test('there is no retry beyond the limit', () => {
  expect(nextDelay(retryPolicy, 5, 0)).toBeUndefined();
  expect(nextDelay(DEFAULT_RETRY, 1, 0)).toBeUndefined();
});

test("a delay is at least the policy's and at most a quarter longer, for any number of failures", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: MAX_RETRIES }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.double({ min: 0, max: MAX_RETRY_DELAY, noNaN: true }),
      fc.double({ min: 1, max: 1000, noNaN: true }),
      fc.double({ min: 0, max: MAX_RETRY_DELAY, noNaN: true }),
      (failures, jitter, delay, factor, maxDelay) => {
        const any = { limit: MAX_RETRIES, lostLimit: 3, delay, factor, maxDelay };
        const seconds = nextDelay(any, failures, jitter) as number;
        expect(seconds).toBeGreaterThanOrEqual(Math.min(delay, maxDelay));
        expect(seconds).toBeLessThanOrEqual(maxDelay * 1.25);
      },
    ),
  );
});

test('the 5000th retry without a delay is due at once', () => {
  expect(nextDelay({ ...DEFAULT_RETRY, limit: 5000, delay: 0 }, 5000, 0.7)).toBe(0);
});

test.each([
  [{ delay: 1e15 }, 'delay is 1000000000000000; seconds from 0 to 31536000 are accepted'],
  [{ maxDelay: Number.POSITIVE_INFINITY }, 'maxDelay is Infinity; seconds from 0 to 31536000 are accepted'],
  [{ delay: Number.NaN }, 'delay is NaN; seconds from 0 to 31536000 are accepted'],
  [{ limit: 1.5 }, 'limit is 1.5; a whole number from 0 to 1000000 is accepted'],
  [{ lostLimit: -1 }, 'lost is -1; a whole number from 0 to 1000000 is accepted'],
  [{ factor: 1e300 }, 'factor is 1e+300; a number from 0 to 1000 is accepted'],
  [{ limit: 5000, delay: 0 }, undefined],
  [{}, undefined],
])('retryProblem checks the policy %j', (given, problem) => {
  expect(retryProblem({ ...DEFAULT_RETRY, ...given })).toBe(problem);
});
