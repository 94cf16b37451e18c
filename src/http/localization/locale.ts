import type { FastifyRequest } from 'fastify';
import { inEnglish, type MessageData } from '../../domain/message.ts';
import { writeDate } from '../wire/dates.ts';

/** How a caller wants texts and times (contract, section 5). Everything that is written for a caller passes through it. */
export interface Locale {
  /**
   * A stored text: raw where the caller asked for no language.
   *
   * @param message the message that was kept beside it, where it is one of our own
   */
  text(stored: string, message?: MessageData | null): string;
  /** A message of our own. */
  message(message: MessageData): string;
  /** A time on the wire, in the caller's zone; a time that was never set where it is null. */
  date(date: Date | null): string;
  /** A time that is on the wire in UTC whatever the zone (`Created`). */
  utcDate(date: Date): string;
}

const NEUTRAL: Locale = {
  text: (stored) => stored,
  message: inEnglish,
  date: writeDate,
  utcDate: writeDate,
};

/** How the caller of this request wants texts and times. */
export function localeOf(_request: FastifyRequest): Locale {
  return NEUTRAL;
}
