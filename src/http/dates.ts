import { DateTime } from 'luxon';
import { invalid } from '../core/errors.ts';
import type { MessageValue } from '../core/message.ts';
import { type TimeZone, UTC, yearlyOffsets } from '../core/time-zone.ts';
import { describe } from './body/object-reader.ts';

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
