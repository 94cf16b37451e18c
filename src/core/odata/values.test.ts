import { describe, expect, test } from 'vitest';
import { findPeriod, periodsAround, readDateLiteral, wholeDays } from './values.ts';

const span = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) });

describe('periods around now', () => {
  const oslo = (now: string) => ({ now: new Date(now), zone: 'Europe/Oslo' });

  test.each([
    // Half past midnight on a Monday in Oslo, while it is Sunday in UTC.
    ['day', 0, 1, '2026-06-14T22:30:00Z', '2026-06-14T22:00:00Z', '2026-06-15T22:00:00Z'],
    ['week', 0, 1, '2026-06-14T22:30:00Z', '2026-06-14T22:00:00Z', '2026-06-21T22:00:00Z'],
    ['week', -1, 0, '2026-06-14T22:30:00Z', '2026-06-07T22:00:00Z', '2026-06-14T22:00:00Z'],
    // Days with a clock change have 23 or 25 hours.
    ['day', 0, 1, '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['day', 0, 1, '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['month', 0, 1, '2026-03-10T12:00:00Z', '2026-02-28T23:00:00Z', '2026-03-31T22:00:00Z'],
    ['month', -1, 1, '2024-03-31T12:00:00Z', '2024-01-31T23:00:00Z', '2024-03-31T22:00:00Z'],
    ['quarter', 1, 2, '2026-11-24T12:00:00Z', '2026-12-31T23:00:00Z', '2027-03-31T22:00:00Z'],
    ['half', 0, 1, '2026-06-30T21:59:59Z', '2025-12-31T23:00:00Z', '2026-06-30T22:00:00Z'],
    ['half', 0, 1, '2026-06-30T22:00:00Z', '2026-06-30T22:00:00Z', '2026-12-31T23:00:00Z'],
    ['year', -2, 0, '2026-01-01T00:00:00Z', '2023-12-31T23:00:00Z', '2025-12-31T23:00:00Z'],
    ['hour', 0, 2, '2026-03-29T00:30:00Z', '2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z'],
  ] as const)('%s %i to %i at %s', (period, from, to, now, begin, end) => {
    expect(periodsAround(period, oslo(now), from, to)).toEqual(span(begin, end));
  });

  test('a day without midnight starts at its first instant', () => {
    const clock = { now: new Date('2018-11-04T15:00:00Z'), zone: 'America/Sao_Paulo' };
    expect(periodsAround('day', clock, 0, 1)).toEqual(span('2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'));
  });

  test.each([
    ['weeks', 'week'],
    ['WEEK', 'week'],
    ['halfs', 'half'],
    ['day', 'day'],
    ['s', undefined],
    ['fortnight', undefined],
    ['', undefined],
  ])('%j is the period %s', (name, period) => {
    expect(findPeriod(name)).toBe(period);
  });
});

describe('dates', () => {
  test.each([
    ['2026-11-24', '2026-11-23T23:00:00Z', '2026-11-24T23:00:00Z'],
    ['2026.3.9', '2026-03-08T23:00:00Z', '2026-03-09T23:00:00Z'],
    ['2026-11-24T10:20', '2026-11-24T09:20:00Z', '2026-11-24T09:21:00Z'],
    ['2026-11-24 10:20:30', '2026-11-24T09:20:30Z', '2026-11-24T09:20:31Z'],
    ['2026-11-24T10:20:30.12', '2026-11-24T09:20:30.120Z', '2026-11-24T09:20:30.121Z'],
    ['2001-10-22T09:40:59.9150653+02:00', '2001-10-22T07:40:59.915Z', '2001-10-22T07:40:59.916Z'],
    ['2026-11-24T10:20:30Z', '2026-11-24T10:20:30Z', '2026-11-24T10:20:31Z'],
    ['2026-11-24t10:20:30-0500', '2026-11-24T15:20:30Z', '2026-11-24T15:20:31Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '0001-01-01T00:00:01Z'],
    ['9999-12-31Z', '9999-12-31T00:00:00Z', '+010000-01-01T00:00:00Z'],
  ])('%s in Oslo', (text, from, to) => {
    expect(readDateLiteral(text, 'Europe/Oslo')).toEqual(span(from, to));
  });

  test.each([
    '2026-13-01',
    '2026-02-29',
    '0000-01-01',
    '2026-11-24T24:30',
    '2026-11-24T10:61',
    '2026-11-24T10',
    '2026-11-24T10:20+15:00',
    '2026-11-24T10:20+05:60',
    '24.11.2026',
    'today',
    '',
  ])('%j is none', (text) => {
    expect(readDateLiteral(text, 'UTC')).toBeUndefined();
  });

  test('wholeDays uses the zone even if the literal has another', () => {
    const literal = readDateLiteral('2026-11-24T23:30:00Z', 'UTC') ?? expect.unreachable();
    expect(wholeDays(literal, 'Europe/Oslo')).toEqual(span('2026-11-24T23:00:00Z', '2026-11-25T23:00:00Z'));
  });
});
