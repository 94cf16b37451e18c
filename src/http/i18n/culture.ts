import type { IncomingHttpHeaders } from 'node:http';
import { invalid } from '../../core/errors.ts';
import { ENGLISH, type LanguageCode, readLanguageCode } from '../../core/language.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import { describe } from '../body/object-reader.ts';
import { languagesOf } from './language.ts';

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
  return new Culture(candidates.find(isSupported) ?? ENGLISH, timeZone);
}

function isSupported(language: LanguageCode): boolean {
  return Intl.DateTimeFormat.supportedLocalesOf(language).length > 0;
}
