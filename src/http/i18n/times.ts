import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type MessageValue, message } from '../../core/message.ts';
import { codeOf, type TimeZone, UTC } from '../../core/time-zone.ts';
import { readDate, writeDate, writeDateWithOffset, writeUtcDate } from '../dates.ts';
import { vary } from '../vary.ts';
import { type Culture, readCulture } from './culture.ts';
import { INCLUDE_OFFSET, readTimeZoneHeader, type TimeZoneChoice } from './time-zone-header.ts';

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
