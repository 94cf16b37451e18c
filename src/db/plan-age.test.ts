import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PlanAge } from './plan-age.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns what a session does for statements at these times (ms): executes it unprepared, or discards its plans first. */
function play(...times: readonly number[]): string[] {
  const age = new PlanAge();
  let now = 0;
  return times.map((at) => {
    vi.advanceTimersByTime(at - now);
    now = at;
    if (age.isIdle()) return 'unprepared';
    return age.expire() ? 'discard' : 'kept';
  });
}

test('a statement that is the first in a second is not prepared', () => {
  expect(play(0, 10_000, 20_000, 21_000)).toEqual(Array(4).fill('unprepared'));
});

test('a busy session discards its plans once a second', () => {
  expect(play(0, 1, 500, 999, 1001, 1500, 2000, 2001)).toEqual([
    'unprepared',
    'discard',
    'kept',
    'kept',
    'discard',
    'kept',
    'kept',
    'discard',
  ]);
});
