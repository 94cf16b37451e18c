import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideOverlap, MAX_QUEUED_RUNS, OVERLAPS, type Overlap } from './overlap.ts';

const at = (minute: number): Date => new Date(Date.UTC(2026, 4, 1, 0, minute));

describe('a due time while an earlier task is active', () => {
  test.each([
    ['Allow', [1], [], []],
    ['Skip', [], [], [1]],
    ['Queue', [], [1], []],
  ] as const)('%s', (overlap, start, queued, skipped) => {
    expect(decideOverlap(overlap, true, [], [at(1)])).toEqual({
      start: start.map(at),
      queued: queued.map(at),
      skipped: skipped.map(at),
    });
  });
});

/** A moment in the life of a schedule: some due times pass, or its oldest active task ends. */
const moment = fc.oneof(
  fc.record({ kind: fc.constant('due' as const), times: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('end' as const), times: fc.constant(0) }),
);

/** Plays a schedule from moment to moment, with a scheduler that decides after each. */
function play(overlap: Overlap, moments: readonly { kind: 'due' | 'end'; times: number }[]) {
  let clock = 0;
  let queued: readonly Date[] = [];
  const active: Date[] = [];
  const started: Date[] = [];
  const skipped: Date[] = [];
  const offered: Date[] = [];
  let mostActive = 0;
  for (const { kind, times } of moments) {
    if (kind === 'end') active.shift();
    const due = Array.from({ length: times }, () => at(++clock));
    offered.push(...due);
    const decided = decideOverlap(overlap, active.length > 0, queued, due);
    queued = decided.queued;
    active.push(...decided.start);
    started.push(...decided.start);
    skipped.push(...decided.skipped);
    mostActive = Math.max(mostActive, active.length);
  }
  return { offered, started, skipped, queued, active, mostActive };
}

describe('for any course of due times and ends', () => {
  const times = (dates: readonly Date[]): number[] => dates.map(Number).sort((a, b) => a - b);

  test.each(OVERLAPS)('%s decides each due time once, and starts them in order', (overlap) => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 60 }), (moments) => {
        const { offered, started, skipped, queued } = play(overlap, moments);
        expect(times([...started, ...skipped, ...queued])).toEqual(times(offered));
        expect(started.map(Number)).toEqual(times(started));
      }),
    );
  });

  test.each(['Skip', 'Queue'] as const)(
    '%s never has two active tasks, and never waits without one',
    (overlap) => {
      fc.assert(
        fc.property(fc.array(moment, { maxLength: 60 }), (moments) => {
          const { mostActive, queued, active } = play(overlap, moments);
          expect(mostActive).toBeLessThanOrEqual(1);
          if (queued.length > 0) expect(active).toHaveLength(1);
        }),
      );
    },
  );

  test('Queue loses no due time until it is full, Allow none at all', () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 20 }), (moments) => {
        expect(play('Queue', moments).skipped.length > 0).toBe(false);
        expect(play('Allow', moments)).toMatchObject({ skipped: [], queued: [] });
      }),
      { numRuns: 50 },
    );
    const many = Array.from({ length: MAX_QUEUED_RUNS + 5 }, () => ({ kind: 'due' as const, times: 1 }));
    const { queued, skipped } = play('Queue', many);
    expect([queued.length, skipped.length]).toEqual([MAX_QUEUED_RUNS, 4]);
  });
});
