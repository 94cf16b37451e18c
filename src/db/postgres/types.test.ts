import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { parseTime } from './types.ts';

describe('parseTime', () => {
  test.each([
    ['2026-11-30 15:06:19.123456+00', '2026-11-30T15:06:19.123Z'],
    ['2026-11-30 15:06:19.289+00', '2026-11-30T15:06:19.289Z'],
    ['2026-11-30 15:06:19.5+00', '2026-11-30T15:06:19.500Z'],
    ['2026-11-30 15:06:19+00', '2026-11-30T15:06:19.000Z'],
    ['0001-01-01 00:00:00+00', '0001-01-01T00:00:00.000Z'],
    ['2026-11-30 15:06:19+02', '2026-11-30T13:06:19.000Z'],
    ['2026-11-30 15:06:19+05:30', '2026-11-30T09:36:19.000Z'],
    ['10000-01-01 00:00:00+00', '+010000-01-01T00:00:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(parseTime(text).toISOString()).toBe(iso);
  });

  test.each(['infinity', '-infinity', '0044-03-15 00:00:00+00 BC'])('reads %s as pg does', (text) => {
    expect(parseTime(text)).toEqual(pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ)(text));
  });

  test('reads every time that it is given again', () => {
    const min = new Date('0001-01-01T00:00:00Z');
    const max = new Date('9999-12-31T23:59:59.999Z');
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), (time) => {
        const text = time.toISOString().replace('T', ' ').replace('Z', '+00');
        const [first, second] = [parseTime(text), parseTime(text)];
        expect(first).toEqual(time);
        expect(second).toEqual(time);
        expect(second).not.toBe(first);
      }),
    );
  });
});
