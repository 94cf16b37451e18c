import { expect, test } from 'vitest';
import { failureRate, stepsOf, sum, tickSteps, workersAt } from './statistics.ts';

const change = (At: string, more: object) => ({
  At,
  Name: 'x',
  Registered: 0,
  Succeeded: 0,
  Failed: 0,
  Stopped: 0,
  Begun: 0,
  Waited: 0,
  LongestWait: 0,
  ...more,
});
const changes = [
  change('2026-01-01T00:00:00Z', { Succeeded: 3, Begun: 1, Waited: 4, LongestWait: 4 }),
  change('2026-01-01T00:02:00Z', { Failed: 1, Stopped: 9, Begun: 3, Waited: 8, LongestWait: 9 }),
];

test('the average waiting time is weighted by the runs that started, and stops are not failures', () => {
  expect(sum(changes)).toEqual({
    registered: 0,
    succeeded: 3,
    failed: 1,
    stopped: 9,
    waited: 7,
    longestWait: 9,
  });
  expect(failureRate(sum(changes))).toBe(25);
});

test('without changes the figures are null', () => {
  expect(sum([])).toMatchObject({ succeeded: 0, waited: null, longestWait: null });
  expect(failureRate(sum([]))).toBeNull();
});

test('every step of the period is listed in order', () => {
  const statistics = {
    Since: '2026-01-01T00:00:00Z',
    StepSeconds: 60,
    Changes: changes,
    Workers: [{ At: '2026-01-01T00:02:00Z', Workers: 2 }],
    Queues: [],
    Failures: [],
  };
  const [times, steps] = stepsOf(statistics, Date.parse('2026-01-01T00:03:30Z'));
  expect(times.map((at) => (at - (times[0] ?? 0)) / 60)).toEqual([0, 1, 2, 3]);
  expect(steps.map((step) => step.succeeded + step.failed)).toEqual([3, 0, 1, 0]);
  expect(workersAt(statistics.Workers, times)).toEqual([0, 0, 2, 0]);
});

test('ticks are at round numbers, and those of counts at whole ones', () => {
  expect(tickSteps(1).slice(0, 7)).toEqual([1, 2, 5, 10, 20, 50, 100]);
  expect(tickSteps(0.01).slice(0, 7)).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  expect(tickSteps(1).at(-1)).toBeGreaterThan(1e15);
});
