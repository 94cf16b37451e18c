import { expect, test } from 'vitest';
import { message } from '../core/message.ts';
import { RunHandle } from './run-handle.ts';

test.each<[unknown, unknown, { percent: number; text: unknown }, RegExp | undefined]>([
  [40.9, 'Halfway', { percent: 40, text: 'Halfway' }, undefined],
  [Number.NaN, undefined, { percent: 0, text: null }, /NaN; the previous value is kept/],
  [101, undefined, { percent: 100, text: null }, /101; 100 is shown/],
  [-0.5, undefined, { percent: 0, text: null }, /-0.5/],
  [Number.POSITIVE_INFINITY, undefined, { percent: 100, text: null }, /Infinity/],
  [Symbol('s'), undefined, { percent: 0, text: null }, /Symbol\(s\)/],
  [10n, undefined, { percent: 0, text: null }, /10n/],
  [10, 'a\u0000b\uD800', { percent: 10, text: 'a\uFFFDb\uFFFD' }, undefined],
  [
    10,
    'x'.repeat(30),
    { percent: 10, text: `${'x'.repeat(19)}…` },
    /30 characters long; it is truncated to 20/,
  ],
  [10, message`${3} rows`, { percent: 10, text: message`${3} rows` }, undefined],
  [10, { a: 1 }, { percent: 10, text: '{ a: 1 }' }, /a string or a message is expected/],
])('progress(%s, %s) is made storable', (percent, text, kept, warning) => {
  const control = new RunHandle(20);
  const problem = control.progress(percent as number, text as string);
  if (warning === undefined) expect(problem).toBeUndefined();
  else expect(problem).toMatch(warning);
  expect(control.takeProgress()).toEqual(kept);
});

test('only the first invalid progress is reported, and NaN keeps the percentage', () => {
  const control = new RunHandle(20);
  control.progress(40, undefined);
  expect(control.progress(Number.NaN, undefined)).toContain('NaN');
  expect(control.progress(Number.NaN, undefined)).toBeUndefined();
  expect(control.takeProgress().percent).toBe(40);
});
