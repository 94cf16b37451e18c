import { DateTime, type DurationLike, type Zone } from 'luxon';
import { checkText, INT32_MAX, INT32_MIN } from '../limits.ts';
import { CancellationBehaviour } from '../task.ts';
import { parseState, STORED_STATES, TaskState } from '../task-state.ts';
import type { ColumnKind } from './columns.ts';
import { found, type Token, wrongAt } from './lexer.ts';

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
const DATE_FORMS = "'2026-11-24' or '2026-11-24T10:20:30', optionally with Z or an offset,";

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

/** An operand: a number, a text, a flag, or the span of a date. */
export type Operand = number | string | boolean | TimeSpan;

/** The accepted values of each kind of column, for messages. */
export const ACCEPTED: Readonly<Record<ColumnKind, string>> = {
  int: 'a 32-bit integer',
  associate: "an associate's id",
  associateId: "an associate's id",
  state: `a state's number or one of ${STORED_STATES.map((name) => `'${name}'`).join(', ')}`,
  cancellation: `a number or one of ${Object.keys(CancellationBehaviour)
    .map((name) => `'${name}'`)
    .join(', ')}`,
  flag: 'true or false',
  restriction: 'true or false',
  text: 'a text in single quotes',
  date: DATE_FORMS,
};

/**
 * Parses an operand for a column of this kind. Numbers, flags and dates can be quoted, or encoded as by SuperOffice's
 * clients: `[I:3]`, `[F:3.0]`, `[D:2014-09-13]`, `[DT:2014-09-13T12:30:00]`.
 *
 * @param zone the zone of dates without an offset
 * @throws RequestError (invalid) if it is of another kind
 */
export function readOperand(kind: ColumnKind, token: Token, zone: Clock['zone']): Operand {
  const operand = operandOf(kind, token, zone);
  if (operand === undefined) throw wrongAt(token.at, found(token), ACCEPTED[kind]);
  return operand;
}

/** Parses an operand as `readOperand` does; `undefined` if it is of another kind. */
export function operandOf(kind: ColumnKind, token: Token, zone: Clock['zone']): Operand | undefined {
  return READERS[kind](token, zone);
}

type Reader = (token: Token, zone: Clock['zone']) => Operand | undefined;

const READERS: Readonly<Record<ColumnKind, Reader>> = {
  int: readInt,
  associate: readInt,
  associateId: readInt,
  state: (token) => readInt(token) ?? (token.type === 'text' ? stateNumber(token.value) : undefined),
  cancellation: (token) =>
    readInt(token) ?? (token.type === 'text' ? cancellationNumber(token.value) : undefined),
  flag: readFlag,
  restriction: readFlag,
  text: (token) => {
    if (token.type !== 'text') return undefined;
    checkText('A text of $filter', token.value, Number.POSITIVE_INFINITY);
    return token.value;
  },
  date: (token, zone) => {
    const encoded = decode(token);
    if (encoded === undefined) return token.type === 'text' ? readDateLiteral(token.value, zone) : undefined;
    return /^DT?$/.test(encoded.type) ? readDateLiteral(isoOf(encoded.value), zone) : undefined;
  },
};

/** Parses a token as a 32-bit integer; `undefined` if it is not one. */
export function readInt(token: Token): number | undefined {
  const encoded = decode(token);
  if (encoded !== undefined) return encoded.type.startsWith('D') ? undefined : wholeNumber(encoded.value);
  if (token.type !== 'number' && token.type !== 'text') return undefined;
  return token.value.includes('.') ? undefined : wholeNumber(token.value);
}

function wholeNumber(text: string): number | undefined {
  if (!/^\s*[+-]?\d{1,10}(?:\.0+)?\s*$/.test(text)) return undefined;
  const value = Number(text);
  return value >= INT32_MIN && value <= INT32_MAX ? value : undefined;
}

/** Parses a token as a flag; `undefined` if it is not one. */
export function readFlag(token: Token): boolean | undefined {
  const text = decode(token)?.value ?? token.value;
  return FLAGS.get(text.trim().toLowerCase());
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Decodes an encoded value, which can be quoted; `undefined` if it is not encoded. */
function decode({ type, value }: Token): { type: string; value: string } | undefined {
  if (type !== 'encoded' && type !== 'text') return undefined;
  const [, encoding, content] = /^\[(I|D|DT|F):([^\]]*)\]$/i.exec(value) ?? [];
  return encoding === undefined ? undefined : { type: encoding.toUpperCase(), value: content ?? '' };
}

/** Converts an encoded date to ISO 8601. .NET's invariant culture writes `09/13/2014 12:30:00.0000000`. */
function isoOf(text: string): string {
  return text.trim().replace(/^(\d{1,2})\/(\d{1,2})\/(\d{4})/, '$3-$1-$2');
}

function stateNumber(name: string): number | undefined {
  const state = parseState(name);
  return state === undefined || state === 'All' ? undefined : TaskState[state];
}

function cancellationNumber(text: string): number | undefined {
  for (const [name, number] of Object.entries(CancellationBehaviour)) {
    if (name.toLowerCase() === text.toLowerCase()) return number;
  }
  return undefined;
}
