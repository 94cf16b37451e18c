import { describe, expect, test } from 'vitest';
import { decideOutcome, type RunOutcome } from './run-outcome.ts';

const policy = { limit: 2, lostLimit: 1, delay: 1, factor: 2, maxDelay: 10 };
const follows = (outcome: RunOutcome, failures = 0, losses = 0) =>
  decideOutcome(outcome, policy, { failures, losses }, 0);

describe('what follows from a run', () => {
  test('that returned: Succeeded with its result', () => {
    expect(follows({ kind: 'returned', result: 'done' })).toMatchObject({
      to: 'Succeeded',
      result: 'done',
      delaySeconds: null,
    });
  });

  test('that failed with retries left: New, later, with one failure more', () => {
    const failed: RunOutcome = { kind: 'failed', message: 'no luck', permanent: false };
    expect(follows(failed, 1)).toMatchObject({
      to: 'New',
      result: 'no luck',
      failures: 2,
      losses: 0,
      delaySeconds: 2,
    });
  });

  test('that failed once too often, or for good: Failed', () => {
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

  test('that the server interrupted: New at once, and nothing counts against it', () => {
    expect(follows({ kind: 'interrupted' }, 1, 1)).toMatchObject({
      to: 'New',
      result: null,
      failures: 1,
      losses: 1,
      delaySeconds: 0,
    });
  });

  test('whose worker was lost: New at once until its losses are used up, then Failed with a Result that says so', () => {
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
