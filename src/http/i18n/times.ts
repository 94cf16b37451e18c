import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DateTime } from 'luxon';
import { invalid } from '../../core/errors.ts';
import { type MessageValue, message } from '../../core/message.ts';
import { codeOf, findTimeZone, type TimeZone, UTC, yearlyOffsets } from '../../core/time-zone.ts';
import { describe } from '../body/object-reader.ts';
import { vary } from '../respond.ts';
import { type Culture, readCulture } from './culture.ts';

/** The flag in SO-TimeZone that requests times with offsets. */
const INCLUDE_OFFSET = 'includeTZOffset';

/** The time zone that a caller chose. */
export interface TimeZoneChoice {
  readonly timeZone: TimeZone;
  /** True if times include their offset. */
  readonly includeOffset: boolean;
}

/**
 * Reads SO-TimeZone (contract, section 5): a code, an id or an IANA name, or none for the base time zone of the server,
 * and optionally `includeTZOffset`, in any order and case.
 *
 * @throws RequestError if it names an unknown time zone, or two
 */
export function readTimeZoneHeader(header: string | undefined, base: TimeZone): TimeZoneChoice {
  const parts = (header ?? '').split(',').map((part) => part.trim());
  const names = parts.filter((part) => part !== '' && !isIncludeOffset(part));
  const [name] = names;
  const timeZone = name === undefined ? base : findTimeZone(name);
  if (timeZone === undefined || names.length > 1) {
    throw invalid`The header SO-TimeZone is ${describe(header)}; a code or id that GET /api/v1/TimeZone lists or an IANA name such as Europe/Oslo is accepted, optionally followed by ", includeTZOffset".`;
  }
  return { timeZone, includeOffset: parts.some(isIncludeOffset) };
}

function isIncludeOffset(part: string): boolean {
  return part.toLowerCase() === INCLUDE_OFFSET.toLowerCase();
}

/** The caller's formats of times, and of numbers and dates inside texts. */
export interface Times {
  /** The caller's time zone, which applies to `today` and to times without an offset. */
  readonly timeZone: TimeZone;
  /** Formats a time in the caller's time zone; null is a time that was never set. */
  date(date: Date | null): string;
  /** Formats a time that is always in UTC (`Created`). */
  utcDate(date: Date): string;
  /**
   * Parses a time. Without an offset it is in the caller's time zone.
   *
   * @param what the name of the value, for messages
   * @throws RequestError if it is not a time
   */
  readDate(text: string, what?: MessageValue): Date;
  /** The format of numbers and dates inside texts; `undefined` if the caller requested no language. */
  readonly culture: Culture | undefined;
}

/** The choices in the headers of a request. */
interface Choice extends TimeZoneChoice {
  readonly culture: Culture | undefined;
}

const NEUTRAL: Choice = { timeZone: UTC, includeOffset: false, culture: undefined };

const choices = new WeakMap<FastifyRequest, Choice>();

/** The formats of times for this request; UTC if the headers were not read or are invalid. */
export function timesOf(request: FastifyRequest): Times {
  const { timeZone, includeOffset, culture } = choices.get(request) ?? NEUTRAL;
  return {
    timeZone,
    date: (date) => (includeOffset ? writeDateWithOffset(date, timeZone) : writeDate(date, timeZone)),
    utcDate: (date) => (includeOffset ? writeUtcDate(date) : writeDate(date, UTC)),
    readDate: (text, what = message`The date`) => readDate(text, timeZone, what),
    culture,
  };
}

/**
 * Reads the time zone and culture of every request of this scope, so that an invalid header is a 400 before the request is
 * processed. Responses have the time zone in SO-TimeZone.
 *
 * @param base the default time zone
 */
export function registerTimes(scope: FastifyInstance, base: TimeZone): void {
  scope.addHook('onRequest', async (request, reply) => {
    vary(reply, 'SO-TimeZone', 'SO-Culture');
    const { headers } = request;
    const header = headers['so-timezone'];
    const choice = readTimeZoneHeader(Array.isArray(header) ? header.join(',') : header, base);
    choices.set(request, { ...choice, culture: readCulture(headers, choice.timeZone) });
    const code = codeOf(choice.timeZone);
    reply.header('SO-TimeZone', choice.includeOffset ? `${code}, ${INCLUDE_OFFSET}` : code);
  });
}

/** A date that was never set (contract, section 1). */
const NEVER = '0001-01-01T00:00:00';

const MINUTE_MS = 60_000;

/** ISO 8601 dates and times, with or without an offset, as clients write them; no weeks, ordinals or years alone. */
const ISO_DATE =
  /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?)?$/i;

const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** Formats a date in a time zone: seconds with up to three decimals, without an offset (contract, sections 4 and 5). */
export function writeDate(date: Date | null, { zone }: TimeZone): string {
  if (date === null) return NEVER;
  return writeWallTime(date.getTime() + zone.offset(date.getTime()) * MINUTE_MS);
}

/**
 * Like `writeDate`, followed by the offset in minutes: `2018-12-24T07:34:45-05:00`, or `Z` in UTC. A date that was never
 * set is shifted by the standard offset of the time zone (contract, section 1), but never to before the year 1.
 */
export function writeDateWithOffset(date: Date | null, timeZone: TimeZone): string {
  if (date === null) {
    const { standard } = yearlyOffsets(timeZone, new Date());
    return writeWallTime(EARLIEST + Math.max(standard, 0) * MINUTE_MS) + writeOffset(standard, timeZone);
  }
  // Before standard time, offsets had seconds. Both parts use the rounded offset, so that the instant is exact.
  const offset = Math.round(timeZone.zone.offset(date.getTime()));
  return writeWallTime(date.getTime() + offset * MINUTE_MS) + writeOffset(offset, timeZone);
}

/** Formats a date in UTC: `2018-12-24T12:34:45Z`. */
export function writeUtcDate(date: Date): string {
  return `${writeWallTime(date.getTime())}Z`;
}

/**
 * Parses a date. Without `Z` or an offset it is a local time in the time zone. A local time that is skipped moves forward
 * by the skipped duration, and an ambiguous one is the later, which is standard time
 * (docs/decisions/0006-time-zones.md). Decimals after the third are dropped.
 *
 * @param what the name of the value, for messages
 * @throws RequestError if it is not a date of the years 1 to 9999
 */
export function readDate(text: string, { zone }: TimeZone, what: MessageValue): Date {
  const date = ISO_DATE.test(text)
    ? DateTime.fromISO(text.toUpperCase(), { zone, setZone: true })
    : undefined;
  const instant = date?.isValid ? date.getPossibleOffsets().at(-1)?.toMillis() : undefined;
  if (instant === undefined || instant < EARLIEST || instant > LATEST) {
    throw invalid`${what} is ${describe(text)}; a date such as 2018-12-24, 2018-12-24T07:34:45 or 2018-12-24T07:34:45-05:00 is accepted.`;
  }
  return new Date(instant);
}

/** Formats minutes east of UTC as `+05:45`; `Z` for UTC. */
function writeOffset(minutes: number, { iana }: TimeZone): string {
  if (iana === UTC.iana) return 'Z';
  const distance = Math.abs(minutes);
  const [hours, rest] = [Math.floor(distance / 60), distance % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
}

/** Formats milliseconds since 1970 as UTC, without the `Z`. */
function writeWallTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/(?:\.000|(\.\d*?[1-9])0*)Z$/, '$1');
}
