import fc from 'fast-check';
import { expect, test } from 'vitest';
import { axisOf, type Child, placeOf, timesOf } from './waterfall.ts';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
const child = (created: number, started?: number, ended?: number): Child =>
  ({
    Started: started === undefined ? null : at(started),
    Ended: ended === undefined ? null : at(ended),
    Task: { Created: at(created) },
  }) as Child;

test('a child waits until its first attempt, and runs until it ends or now', () => {
  expect(timesOf(child(10, 12, 15), 99_000)).toEqual({ created: 10_000, started: 12_000, until: 15_000 });
  expect(timesOf(child(10, 12), 99_000)).toEqual({ created: 10_000, started: 12_000, until: 99_000 });
  expect(timesOf(child(10), 99_000)).toEqual({ created: 10_000, started: undefined, until: 99_000 });
  expect(timesOf(child(10, 8, 9), 99_000)).toEqual({ created: 10_000, started: 10_000, until: 10_000 });
});

test('the axis holds all children, with at most five round ticks', () => {
  expect(axisOf([timesOf(child(10, 12, 15), 0), timesOf(child(11, 12, 19), 0)])).toEqual({
    from: 10_000,
    length: 9000,
    ticks: [0, 5000],
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6)), { minLength: 1 }), (children) => {
      const times = children.map(([created, waited, ran]) =>
        timesOf(child(created, created + waited, created + waited + ran), 0),
      );
      const axis = axisOf(times);
      expect(axis.ticks.length).toBeLessThanOrEqual(5);
      for (const { created, started, until } of times) {
        const wait = placeOf(axis, created, started ?? until);
        const run = placeOf(axis, started ?? until, until);
        expect(wait.left + wait.width).toBeCloseTo(run.left, 6);
        expect(run.left + run.width).toBeLessThanOrEqual(100.000001);
      }
    }),
  );
});
