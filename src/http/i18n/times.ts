import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalid } from '../../core/errors.ts';
import { type MessageValue, message } from '../../core/message.ts';
import { codeOf, findTimeZone, type TimeZone, UTC } from '../../core/time-zone.ts';
import { describe } from '../body/object-reader.ts';
import { readDate, writeDate, writeDateWithOffset, writeUtcDate } from '../dates.ts';
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
