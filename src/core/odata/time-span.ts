import { DateTime, type DurationLike, type Zone } from 'luxon';

/** A half-open interval: `from` is included, `to` is not. */
export interface TimeSpan {
  readonly from: Date;
  readonly to: Date;
}

/** The current time and the time zone of a filter. */
export interface Clock {
  readonly now: Date;
  /** The zone of days and of dates without an offset: a zone or its IANA name. */
  readonly zone: Zone | string;
}

const PERIODS = ['hour', 'day', 'week', 'month', 'quarter', 'half', 'year'] as const;

/** A calendar period. Weeks start on Monday; `half` is half a year. */
export type Period = (typeof PERIODS)[number];

/** The accepted periods, for messages. */
export const PERIOD_NAMES = 'hour, day, week, month, quarter, halfyear, year';

/** Periods by singular name and by number (contract, section 6). */
const PERIOD_OF: ReadonlyMap<string, Period> = new Map([
  ...PERIODS.map((period) => [period, period] as const),
  ['1', 'day'],
  ['2', 'week'],
  ['wk', 'week'],
  ['3', 'month'],
  ['mon', 'month'],
  ['mo', 'month'],
  ['4', 'quarter'],
  ['qtr', 'quarter'],
  ['5', 'half'],
  ['halfyear', 'half'],
  ['hyr', 'half'],
  ['6', 'year'],
  ['yr', 'year'],
]);

/** Returns the period with a name, in any casing, singular or plural, or a number; `undefined` if unknown. */
export function findPeriod(name: string): Period | undefined {
  return PERIOD_OF.get(name.trim().toLowerCase().replace(/s$/, ''));
}

/**
 * Returns whole periods around now. The current period is 0; `to` is exclusive.
 *
 * @example `periodsAround('week', clock, -1, 1)` is last week and this one
 */
export function periodsAround(period: Period, { now, zone }: Clock, from: number, to: number): TimeSpan {
  const current = startOf(DateTime.fromJSDate(now, { zone }), period);
  // If a clock change skips the midnight of a day, a step from that day does not lead to midnight.
  const at = (count: number): Date => startOf(current.plus(steps(period, count)), period).toJSDate();
  return { from: at(from), to: at(to) };
}

function startOf(time: DateTime, period: Period): DateTime {
  if (period !== 'half') return time.startOf(period);
  return time.startOf('month').set({ month: time.month < 7 ? 1 : 7 });
}

function steps(period: Period, count: number): DurationLike {
  return period === 'half' ? { months: 6 * count } : { [`${period}s`]: count };
}

const LITERAL =
  /^(\d{4})[-.](\d{1,2})[-.](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,7}))?)?)?(?:Z|([+-])(\d{2}):?(\d{2}))?$/i;

/** The accepted forms of dates, for messages. */
export const DATE_FORMS = "'2026-11-24' or '2026-11-24T10:20:30', optionally with Z or an offset,";

/**
 * Parses a date of a filter to the span of its precision: a day, a minute, a second or a millisecond.
 *
 * @param zone the zone of dates without an offset
 * @returns `undefined` if it is not a date
 */
export function readDateLiteral(text: string, zone: Zone | string): TimeSpan | undefined {
  const match = LITERAL.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = match;
  if (Number(year) < 1 || Number(offsetHours ?? 0) > 14 || Number(offsetMinutes ?? 0) > 59) return undefined;
  const ownZone = /z$/i.test(text.trim()) ? 'UTC' : sign && `UTC${sign}${offsetHours}:${offsetMinutes}`;
  const time = DateTime.fromObject(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour ?? 0),
      minute: Number(minute ?? 0),
      second: Number(second ?? 0),
      millisecond: Number((fraction ?? '').padEnd(3, '0').slice(0, 3)),
    },
    { zone: ownZone ?? zone },
  );
  if (!time.isValid) return undefined;
  if (hour === undefined)
    return { from: time.toJSDate(), to: time.plus({ days: 1 }).startOf('day').toJSDate() };
  const length =
    fraction !== undefined ? { milliseconds: 1 } : second !== undefined ? { seconds: 1 } : { minutes: 1 };
  return { from: time.toJSDate(), to: time.plus(length).toJSDate() };
}

/** Extends a span to whole days in the zone. */
export function wholeDays({ from, to }: TimeSpan, zone: Zone | string): TimeSpan {
  const day = (time: Date): DateTime => DateTime.fromJSDate(time, { zone }).startOf('day');
  const last = day(new Date(to.getTime() - 1));
  return { from: day(from).toJSDate(), to: last.plus({ days: 1 }).startOf('day').toJSDate() };
}
