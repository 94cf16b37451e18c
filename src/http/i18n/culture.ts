import type { IncomingHttpHeaders } from 'node:http';
import { invalid } from '../../core/errors.ts';
import { ENGLISH, type LanguageCode, readLanguageCode } from '../../core/language.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import { describe } from '../body/object-reader.ts';
import { languagesOf } from './language.ts';

/** How numbers and dates are written inside texts for people (contract, section 5); values of their own stay neutral. */
export class Culture {
  /** The culture's language, and its country where it has one. */
  readonly language: LanguageCode;
  readonly #timeZone: string;
  #number: Intl.NumberFormat | undefined;
  #date: Intl.DateTimeFormat | undefined;
  #dateTime: Intl.DateTimeFormat | undefined;

  constructor(language: LanguageCode, timeZone: TimeZone) {
    this.language = language;
    this.#timeZone = timeZone.iana;
  }

  /** A number with the culture's decimal sign and all its digits, ungrouped: `3,14159`. */
  number(value: number): string {
    this.#number ??= new Intl.NumberFormat(this.language, { useGrouping: false, maximumFractionDigits: 20 });
    return this.#number.format(value);
  }

  /** The day in the caller's zone: `24.12.2018`; empty where it was never set. */
  date(date: Date | null): string {
    if (date === null) return '';
    this.#date ??= new Intl.DateTimeFormat(this.language, { timeZone: this.#timeZone, ...DAY });
    return this.#date.format(date);
  }

  /** The day and the time in the caller's zone: `24.12.2018, 07:34:45`; empty where it was never set. */
  dateTime(date: Date | null): string {
    if (date === null) return '';
    this.#dateTime ??= new Intl.DateTimeFormat(this.language, { timeZone: this.#timeZone, ...DAY, ...TIME });
    return this.#dateTime.format(date);
  }
}

const DAY = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

/**
 * The culture that a caller asks for: SO-Culture, else the language; `undefined` where no language is asked for.
 * One that is well-formed and unknown falls back to the language, then to English.
 *
 * @throws RequestError where SO-Culture is no language code
 */
export function readCulture(headers: IncomingHttpHeaders, timeZone: TimeZone): Culture | undefined {
  const languages = languagesOf(headers);
  if (languages === undefined) return undefined;
  const asked = String(headers['so-culture'] ?? '').trim();
  const culture = readLanguageCode(asked);
  if (culture === undefined && asked !== '') {
    throw invalid`The header SO-Culture is ${describe(asked)}; a language code with or without a country, such as sv or nb-NO, is accepted.`;
  }
  const candidates = culture === undefined ? languages : [culture, ...languages];
  return new Culture(candidates.find(isSupported) ?? ENGLISH, timeZone);
}

function isSupported(language: LanguageCode): boolean {
  return Intl.DateTimeFormat.supportedLocalesOf(language).length > 0;
}
