import { expect, test } from 'vitest';
import { durationOf, spanOf } from './times.ts';

test.each([
  [0, [[0, 'second']]],
  [499, [[0, 'second']]],
  [
    59_600,
    [
      [1, 'minute'],
      [0, 'second'],
    ],
  ],
  [
    200_000,
    [
      [3, 'minute'],
      [20, 'second'],
    ],
  ],
  [
    90_000_000,
    [
      [1, 'day'],
      [1, 'hour'],
    ],
  ],
  [-5, [[0, 'second']]],
])('a span of %d ms has the units %j', (milliseconds, expected) => {
  expect(spanOf(milliseconds)).toEqual(expected);
});

test.each([
  [0, [[0, 'millisecond']]],
  [349.6, [[350, 'millisecond']]],
  [3_449, [[3.4, 'second']]],
  [9_949, [[9.9, 'second']]],
  [9_960, [[10, 'second']]],
  [
    200_000,
    [
      [3, 'minute'],
      [20, 'second'],
    ],
  ],
])('a duration of %d ms has the units %j', (milliseconds, expected) => {
  expect(durationOf(milliseconds)).toEqual(expected);
});
