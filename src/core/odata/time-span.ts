import { DateTime, type DurationLike, type Zone } from 'luxon';

/** From an instant up to another that no longer belongs to it. */
export interface TimeSpan {
  readonly from: Date;
  readonly to: Date;
}

/** When and where "now" is. */
export interface Clock {
  readonly now: Date;
  /** Where days begin and dates without an offset are read: a zone or its IANA name. */
  readonly zone: Zone | string;
}

const PERIODS = ['hour', 'day', 'week', 'month', 'quarter', 'half', 'year'] as const;

/** A period of the calendar. Weeks begin on Monday; `half` is half a year. */
export type Period = (typeof PERIODS)[number];

/** What is accepted as a period, for messages. */
export const PERIOD_NAMES = 'hour, day, week, month, quarter, halfyear, year';

/** The singular names of periods, and their numbers (contract, section 6). */
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

/** Reads a period by its name, in any casing, singular or plural, or by its number; `undefined` if unknown. */
export function findPeriod(name: string): Period | undefined {
  return PERIOD_OF.get(name.trim().toLowerCase().replace(/s$/, ''));
}

/**
 * Whole periods around now: `from` and `to` count from the current one, which is 0, and `to` is outside.
 *
 * @example `periodsAround('week', clock, -1, 1)` is last week and this one
 */
export function periodsAround(period: Period, { now, zone }: Clock, from: number, to: number): TimeSpan {
  const current = startOf(DateTime.fromJSDate(now, { zone }), period);
  // A step from a day whose midnight a change of the clock skips does not end at midnight.
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

/** What is accepted as a date, for messages. */
export const DATE_FORMS = "'2026-11-24' or '2026-11-24T10:20:30', with Z or an offset where one is meant,";

/**
 * Reads a date of a filter. It stands for all of what it names: a day, a minute, a second or a millisecond.
 *
 * @param zone where it has no offset
 * @returns `undefined` where it is no date
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

/** The whole day, or days, of what a literal names, in the zone. */
export function wholeDays({ from, to }: TimeSpan, zone: Zone | string): TimeSpan {
  const day = (time: Date): DateTime => DateTime.fromJSDate(time, { zone }).startOf('day');
  const last = day(new Date(to.getTime() - 1));
  return { from: day(from).toJSDate(), to: last.plus({ days: 1 }).startOf('day').toJSDate() };
}
