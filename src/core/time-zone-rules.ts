import { type TimeZone, yearlyOffsets } from './time-zone.ts';

/** When the clocks change, in local time. */
export interface ClockChange {
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** In words that repeat each year: `0200 LST-SUN-MAR` is 02:00 on the last Sunday of March. */
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
/** Sampling step; shorter than any summer time, so that none is missed. */
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

/** The change in the local time before it. */
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
