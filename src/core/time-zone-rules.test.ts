import { expect, test } from 'vitest';
import { isoNumberOf } from './country-numbers.ts';
import { findTimeZone, TIME_ZONES, UTC } from './time-zone.ts';
import { rulesOf } from './time-zone-rules.ts';

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

test('every listed country but Kosovo has an ISO number of its own', () => {
  const countries = new Set(TIME_ZONES.map(({ code }) => code.slice(0, 2)).filter((code) => code !== 'UT'));
  const numbers = [...countries].filter((code) => code !== 'XK').map(isoNumberOf);
  expect(numbers).not.toContain(0);
  expect(new Set(numbers).size).toBe(numbers.length);
});
