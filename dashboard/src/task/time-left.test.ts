import { describe, expect, test } from 'vitest';
import { addSample, type Sample, timeLeft } from './time-left.ts';

const samplesOf = (...samples: readonly [number, number][]): readonly Sample[] =>
  samples.reduce<readonly Sample[]>((all, [at, percent]) => addSample(all, { at, percent }), []);

describe('the time left of a run', () => {
  test('is computed from the observed speed', () => {
    expect(timeLeft(samplesOf([0, 50], [10_000, 60]), undefined, 10_000)).toBe(40_000);
    expect(timeLeft(samplesOf([0, 50], [10_000, 60]), undefined, 15_000)).toBe(35_000);
  });

  test('is computed from the start while there are few samples', () => {
    const began = { at: 0, percent: 0 };
    expect(timeLeft(samplesOf([20_000, 20]), began, 20_000)).toBe(80_000);
    expect(timeLeft(samplesOf([20_000, 20], [20_500, 40]), began, 20_500)).toBe(30_750);
  });

  test('is unknown with too little data', () => {
    expect(timeLeft([], undefined, 0)).toBeUndefined();
    expect(timeLeft(samplesOf([1000, 10]), undefined, 1000)).toBeUndefined();
    expect(timeLeft(samplesOf([1000, 0]), { at: 0, percent: 0 }, 60_000)).toBeUndefined();
  });

  test('is never negative', () => {
    expect(timeLeft(samplesOf([0, 50], [10_000, 99]), undefined, 60_000)).toBe(0);
  });

  test('starts over with another run and drops old samples', () => {
    expect(samplesOf([0, 90], [1000, 10])).toEqual([{ at: 1000, percent: 10 }]);
    expect(samplesOf([0, 1], [500_000, 2], [500_001, 3])).toHaveLength(2);
    expect(samplesOf([0, 1], [500, 1])).toHaveLength(1);
  });
});
