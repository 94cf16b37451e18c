import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import Negotiator from 'negotiator';
import { invalid } from '../../core/errors.ts';
import { ENGLISH, fallbacks, type LanguageCode, readLanguageCode } from '../../core/language.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import { describe } from '../body/object-reader.ts';
import { vary } from '../respond.ts';
import type { Catalogues } from './catalogs.ts';

/** Formats numbers and dates inside texts (contract, section 5). Numbers and dates outside of texts are not localized. */
export class Culture {
  /** The language of the culture, with its country if it has one. */
  readonly language: LanguageCode;
  readonly #timeZone: string;
  #number: Intl.NumberFormat | undefined;
  #date: Intl.DateTimeFormat | undefined;
  #dateTime: Intl.DateTimeFormat | undefined;

  constructor(language: LanguageCode, timeZone: TimeZone) {
    this.language = language;
    this.#timeZone = timeZone.iana;
  }

  /** Formats a number with all digits, ungrouped: `3,14159`. */
  number(value: number): string {
    this.#number ??= new Intl.NumberFormat(this.language, { useGrouping: false, maximumFractionDigits: 20 });
    return this.#number.format(value);
  }

  /** Formats the day in the caller's time zone: `24.12.2018`; empty if it was never set. */
  date(date: Date | null): string {
    if (date === null) return '';
    this.#date ??= new Intl.DateTimeFormat(this.language, { timeZone: this.#timeZone, ...DAY });
    return this.#date.format(date);
  }

  /** Formats the day and time in the caller's time zone: `24.12.2018, 07:34:45`; empty if it was never set. */
  dateTime(date: Date | null): string {
    if (date === null) return '';
    this.#dateTime ??= new Intl.DateTimeFormat(this.language, { timeZone: this.#timeZone, ...DAY, ...TIME });
    return this.#dateTime.format(date);
  }

  /** Formats a duration by its two largest units: `1 h 5 min`. */
  duration(seconds: number): string {
    const units = [
      [Math.floor(seconds / 86_400), 'day'],
      [Math.floor(seconds / 3600) % 24, 'hour'],
      [Math.floor(seconds / 60) % 60, 'minute'],
      [seconds < 10 ? Math.round((seconds % 60) * 10) / 10 : Math.floor(seconds) % 60, 'second'],
    ] as const;
    const first = units.findIndex(([value]) => value > 0);
    return units
      .slice(first < 0 ? -1 : first)
      .slice(0, 2)
      .filter(([value], index) => value > 0 || index === 0)
      .map(([value, unit]) =>
        new Intl.NumberFormat(this.language, { style: 'unit', unit, unitDisplay: 'short' }).format(value),
      )
      .join(' ');
  }
}

/** Returns the culture of the first supported language. */
export function cultureIn(languages: readonly LanguageCode[], timeZone: TimeZone): Culture {
  return new Culture(languages.find(isSupported) ?? ENGLISH, timeZone);
}

const DAY = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

/**
 * Reads the culture of a request: SO-Culture, or else the language; `undefined` if no language is requested. An unknown but
 * well-formed culture falls back to the language, then to English.
 *
 * @throws RequestError if SO-Culture is not a language code
 */
export function readCulture(headers: IncomingHttpHeaders, timeZone: TimeZone): Culture | undefined {
  const languages = languagesOf(headers);
  if (languages === undefined) return undefined;
  const requested = String(headers['so-culture'] ?? '').trim();
  const culture = readLanguageCode(requested);
  if (culture === undefined && requested !== '') {
    throw invalid`The header SO-Culture is ${describe(requested)}; a language code with or without a country, such as sv or nb-NO, is accepted.`;
  }
  const candidates = culture === undefined ? languages : [culture, ...languages];
  return cultureIn(candidates, timeZone);
}

function isSupported(language: LanguageCode): boolean {
  return Intl.DateTimeFormat.supportedLocalesOf(language).length > 0;
}

/** Limits of the headers. Further languages, and the rest of a longer header, are ignored. */
const MAX_LANGUAGES = 20;
const MAX_HEADER_LENGTH = 1000;

/** Values that end the list of languages and disable translation from there on. */
const CANCELS = new Set(['*', 'x']);

/**
 * Reads the requested languages in order of preference, with English last: SO-Language, or else Accept-Language (contract,
 * section 5). `*` and `x` disable translation if they come first, and otherwise end the list. Malformed items are ignored,
 * because browsers write these headers.
 *
 * @returns `undefined` if no language is requested; texts are then not translated
 */
export function languagesOf(headers: IncomingHttpHeaders): readonly LanguageCode[] | undefined {
  const given = headers['so-language'] ?? headers['accept-language'];
  const header = String(given ?? '').slice(0, MAX_HEADER_LENGTH);
  if (header.trim() === '') return undefined;
  const languages: LanguageCode[] = [];
  for (const item of new Negotiator({ headers: { 'accept-language': header } }).languages()) {
    if (CANCELS.has(item.toLowerCase()) || languages.length === MAX_LANGUAGES) break;
    const code = readLanguageCode(item);
    if (code !== undefined) languages.push(code);
  }
  return languages.length === 0 ? undefined : fallbacks(languages);
}

/**
 * Sets Vary, and Content-Language to the first requested language that has texts.
 *
 * @param hasText true if the response has a body with texts
 */
export function setLanguageHeaders(
  reply: FastifyReply,
  languages: readonly LanguageCode[] | undefined,
  catalogues: Catalogues,
  hasText: boolean,
): void {
  vary(reply, 'SO-Language', 'Accept-Language');
  if (languages === undefined || !hasText) return;
  reply.header('Content-Language', languages.find((language) => catalogues.has(language)) ?? ENGLISH);
}
