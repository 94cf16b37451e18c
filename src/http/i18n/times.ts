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

/** What a caller says about times. */
export interface TimeZoneChoice {
  readonly timeZone: TimeZone;
  /** Whether times carry their offset. */
  readonly includeOffset: boolean;
}

/**
 * Reads SO-TimeZone (contract, section 5): a code, an id or an IANA name, or nothing for the server's base zone,
 * and `includeTZOffset`, in any order and casing.
 *
 * @throws RequestError where it names a zone that is not known, or two
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

/** How a caller wants times, and numbers and dates inside texts. */
export interface Times {
  /** The caller's zone: what `today` and times without an offset are in. */
  readonly timeZone: TimeZone;
  /** A time on the wire, in the caller's zone; a time that was never set where it is null. */
  date(date: Date | null): string;
  /** A time that is on the wire in UTC whatever the zone (`Created`). */
  utcDate(date: Date): string;
  /**
   * Reads a time that the caller wrote: without an offset it is in the caller's zone.
   *
   * @param what what it is, for messages
   * @throws RequestError where it is none
   */
  readDate(text: string, what?: MessageValue): Date;
  /** How numbers and dates are written inside texts; `undefined` where the caller asked for no language. */
  readonly culture: Culture | undefined;
}

/** What the headers of a request say. */
interface Choice extends TimeZoneChoice {
  readonly culture: Culture | undefined;
}

const NEUTRAL: Choice = { timeZone: UTC, includeOffset: false, culture: undefined };

const choices = new WeakMap<FastifyRequest, Choice>();

/** How the caller of this request wants times; UTC where the headers were not read or are wrong. */
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
 * Makes every route of this scope read what its caller says of times and culture, so that a wrong header is a 400
 * before anything happens; its answers tell the zone that they are in.
 *
 * @param base the zone of callers who name none
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
