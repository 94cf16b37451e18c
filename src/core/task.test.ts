import { expect, test } from 'vitest';
import { secondsUntil } from './task.ts';

test('secondsUntil accepts no time, seconds or an instant, and is never negative', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  expect(secondsUntil(undefined, now)).toBe(0);
  expect(secondsUntil(1.5, now)).toBe(1.5);
  expect(secondsUntil(new Date('2026-03-01T12:01:00Z'), now)).toBe(60);
  expect(secondsUntil(new Date('2026-03-01T11:59:00Z'), now)).toBe(0);
});
