import { describe, expect, test } from 'vitest';
import { isoNumberOf } from './language.ts';
import { findListedTimeZone, findTimeZone, rulesOf, TIME_ZONES, UTC, yearlyOffsets } from './time-zone.ts';

test.each([
  [1, 'UTC', 'UTC', '', 'UTC/GMT'],
  [36, 'AU-ACT', 'Australia/Sydney', 'Australia', 'Capital Territory'],
  [50, 'BD', 'Asia/Dhaka', 'Bangladesh', ''],
  [114, 'CA-QC', 'America/Toronto', 'Canada', 'Quebec'],
  [140, 'DK', 'Europe/Copenhagen', 'Denmark', ''],
  [156, 'FR', 'Europe/Paris', 'France', ''],
  [261, 'NO', 'Europe/Oslo', 'Norway', ''],
  [425, 'US-CA', 'America/Los_Angeles', 'United States', 'California'],
  [433, 'US-HI', 'Pacific/Honolulu', 'United States', 'Hawaii'],
  [460, 'US-NY', 'America/New_York', 'United States', 'New York'],
])('%i is %s, as in the contract', (id, code, iana, country, region) => {
  expect(findListedTimeZone(String(id))).toMatchObject({ id, code, iana, country, region });
  expect(findListedTimeZone(code.toLowerCase())).toBe(findListedTimeZone(String(id)));
});

test('every row has a unique id and code, a zone that the platform knows, and a country name', () => {
  expect(new Set(TIME_ZONES.map(({ id }) => id)).size).toBe(TIME_ZONES.length);
  expect(new Set(TIME_ZONES.map(({ code }) => code)).size).toBe(TIME_ZONES.length);
  for (const { id, code, country, zone } of TIME_ZONES) {
    expect(code, `${id}`).toMatch(/^(UTC|[A-Z]{2}(-[A-Z0-9]{1,3})?)$/);
    expect(zone.isValid, code).toBe(true);
    if (code !== 'UTC') expect(country, code).toMatch(/^\p{Lu}/u);
  }
});

test('at most one row of a country has no region', () => {
  const countries = Map.groupBy(TIME_ZONES, ({ code }) => code.slice(0, 2));
  expect(countries.size).toBeGreaterThan(245);
  for (const [country, rows] of countries) {
    expect(rows.filter(({ region }) => region === '').length, country).toBeLessThanOrEqual(1);
  }
});

describe('a zone is found by', () => {
  test.each([
    ['its IANA name', 'Europe/Oslo', 'Europe/Oslo'],
    ['its IANA name in any casing', 'america/NEW_york', 'America/New_York'],
    ['an IANA name without a place', 'Etc/GMT+5', 'Etc/GMT+5'],
    ['its code in any casing', 'us-ny', 'America/New_York'],
    ['its id', '261', 'Europe/Oslo'],
  ])('%s', (_how, name, iana) => {
    expect(findTimeZone(name)?.iana).toBe(iana);
  });

  test.each([
    '',
    'XX',
    'US',
    'Mars/Olympus',
    '+01:00',
    '0',
    '261.0',
    ' NO',
    '__proto__',
    'N\u0000',
    'a'.repeat(500),
  ])('not by %j', (name) => {
    expect(findTimeZone(name)).toBeUndefined();
  });
});

test.each([
  ['US-NY', -300, -240],
  ['AU-ACT', 600, 660],
  ['UTC', 0, 0],
  ['US-HI', -600, -600],
  ['Asia/Kathmandu', 345, 345],
])('%s is %i minutes from UTC, in summer time %i', (name, standard, daylight) => {
  const zone = findTimeZone(name);
  expect(zone && yearlyOffsets(zone, new Date('2026-11-24'))).toEqual({ standard, daylight });
});

const ruleOf = (name: string, year: number) => rulesOf(findTimeZone(name) ?? UTC, year);

test.each([
  ['NO', 2026, 60, 120, '0200 LST-SUN-MAR', '3-29', '0300 LST-SUN-OCT', '10-25'],
  ['US-NY', 2026, -300, -240, '0200 2ND-SUN-MAR', '3-8', '0200 1ST-SUN-NOV', '11-1'],
  ['AU-ACT', 2026, 600, 660, '0200 1ST-SUN-OCT', '10-4', '0300 1ST-SUN-APR', '4-5'],
  ['Europe/London', 2025, 0, 60, '0100 LST-SUN-MAR', '3-30', '0200 LST-SUN-OCT', '10-26'],
])(
  '%s in %i: %i minutes, in summer %i, from %s to %s',
  (name, year, standard, offset, start, startDay, end, endDay) => {
    const { standard: found, daylight } = ruleOf(name, year);
    expect([found, daylight?.offset]).toEqual([standard, offset]);
    expect(daylight?.start.pattern).toBe(start);
    expect(`${daylight?.start.month}-${daylight?.start.day}`).toBe(startDay);
    expect(daylight?.end.pattern).toBe(end);
    expect(`${daylight?.end.month}-${daylight?.end.day}`).toBe(endDay);
  },
);

test.each(['UTC', 'BD', 'US-HI', 'Asia/Kathmandu'])('%s has no summer time', (name) => {
  expect(ruleOf(name, 2026).daylight).toBeUndefined();
});

test.each([
  ['NO', 578],
  ['DK', 208],
  ['FR', 250],
  ['DE', 276],
  ['US', 840],
  ['AU', 36],
  ['BD', 50],
  ['CA', 124],
  ['GB', 826],
  ['ZW', 716],
  ['AD', 20],
  ['XK', 0],
])('the ISO number of %s is %i', (country, number) => {
  expect(isoNumberOf(country)).toBe(number);
});

test('every listed country except Kosovo has a unique ISO number', () => {
  const countries = new Set(TIME_ZONES.map(({ code }) => code.slice(0, 2)).filter((code) => code !== 'UT'));
  const numbers = [...countries].filter((code) => code !== 'XK').map(isoNumberOf);
  expect(numbers).not.toContain(0);
  expect(new Set(numbers).size).toBe(numbers.length);
});
