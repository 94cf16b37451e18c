import { expect, test } from 'vitest';
import { periodOf } from './statistics.ts';

const now = new Date('2026-03-04T05:06:07.800Z');

test.each([
  [60, '2026-03-04T04:07:00.000Z', 60],
  [10, '2026-03-04T04:56:10.000Z', 10],
  [11, '2026-03-04T04:55:30.000Z', 30],
  [1440, '2026-03-03T05:30:00.000Z', 1800],
  [10_080, '2026-02-25T08:00:00.000Z', 14_400],
  [43_200, '2026-02-03T00:00:00.000Z', 86_400],
])('%d minutes begin with a whole step', (minutes, since, stepSeconds) => {
  expect(periodOf(minutes, now)).toEqual({ since: new Date(since), stepSeconds });
});

test('a period has at least five minutes and at most sixty days', () => {
  expect(periodOf(0, now)).toEqual(periodOf(5, now));
  expect(periodOf(99_999, now)).toEqual(periodOf(60 * 24 * 60, now));
});
