import { INT32_MAX, INT32_MIN } from '../limits.ts';
import { type Message, message } from '../message.ts';
import {
  findQualifier,
  flagOf,
  PERIOD_WORDS,
  QUALIFIER_NAMES,
  QUALIFIERS,
  type QualifierKind,
  type QualifierName,
  STATE_WORDS,
  statesOf,
  WAITS,
  waitOf,
} from './qualifiers.ts';
import { wordsOf } from './words.ts';

/** Maximum length of a search, in characters. */
export const MAX_SEARCH_LENGTH = 500;
/** Maximum number of terms, and of values in all of them. */
const MAX_SEARCH_TERMS = 50;

/** An operator before a number or a date. */
type SearchOperator = '=' | '<' | '<=' | '>' | '>=';

/** A value of a qualifier. */
export type SearchValue =
  | { readonly operator: SearchOperator | 'begins'; readonly text: string }
  /** A range; both ends are included. */
  | { readonly from: string; readonly to: string };

/** A term of a search. A task matches a search if it matches all of its terms. */
export type SearchTerm =
  | {
      readonly kind: 'text';
      readonly isNegated: boolean;
      readonly text: string;
      /** Was quoted: only whole words match. */
      readonly isPhrase: boolean;
    }
  | {
      readonly kind: 'qualifier';
      readonly isNegated: boolean;
      readonly name: QualifierName;
      /** A task matches if it matches one of them. */
      readonly values: readonly [SearchValue, ...SearchValue[]];
    };

/** The error in a search, and its position. */
interface SearchProblem {
  /** Offset of the part, from 0. */
  readonly at: number;
  readonly message: Message;
}

/** The terms of a search, or why it has none. */
export type ParsedSearch =
  | { readonly terms: readonly SearchTerm[]; readonly problem?: undefined }
  | { readonly problem: SearchProblem };

/**
 * Parses a search: texts, quoted texts and qualifiers, each with an optional `-` that negates it.
 *
 * ```
 * search    = { [ "-" ] ( qualifier | text ) }
 * qualifier = name ":" value { "," value }
 * value     = [ "<" | "<=" | ">" | ">=" ] text | text ".." text | text "*"
 * text      = a word | '"' any text, with \" and \\ '"'
 * ```
 *
 * Never throws.
 */
export function parseSearch(text: string): ParsedSearch {
  try {
    return { terms: new SearchParser(text).terms() };
  } catch (error) {
    if (error instanceof Wrong) return { problem: error.problem };
    throw error;
  }
}

class Wrong extends Error {
  readonly problem: SearchProblem;

  constructor(at: number, text: Message) {
    super(text.toString());
    this.problem = { at, message: text };
  }
}

const SPACE = /\s*/y;
const NAME = /([A-Za-z]+):/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const WORD = /\S+/y;
const VALUE = /[^\s,]+/y;
const OPERATOR = /<=|>=|<|>|=/y;

class SearchParser {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.length > MAX_SEARCH_LENGTH)
      throw new Wrong(
        MAX_SEARCH_LENGTH,
        message`The search is ${text.length} characters long; at most ${MAX_SEARCH_LENGTH} are accepted.`,
      );
  }

  terms(): SearchTerm[] {
    const terms: SearchTerm[] = [];
    for (this.#take(SPACE); this.#at < this.#text.length; this.#take(SPACE)) {
      const term = this.#term();
      if (term !== undefined) terms.push(term);
    }
    const text = this.#text.trim();
    if (terms.length === 0 && text !== '')
      throw new Wrong(0, message`"${text}" has no letter or digit, so it can't be searched for.`);
    return terms;
  }

  /** Returns `undefined` for a text without a word, such as the % of `100 %`. */
  #term(): SearchTerm | undefined {
    const begin = this.#at;
    const isNegated = this.#take(/-(?=\S)/y) !== undefined;
    const at = this.#at;
    const name = this.#take(NAME)?.[1];
    if (name === undefined) return this.#free(begin, isNegated);
    const qualifier = findQualifier(name);
    if (qualifier === undefined)
      throw new Wrong(
        at,
        message`"${name}:" at character ${at + 1} is not a qualifier; ${QUALIFIER_NAMES.join(', ')} are accepted. Put a text with a colon in quotation marks.`,
      );
    const first = this.#value(qualifier);
    const others: SearchValue[] = [];
    while (this.#take(/,/y)) others.push(this.#value(qualifier));
    return { kind: 'qualifier', isNegated, name: qualifier, values: [first, ...others] };
  }

  #free(begin: number, isNegated: boolean): SearchTerm | undefined {
    this.#count(begin);
    const quoted = this.#quoted();
    const text = quoted ?? this.#take(WORD)?.[0] ?? '';
    if (wordsOf(text).length === 0) return undefined;
    return { kind: 'text', isNegated, text, isPhrase: quoted !== undefined };
  }

  #value(name: QualifierName): SearchValue {
    const at = this.#at;
    this.#count(at);
    const kind = QUALIFIERS[name];
    const isOrdered = kind === 'number' || kind === 'date';
    const operator = (isOrdered ? this.#take(OPERATOR)?.[0] : undefined) as SearchOperator | undefined;
    const quoted = this.#quoted();
    const isPrefix = quoted !== undefined && kind === 'text' && this.#take(/\*/y) !== undefined;
    const text = quoted ?? this.#take(VALUE)?.[0] ?? '';
    if (text === '')
      throw new Wrong(
        at,
        message`${name}: at character ${at + 1} has no value; ${acceptedBy(kind)} is accepted.`,
      );
    const value = readValue(kind, operator, text, quoted !== undefined, isPrefix);
    if (value === undefined)
      throw new Wrong(
        at,
        message`${name}: has the value "${`${operator ?? ''}${text}`}" at character ${at + 1}; ${acceptedBy(kind)} is accepted.`,
      );
    return value;
  }

  #quoted(): string | undefined {
    if (this.#text[this.#at] !== '"') return undefined;
    const at = this.#at;
    const content = this.#take(QUOTED)?.[1];
    if (content === undefined)
      throw new Wrong(at, message`The quotation mark at character ${at + 1} is not closed.`);
    return content.replaceAll(/\\(["\\])/g, '$1');
  }

  #count(at: number): void {
    this.#values += 1;
    if (this.#values > MAX_SEARCH_TERMS)
      throw new Wrong(at, message`The search has more than ${MAX_SEARCH_TERMS} terms and values.`);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }
}

function readValue(
  kind: QualifierKind,
  operator: SearchOperator | undefined,
  text: string,
  isQuoted: boolean,
  isPrefix: boolean,
): SearchValue | undefined {
  if (kind === 'text') {
    if (isPrefix) return { operator: 'begins', text };
    return isQuoted || text.length < 2 || !text.endsWith('*')
      ? { operator: '=', text }
      : { operator: 'begins', text: text.slice(0, -1) };
  }
  const isOrdered = kind === 'number' || kind === 'date';
  const ends = isOrdered && operator === undefined ? text.split('..') : [];
  if (ends.length === 2) {
    const [from = '', to = ''] = ends;
    return isPoint(kind, from) && isPoint(kind, to) ? { from, to } : undefined;
  }
  if (!isAccepted(kind, operator, text)) return undefined;
  return { operator: operator ?? '=', text };
}

function isAccepted(kind: QualifierKind, operator: SearchOperator | undefined, text: string): boolean {
  switch (kind) {
    case 'state':
      return statesOf(text) !== undefined;
    case 'waits':
      return waitOf(text) !== undefined;
    case 'flag':
      return flagOf(text) !== undefined;
    case 'number':
      return isNumber(text);
    case 'date':
      return isDate(text) || (operator === undefined && isPeriod(text));
    default:
      return true;
  }
}

/** Returns whether a text can be an end of a range. */
function isPoint(kind: QualifierKind, text: string): boolean {
  return kind === 'number' ? isNumber(text) : isDate(text);
}

function isNumber(text: string): boolean {
  return /^-?\d{1,10}$/.test(text) && Number(text) >= INT32_MIN && Number(text) <= INT32_MAX;
}

const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:T([01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-](?:0\d|1[0-3]):?[0-5]\d)?)?$/i;

function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined || Number(year) < 1) return false;
  const date = new Date(`${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
}

/** A period up to now: `30m`, `2h`, `7d`, `4w`. */
export const RECENT = /^(\d{1,4})([mhdw])$/i;

function isPeriod(text: string): boolean {
  return RECENT.test(text) || PERIOD_WORDS.some((word) => word === text.toLowerCase());
}

/** The values that a kind of qualifier accepts, for messages. */
function acceptedBy(kind: QualifierKind): Message | string {
  switch (kind) {
    case 'state':
      return STATE_WORDS.join(', ');
    case 'waits':
      return Object.keys(WAITS).join(', ');
    case 'flag':
      return 'yes, no';
    case 'owner':
      return message`me, system, a login, a name or an ID`;
    case 'number':
      return message`a number such as 5, >5 or 1..9`;
    case 'date':
      return message`a date such as 2026-11-24, >2026-11-24, today, this-week or 2h`;
    case 'text':
      return message`a text`;
  }
}

/** Writes terms as a search; `parseSearch` returns the same terms. */
export function writeSearch(terms: readonly SearchTerm[]): string {
  return terms.map(writeTerm).join(' ');
}

function writeTerm(term: SearchTerm): string {
  const sign = term.isNegated ? '-' : '';
  if (term.kind === 'text') return `${sign}${term.isPhrase ? quote(term.text) : term.text}`;
  return `${sign}${term.name}:${term.values.map(writeValue).join(',')}`;
}

function writeValue(value: SearchValue): string {
  if ('from' in value) return `${value.from}..${value.to}`;
  const { operator, text } = value;
  if (operator === 'begins') return `${quoteIfNeeded(text)}*`;
  return `${operator === '=' ? '' : operator}${quoteIfNeeded(text)}`;
}

/** Quotes a value unless it is read as the same text without quotation marks. */
export function quoteIfNeeded(text: string): string {
  return /^[^\s,"*]+$/.test(text) ? text : quote(text);
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
