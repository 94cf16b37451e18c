import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findTimeZone, TIME_ZONES, type TimeZone, UTC } from '../../core/time-zone.ts';
import { readDate, writeDate, writeDateWithOffset, writeUtcDate } from './times.ts';

const zone = (name: string): TimeZone => {
  const found = findTimeZone(name);
  if (found === undefined) throw new Error(`There is no zone ${name}.`);
  return found;
};
const NEW_YORK = zone('US-NY');
const OSLO = zone('NO');
const HALF_HOUR = 30 * 60_000;
const read = (text: string, timeZone = UTC): string => readDate(text, timeZone, 'It').toISOString();

const anyZone = fc.constantFrom(...TIME_ZONES);
const anyInstant = fc.date({
  min: new Date('0002-01-01T00:00:00Z'),
  max: new Date('9998-12-31T00:00:00Z'),
  noInvalidDate: true,
});

describe('writing a date', () => {
  test.each([
    [null, '0001-01-01T00:00:00'],
    [new Date('2026-11-24T10:20:30.000Z'), '2026-11-24T10:20:30'],
    [new Date('2026-11-24T10:20:30.120Z'), '2026-11-24T10:20:30.12'],
    [new Date('2026-11-24T10:20:30.001Z'), '2026-11-24T10:20:30.001'],
  ])('%s in UTC is %s', (date, text) => {
    expect(writeDate(date, UTC)).toBe(text);
  });

  test.each([
    ['US-NY', '2018-12-24T07:34:45', '-05:00'],
    ['NO', '2018-12-24T13:34:45', '+01:00'],
    ['UTC', '2018-12-24T12:34:45', 'Z'],
    ['Asia/Kathmandu', '2018-12-24T18:19:45', '+05:45'],
    ['America/St_Johns', '2018-12-24T09:04:45', '-03:30'],
    ['Pacific/Kiritimati', '2018-12-25T02:34:45', '+14:00'],
  ])('in %s is %s%s', (name, text, offset) => {
    const date = new Date('2018-12-24T12:34:45Z');
    expect(writeDate(date, zone(name))).toBe(text);
    expect(writeDateWithOffset(date, zone(name))).toBe(text + offset);
  });

  test('has decimals before the offset, and in UTC', () => {
    const date = new Date('2018-12-24T12:34:45.120Z');
    expect(writeDateWithOffset(date, NEW_YORK)).toBe('2018-12-24T07:34:45.12-05:00');
    expect(writeUtcDate(date)).toBe('2018-12-24T12:34:45.12Z');
  });

  test.each([
    ['UTC', '0001-01-01T00:00:00Z'],
    ['NO', '0001-01-01T01:00:00+01:00'],
    ['AU-ACT', '0001-01-01T10:00:00+10:00'],
    ['BD', '0001-01-01T06:00:00+06:00'],
    ['US-NY', '0001-01-01T00:00:00-05:00'],
  ])('that was never set, in %s with its offset, is %s', (name, text) => {
    expect(writeDateWithOffset(null, zone(name))).toBe(text);
  });

  test('that was never set is the same in any time zone without an offset, and round-trips with one', () => {
    fc.assert(
      fc.property(anyZone, (timeZone) => {
        expect(writeDate(null, timeZone)).toBe('0001-01-01T00:00:00');
        expect(read(writeDateWithOffset(null, timeZone)).slice(0, 10)).toBe('0001-01-01');
      }),
    );
  });
});

describe('reading a date', () => {
  test.each([
    ['2018-12-24T07:34:45', '2018-12-24T12:34:45.000Z'],
    ['2018-12-24t07:34', '2018-12-24T12:34:00.000Z'],
    ['2018-12-24', '2018-12-24T05:00:00.000Z'],
    ['2018-07-24T07:34:45.5', '2018-07-24T11:34:45.500Z'],
  ])('without an offset uses the time zone: %s', (text, instant) => {
    expect(read(text, NEW_YORK)).toBe(instant);
  });

  test.each([
    ['2018-12-24T12:34:45Z', '2018-12-24T12:34:45.000Z'],
    ['2018-12-24T12:34:45z', '2018-12-24T12:34:45.000Z'],
    ['2018-12-24T07:34:45-0500', '2018-12-24T12:34:45.000Z'],
    ['2018-12-24T07:34:45-05:00', '2018-12-24T12:34:45.000Z'],
    ['2018-12-24T13:34:45+01', '2018-12-24T12:34:45.000Z'],
    ['2001-10-22T09:40:59.9150653+02:00', '2001-10-22T07:40:59.915Z'],
  ])('with an offset is an instant: %s', (text, instant) => {
    expect(read(text, NEW_YORK)).toBe(instant);
  });

  test.each([
    ['Oslo skips 02:00 to 03:00', OSLO, '2026-03-29T02:30:00', '2026-03-29T03:30:00+02:00'],
    ['New York skips 02:00 to 03:00', NEW_YORK, '2026-03-08T02:00:00', '2026-03-08T03:00:00-04:00'],
    ['Samoa skipped a day', zone('Pacific/Apia'), '2011-12-30T12:00:00', '2011-12-31T12:00:00+14:00'],
  ])('that does not exist moves forward: %s', (_why, timeZone, text, instead) => {
    expect(writeDateWithOffset(readDate(text, timeZone, 'It'), timeZone)).toBe(instead);
  });

  test.each([
    ['NO', '2026-10-25T02:30:00', '2026-10-25T02:30:00+01:00'],
    ['US-NY', '2026-11-01T01:00:00', '2026-11-01T01:00:00-05:00'],
    ['AU-ACT', '2026-04-05T02:59:59', '2026-04-05T02:59:59+10:00'],
  ])('that is ambiguous in %s is standard time: %s', (name, text, meant) => {
    expect(writeDateWithOffset(readDate(text, zone(name), 'It'), zone(name))).toBe(meant);
  });

  test.each([
    '',
    'now',
    '2018',
    '2018-12',
    '20181224',
    '2018-W52-1',
    '2018-358',
    '07:34:45',
    '2018-13-01',
    '2018-02-29',
    '2018-12-24T25:00:00',
    '2018-12-24T07:60:00',
    '2018-12-24 07:34:45',
    '2018-12-24T07:34:45+25:00',
    '2018-12-24T07:34:45[Europe/Oslo]',
    '2018-12-24T07:34:45 ',
    '0000-12-24T07:34:45',
    '0001-01-01T00:00:00+0100',
    '+012018-12-24T07:34:45Z',
    '9999-12-31T23:59:59-0100',
    `2018-12-24T07:34:45.${'1'.repeat(10)}`,
  ])('rejects %j and names accepted formats', (text) => {
    expect(() => readDate(text, OSLO, 'Expires')).toThrow(
      /^Expires is ".*a date such as 2018-12-24, .* is accepted/,
    );
  });

  test('returns a date or rejects any text', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?(Z|[+-]\d{4})?$/),
    );
    fc.assert(
      fc.property(texts, anyZone, (text, timeZone) => {
        try {
          expect(readDate(text, timeZone, 'It').getTime()).not.toBeNaN();
        } catch (error) {
          expect(error).toMatchObject({ name: 'Refusal', kind: 'invalid' });
        }
      }),
    );
  });
});

describe('a written date is read as', () => {
  test('the same instant if it has its offset', () => {
    fc.assert(
      fc.property(anyInstant, anyZone, anyZone, (instant, writer, reader) => {
        expect(readDate(writeDateWithOffset(instant, writer), reader, 'It')).toEqual(instant);
        expect(readDate(writeUtcDate(instant), reader, 'It')).toEqual(instant);
      }),
    );
  });

  test('the same instant in the same time zone, or the later of two that look the same', () => {
    fc.assert(
      fc.property(anyInstant, anyZone, (instant, timeZone) => {
        const text = writeDate(instant, timeZone);
        const back = readDate(text, timeZone, 'It');
        expect(writeDate(back, timeZone)).toBe(text);
        expect(back.getTime()).toBeGreaterThanOrEqual(instant.getTime());
        const offset = timeZone.zone.offset(instant.getTime());
        if (timeZone.zone.offset(instant.getTime() + 2 * 86_400_000) === offset)
          expect(back).toEqual(instant);
      }),
      { numRuns: 500 },
    );
  });

  test('the later instant in every overlap of twenty years', () => {
    for (const timeZone of [OSLO, NEW_YORK, zone('AU-ACT'), zone('Australia/Lord_Howe')]) {
      const overlaps = overlapsOf(timeZone, Date.UTC(2020, 0), Date.UTC(2040, 0));
      expect(overlaps.length).toBe(20);
      for (const { at, minutes } of overlaps) {
        const first = new Date(at - (minutes * 60_000) / 2);
        const second = new Date(first.getTime() + minutes * 60_000);
        expect(writeDate(first, timeZone)).toBe(writeDate(second, timeZone));
        expect(readDate(writeDate(first, timeZone), timeZone, 'It')).toEqual(second);
        expect(readDate(writeDateWithOffset(first, timeZone), timeZone, 'It')).toEqual(first);
        expect(readDate(writeUtcDate(first), timeZone, 'It')).toEqual(first);
      }
    }
  });
});

/** The times at which clocks of a time zone go back, and by how many minutes. Changes are at full or half hours. */
function overlapsOf({ zone }: TimeZone, from: number, to: number): { at: number; minutes: number }[] {
  const overlaps: { at: number; minutes: number }[] = [];
  for (let day = from; day < to; day += 48 * HALF_HOUR) {
    if (zone.offset(day) <= zone.offset(day + 48 * HALF_HOUR)) continue;
    let at = day;
    while (zone.offset(at) === zone.offset(day)) at += HALF_HOUR;
    overlaps.push({ at, minutes: zone.offset(day) - zone.offset(at) });
  }
  return overlaps;
}
