import { expect, test } from 'vitest';
import { countedOutcome } from './meters.ts';

test.each([
  ['returned', 'Succeeded', false, 'succeeded'],
  ['failed', 'Failed', false, 'failed'],
  ['failed', 'New', false, 'retried'],
  ['failed', 'Failed', true, 'stopped'],
  ['returned', 'Failed', true, 'stopped'],
  ['interrupted', 'New', false, 'handed_back'],
  ['lost', 'New', false, 'lost'],
  ['lost', 'Failed', false, 'lost'],
] as const)('%s that leaves the task %s (stopped: %s) counts as %s', (outcome, state, isStopped, counted) => {
  expect(countedOutcome(outcome, { state, isStopped })).toBe(counted);
});
