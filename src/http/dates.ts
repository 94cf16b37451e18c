import { DateTime } from 'luxon';
import { invalid } from '../core/errors.ts';
import type { MessageValue } from '../core/message.ts';
import { type TimeZone, UTC, yearlyOffsets } from '../core/time-zone.ts';
import { describe } from './body/object-reader.ts';

/** A date that was never set (contract, section 1). */
const NEVER = '0001-01-01T00:00:00';

const MINUTE_MS = 60_000;

/** A date, or a date and a time, with or without an offset: what ISO 8601 and the client write, and no weeks, ordinals or years alone. */
const ISO_DATE =
  /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?)?$/i;

const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** A date on the wire in a zone: seconds and up to three decimals, without an offset (contract, sections 4 and 5). */
export function writeDate(date: Date | null, { zone }: TimeZone): string {
  if (date === null) return NEVER;
  return writeWallTime(date.getTime() + zone.offset(date.getTime()) * MINUTE_MS);
}

/**
 * As `writeDate`, with the offset in whole minutes behind it: `2018-12-24T07:34:45-05:00`, and `Z` in UTC. A date that
 * was never set is moved by the zone's standard time (contract, section 1), but never to before the year 1.
 */
export function writeDateWithOffset(date: Date | null, timeZone: TimeZone): string {
  if (date === null) {
    const { standard } = yearlyOffsets(timeZone, new Date());
    return writeWallTime(EARLIEST + Math.max(standard, 0) * MINUTE_MS) + writeOffset(standard, timeZone);
  }
  // Before there was standard time, offsets had seconds. Both parts are rounded, so that the instant is exact.
  const offset = Math.round(timeZone.zone.offset(date.getTime()));
  return writeWallTime(date.getTime() + offset * MINUTE_MS) + writeOffset(offset, timeZone);
}

/** A date on the wire tagged as UTC: `2018-12-24T12:34:45Z`. */
export function writeUtcDate(date: Date): string {
  return `${writeWallTime(date.getTime())}Z`;
}

/**
 * Reads a date. With `Z` or an offset it is an instant, without one it is a time in the zone. A time that the clocks
 * skip there is moved on by what they skip, one that they show twice is the later one, which is standard time
 * (docs/decisions/0006-time-zones.md). Decimals past the third are dropped.
 *
 * @param what what the text is, for messages
 * @throws RequestError where it is no date of the years 1 to 9999
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

/** Milliseconds as if a clock that shows UTC showed the time in question. */
function writeWallTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/(?:\.000|(\.\d*?[1-9])0*)Z$/, '$1');
}
