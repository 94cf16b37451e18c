import { FixedOffsetZone, IANAZone, type Zone } from 'luxon';
import { TIME_ZONE_ROWS } from './time-zone-codes.ts';

/** A time zone from a request or a setting. */
export interface TimeZone {
  /** Its name on the wire: its code, or the requested IANA name. */
  readonly code: string;
  /** Its IANA name. */
  readonly iana: string;
  /** Its rules. */
  readonly zone: Zone;
}

/** A time zone with a code, as `GET /api/v1/TimeZone` lists it. */
export interface ListedTimeZone extends TimeZone {
  readonly id: number;
  /** The country's English name; empty for UTC. */
  readonly country: string;
  /** The part of the country; empty if the country has no other zone. */
  readonly region: string;
}

const countries = new Intl.DisplayNames('en', { type: 'region' });

/** Every time zone with a code, by id. */
export const TIME_ZONES: readonly ListedTimeZone[] = TIME_ZONE_ROWS.map(([id, code, iana, region = '']) => ({
  id,
  code,
  iana,
  // Created on demand: creating all of them takes longer than the rest of a start of the command line.
  get zone() {
    return zoneOf(iana);
  },
  country: code === 'UTC' ? '' : (countries.of(code.slice(0, 2)) ?? ''),
  region,
}));

const byKey = new Map(
  TIME_ZONES.flatMap((zone) => [[zone.code, zone] as const, [String(zone.id), zone] as const]),
);

/** Coordinated universal time, the default of the server's base zone. */
export const UTC: TimeZone = { code: 'UTC', iana: 'UTC', zone: FixedOffsetZone.utcInstance };

/** Returns the zone with this code (in any casing) or id; `undefined` if there is none. */
export function findListedTimeZone(codeOrId: string): ListedTimeZone | undefined {
  return byKey.get(codeOrId.toUpperCase());
}

/** Returns the zone with this code, id or IANA name, in any casing; `undefined` if there is none. */
export function findTimeZone(name: string): TimeZone | undefined {
  const listed = findListedTimeZone(name);
  if (listed !== undefined) return listed;
  const iana = canonicalName(name);
  return iana === undefined ? undefined : { code: name, iana, zone: zoneOf(iana) };
}

/** Returns the name of a zone in responses: the code of the first listed zone with the same rules, or else its IANA name. */
export function codeOf({ code, iana }: TimeZone): string {
  if (byKey.has(code)) return code;
  let found = codesByIana.get(iana);
  if (found === undefined) {
    const listed =
      TIME_ZONE_ROWS.find(([, , name]) => name === iana) ??
      TIME_ZONE_ROWS.find(([, , name]) => canonicalName(name) === iana);
    found = listed?.[1] ?? iana;
    codesByIana.set(iana, found);
  }
  return found;
}

/** Computed on first use: normalizing all names takes longer than a request. */
const codesByIana = new Map<string, string>();

/**
 * Returns the offsets of a zone in the year of an instant.
 *
 * @returns minutes east of UTC in standard time and in summer time; equal if there is no summer time
 */
export function yearlyOffsets(
  { zone }: TimeZone,
  instant: Date,
): { readonly standard: number; readonly daylight: number } {
  const year = instant.getUTCFullYear();
  const [january, july] = [0, 6].map((month) => zone.offset(Date.UTC(year, month))) as [number, number];
  return { standard: Math.min(january, july), daylight: Math.max(january, july) };
}

/** Returns the rules of a zone. UTC has a fixed offset, which is faster. */
function zoneOf(iana: string): Zone {
  return iana === 'UTC' ? FixedOffsetZone.utcInstance : IANAZone.create(iana);
}

/** Returns the platform's spelling of an IANA name. Excludes offsets such as `+01:00`, which the platform accepts too. */
function canonicalName(name: string): string | undefined {
  if (!/^[a-z][\w+/-]{1,60}$/i.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A change between standard and summer time, in local time. */
export interface ClockChange {
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** The yearly pattern: `0200 LST-SUN-MAR` is 02:00 on the last Sunday of March. */
  readonly pattern: string;
}

/** The rules of a zone in one year. Offsets are minutes east of UTC. */
export interface YearRules {
  readonly standard: number;
  /** `undefined` if the zone has no summer time that year. */
  readonly daylight:
    | { readonly offset: number; readonly start: ClockChange; readonly end: ClockChange }
    | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** Sampling interval, shorter than any summer time. */
const STEP_MS = 14 * DAY_MS;
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const ORDINALS = ['1ST', '2ND', '3RD', '4TH'];

const known = new Map<string, YearRules>();

/** Returns the rules of a zone in a year. */
export function rulesOf(timeZone: TimeZone, year: number): YearRules {
  const key = `${timeZone.iana} ${year}`;
  let rules = known.get(key);
  if (rules === undefined) {
    rules = findRules(timeZone, year);
    known.set(key, rules);
  }
  return rules;
}

function findRules(timeZone: TimeZone, year: number): YearRules {
  const { standard, daylight } = yearlyOffsets(timeZone, new Date(Date.UTC(year, 6)));
  if (standard === daylight) return { standard, daylight: undefined };
  const changes = changesIn(timeZone, year);
  const start = changes.find(({ to }) => to === daylight);
  const end = changes.findLast(({ from }) => from === daylight);
  if (start === undefined || end === undefined) return { standard, daylight: undefined };
  return { standard, daylight: { offset: daylight, start: toChange(start), end: toChange(end) } };
}

interface Transition {
  /** The first instant of the new offset, in milliseconds since 1970. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

function changesIn({ zone }: TimeZone, year: number): Transition[] {
  const changes: Transition[] = [];
  const last = Date.UTC(year + 1, 0);
  for (let low = Date.UTC(year, 0); low < last; low += STEP_MS) {
    const high = Math.min(low + STEP_MS, last);
    const [from, to] = [zone.offset(low), zone.offset(high)];
    if (from === to) continue;
    let [before, at] = [low, high];
    while (at - before > MINUTE_MS) {
      const middle = before + Math.floor((at - before) / 2 / MINUTE_MS) * MINUTE_MS;
      if (zone.offset(middle) === from) before = middle;
      else at = middle;
    }
    changes.push({ at, from, to });
  }
  return changes;
}

/** Converts a transition to the local time before it. */
function toChange({ at, from }: Transition): ClockChange {
  const wall = new Date(at + from * MINUTE_MS);
  const [month, day] = [wall.getUTCMonth(), wall.getUTCDate()];
  const days = new Date(Date.UTC(wall.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const ordinal = day + 7 > days ? 'LST' : ORDINALS[Math.ceil(day / 7) - 1];
  const time = wall.toISOString().slice(11, 16).replace(':', '');
  return {
    month: month + 1,
    day,
    pattern: `${time} ${ordinal}-${WEEKDAYS[wall.getUTCDay()]}-${MONTHS[month]}`,
  };
}
