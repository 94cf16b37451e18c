import { describe, expect, test } from 'vitest';
import type { Attempt } from '../api/carriers.ts';
import { spansOf } from './attempt-spans.ts';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

function attempt(
  number: number,
  claimed: number,
  ended: number | null,
  more: Partial<Attempt> = {},
): Attempt {
  return {
    Number: number,
    Worker: 'a',
    Claimed: at(claimed),
    Started: at(claimed),
    Ended: ended === null ? null : at(ended),
    DurationSeconds: ended === null ? null : ended - claimed,
    Outcome: ended === null ? null : 'Failed',
    Reason: '',
    Error: null,
    Recorded: true,
    ProgressPercent: 0,
    ProgressDescription: '',
    NextDelaySeconds: null,
    ...more,
  };
}

const brief = (...[attempts, created, hasEnded, now]: Parameters<typeof spansOf>) =>
  spansOf(attempts, created, hasEnded, now).map(
    ({ kind, from, to, attempt: of }) => `${kind} ${from / 1000}–${to / 1000} ${of?.Number ?? '-'}`,
  );

describe('the times of a task', () => {
  test('a wait, a failure, the pause before the retry, and the attempt in progress', () => {
    const attempts = [attempt(1, 10, 12, { NextDelaySeconds: 5 }), attempt(2, 18, null)];
    expect(brief(attempts, 7000, false, 20_000)).toEqual([
      'waited 7–10 -',
      'ran 10–12 1',
      'paused 12–18 1',
      'ran 18–20 2',
    ]);
  });

  test('a pause that lasts', () => {
    expect(brief([attempt(1, 10, 12, { NextDelaySeconds: 60 })], 10_000, false, 30_000)).toEqual([
      'ran 10–12 1',
      'paused 12–30 1',
    ]);
  });

  test('nothing after the end, and an idle time until a restart', () => {
    expect(brief([attempt(1, 10, 12)], 10_000, true, 99_000)).toEqual(['ran 10–12 1']);
    expect(brief([attempt(1, 10, 12), attempt(2, 40, 41)], 10_000, true, 99_000)).toEqual([
      'ran 10–12 1',
      'idle 12–40 1',
      'ran 40–41 2',
    ]);
  });

  test('the wait of a parent for its children is a pause, and so is the time after it was handed back', () => {
    const attempts = [attempt(1, 0, 1, { Outcome: 'Waiting' }), attempt(2, 5, 6, { Outcome: 'HandedBack' })];
    expect(brief(attempts, undefined, false, 9000)).toEqual([
      'ran 0–1 1',
      'paused 1–5 1',
      'ran 5–6 2',
      'paused 6–9 2',
    ]);
  });

  test('attempts that overlap have no pause between them', () => {
    const attempts = [attempt(1, 0, 10, { NextDelaySeconds: 0 }), attempt(2, 8, 12)];
    expect(brief(attempts, undefined, true, 99_000)).toEqual(['ran 0–10 1', 'ran 8–12 2']);
  });
});
