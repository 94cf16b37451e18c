import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCron, dueAfter } from './schedule.ts';
import { findTimeZone, type TimeZone, UTC } from './time-zone.ts';

const zone = (name: string): TimeZone => findTimeZone(name) as TimeZone;
const at = (text: string): Date => new Date(`${text}Z`);
/** Month, day, hour and minute in UTC. */
const times = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString().slice(5, 16));

test.each(['NO', 'Europe/Oslo'])('due times follow the zone %s in standard and summer time', (name) => {
  const timing = { cron: '0 7 * * *', timeZone: zone(name) };
  expect(times(dueAfter(timing, at('2026-01-10T00:00'), 1))).toEqual(['01-10T06:00']);
  expect(times(dueAfter(timing, at('2026-07-10T00:00'), 1))).toEqual(['07-10T05:00']);
});

describe('clock changes', () => {
  test.each([
    // A skipped time is due at the first instant after the gap.
    ['30 2 * * *', 'Europe/Oslo', '2026-03-28T12:00', ['03-29T01:00', '03-30T00:30']],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T16:00', ['10-03T15:30', '10-04T15:15']],
    ['0 0 * * *', 'America/Havana', '2026-03-07T12:00', ['03-08T05:00', '03-09T04:00']],
    // Several skipped times are due there once each.
    ['15,45 2 * * *', 'Europe/Oslo', '2026-03-28T12:00', ['03-29T01:00', '03-29T01:00', '03-30T00:15']],
    // A gap that ends at midnight does not lose the day.
    ['30 23 * * *', 'America/Nuuk', '2026-03-28T12:00', ['03-29T01:00', '03-30T00:30']],
    // A repeated time is due at its first occurrence, for changes of half an hour, one or two hours.
    ['30 2 * * *', 'Europe/Oslo', '2026-10-24T12:00', ['10-25T00:30', '10-26T01:30']],
    ['0 0 * * *', 'America/Havana', '2026-10-31T12:00', ['11-01T04:00', '11-02T05:00']],
    ['30 2 * * *', 'Antarctica/Troll', '2026-10-24T12:00', ['10-25T00:30', '10-26T02:30']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-03T20:00', ['04-04T14:45', '04-05T15:15']],
    // … and not again if the schedule is evaluated between the two.
    ['30 2 * * *', 'Europe/Oslo', '2026-10-25T01:10', ['10-26T01:30']],
    // A wildcard follows the clock.
    ['0 * * * *', 'US-NY', '2026-11-01T04:30', ['11-01T05:00', '11-01T06:00', '11-01T07:00']],
    ['0 * * * *', 'US-NY', '2026-03-08T05:30', ['03-08T06:00', '03-08T07:00', '03-08T08:00']],
    ['0 0-23 * * *', 'US-NY', '2026-11-01T04:30', ['11-01T05:00', '11-01T06:00', '11-01T07:00']],
    ['@hourly', 'US-NY', '2026-11-01T04:30', ['11-01T05:00', '11-01T06:00', '11-01T07:00']],
    ['5,35 * * * *', 'Europe/Oslo', '2026-03-29T00:10', ['03-29T00:35', '03-29T01:05', '03-29T01:35']],
    ['*/30 2 * * *', 'Europe/Oslo', '2026-03-28T12:00', ['03-29T01:00', '03-30T00:00', '03-30T00:30']],
    [
      '*/30 2 * * *',
      'Europe/Oslo',
      '2026-10-24T12:00',
      ['00:00', '00:30', '01:00', '01:30'].map((t) => `10-25T${t}`),
    ],
  ])('%s in %s after %s', (cron, name, after, expected) => {
    expect(times(dueAfter({ cron, timeZone: zone(name) }, at(after), expected.length))).toEqual(expected);
  });

  const DAY_MS = 24 * 60 * 60 * 1000;
  /** The local date of a zone at an instant. */
  const localDay = (timeZone: TimeZone, instant: number): number =>
    Math.floor((instant + timeZone.zone.offset(instant) * 60_000) / DAY_MS);

  test('a daily schedule is due exactly once a local day, in all zones for three years', () => {
    const begin = Date.UTC(2026, 0, 1, 12);
    const noons = Array.from({ length: 3 * 366 }, (_, day) => begin + day * DAY_MS);
    const seen = new Set<string>();
    for (const name of Intl.supportedValuesOf('timeZone')) {
      const timeZone = zone(name);
      const offsets = noons.map((noon) => timeZone.zone.offset(noon));
      // Many zones have the same offsets at all times.
      const rules = offsets.join();
      if (seen.has(rules)) continue;
      seen.add(rules);
      // Without clock changes, every day is like the first.
      const changes = noons.filter((_, day) => day + 1 < noons.length && offsets[day] !== offsets[day + 1]);
      const [minutes] = fc.sample(fc.integer({ min: 0, max: 1439 }), 1) as [number];
      for (const noon of changes) {
        for (const minute of [minutes, 0, 30, 75, 150, 1410]) {
          const cron = `${minute % 60} ${Math.floor(minute / 60)} * * *`;
          const due = dueAfter({ cron, timeZone }, new Date(noon - 2 * DAY_MS), 5).map((date) =>
            date.getTime(),
          );
          const days = due.map((instant, index) => {
            // The end of a gap that ends at midnight counts for the day before.
            const isPromised =
              localDay(timeZone, instant - 1) < localDay(timeZone, instant) && minute >= 1320;
            return localDay(timeZone, isPromised ? instant - 1 : instant) - index;
          });
          expect(new Set(days).size, `${cron} in ${name} around ${new Date(noon).toISOString()}`).toBe(1);
        }
      }
    }
  });

  test('due times do not depend on the start of the search', () => {
    const crons = fc.constantFrom(
      '30 2 * * *',
      '15,45 1,2 * * *',
      '*/20 * * * *',
      '*/7 2 * * *',
      '0 0 * * *',
    );
    const zones = fc.constantFrom(
      'Europe/Oslo',
      'Australia/Lord_Howe',
      'Antarctica/Troll',
      'America/Nuuk',
      'America/Havana',
    );
    fc.assert(
      fc.property(crons, zones, fc.integer({ min: 0, max: 365 * 24 * 60 }), (cron, name, minutes) => {
        const timing = { cron, timeZone: zone(name) };
        const begin = new Date(Date.UTC(2026, 0, 1) + minutes * 60_000);
        const due = dueAfter(timing, begin, 12);
        for (const from of due) {
          const later = due.filter((time) => time > from);
          expect(dueAfter(timing, from, later.length)).toEqual(later);
        }
      }),
    );
  });
});

test.each([
  '',
  '* * * *',
  '* * * * * * *',
  '61 * * * *',
  '@reboot',
  'H * * * *',
  '0 0 31 2 *',
  'a b c d e',
  '*/61 * * * *',
  '*/60 * * * *',
  '0 */24 * * *',
  '*/60 * * * * *',
  '*/0 * * * *',
  '0 24 * * *',
  '0-59/61 * * * *',
])('%j is rejected', (cron) => {
  expect(() => checkCron({ cron, timeZone: UTC }, new Date())).toThrow('five fields');
});

test.each([
  '* * * * *',
  '*/10 * * * * *',
  '@daily',
  '0 7 * * 1-5',
  '0 0 L * *',
  '0 0 29 2 *',
  '5/10 * * * *',
  '0 0 * * MON#2',
])('%j is accepted', (cron) => {
  checkCron({ cron, timeZone: UTC }, new Date());
});
