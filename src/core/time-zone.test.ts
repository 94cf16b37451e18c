import { describe, expect, test } from 'vitest';
import { findListedTimeZone, findTimeZone, TIME_ZONES, yearlyOffsets } from './time-zone.ts';

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
])('%i is %s, as the contract lists it', (id, code, iana, country, region) => {
  expect(findListedTimeZone(String(id))).toMatchObject({ id, code, iana, country, region });
  expect(findListedTimeZone(code.toLowerCase())).toBe(findListedTimeZone(String(id)));
});

test('every row has an id and a code of its own, a zone that the platform knows and a name of its country', () => {
  expect(new Set(TIME_ZONES.map(({ id }) => id)).size).toBe(TIME_ZONES.length);
  expect(new Set(TIME_ZONES.map(({ code }) => code)).size).toBe(TIME_ZONES.length);
  for (const { id, code, country, zone } of TIME_ZONES) {
    expect(code, `${id}`).toMatch(/^(UTC|[A-Z]{2}(-[A-Z0-9]{1,3})?)$/);
    expect(zone.isValid, code).toBe(true);
    if (code !== 'UTC') expect(country, code).toMatch(/^\p{Lu}/u);
  }
});

test('rows of one country have regions, and no more than one has none', () => {
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
])('%s is %i minutes from UTC, in summer %i', (name, standard, daylight) => {
  const zone = findTimeZone(name);
  expect(zone && yearlyOffsets(zone, new Date('2026-11-24'))).toEqual({ standard, daylight });
});
