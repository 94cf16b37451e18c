import { quoteIfNeeded } from '../../../src/core/search/parser.ts';
import {
  findQualifier,
  PERIOD_WORDS,
  QUALIFIER_NAMES,
  QUALIFIERS,
  type QualifierName,
  STATE_WORDS,
  statesOf,
  WAITS,
} from '../../../src/core/search/qualifiers.ts';

/** A completion of the word at the caret. */
interface Suggestion {
  /** The text that replaces the word. */
  readonly text: string;
  /** Explanation of the text; empty if it needs none. */
  readonly detail: string;
}

/** The suggestions for a place of a search, and the part of it that they replace. */
export interface Suggestions {
  readonly from: number;
  readonly to: number;
  readonly options: readonly Suggestion[];
}

/** The sources of suggestions. */
export interface Known {
  readonly definitions: readonly string[];
  /** Logins of users, without the user's own; empty if the user may not see them. */
  readonly owners: readonly string[];
  /** Ids of schedules with their names; empty until they are loaded. */
  readonly schedules: readonly Suggestion[];
  /** The meaning of a qualifier, or of a value of a qualifier with few values, in the user's language. */
  readonly describe: (name: QualifierName, value?: string) => string;
}

const MAX_OPTIONS = 8;
/** Texts of at least this length suggest definitions that contain them. */
const MIN_NAME = 2;

/** Suggests how to complete the word before the caret: qualifiers, then their values. */
export function suggest(text: string, caret: number, known: Known): Suggestions {
  const from = startOfWord(text, caret);
  const word = text.slice(from, caret).replace(/^-/, '');
  const begin = caret - word.length;
  const [, name, values] = /^([A-Za-z]+):(.*)$/s.exec(word) ?? [];
  const qualifier = name === undefined ? undefined : findQualifier(name);
  if (qualifier === undefined || values === undefined)
    return { from: begin, to: caret, options: word.includes(':') ? [] : wordOptions(word, known) };
  const last = values.slice(values.lastIndexOf(',') + 1);
  const options = valuesOf(qualifier, known)
    .filter(({ text: value, detail }) => {
      const typed = last.replaceAll('"', '');
      return (
        matches(value.replaceAll('"', ''), typed) || (qualifier === 'schedule' && matches(detail, typed))
      );
    })
    .slice(0, MAX_OPTIONS)
    .map((option) => ({ ...option, text: `${option.text} ` }));
  return { from: caret - last.length, to: caret, options };
}

/** Returns the offset of the word that ends at the caret; spaces in quotation marks don't separate words. */
function startOfWord(text: string, caret: number): number {
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < caret; at += 1) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /\s/.test(text[at] ?? '')) start = at + 1;
  }
  return start;
}

function wordOptions(word: string, { definitions, describe }: Known): Suggestion[] {
  const qualifiers = QUALIFIER_NAMES.filter((name) => name.startsWith(word.toLowerCase())).map((name) => ({
    text: `${name}:`,
    detail: describe(name),
  }));
  if (word.length < MIN_NAME) return qualifiers.slice(0, MAX_OPTIONS);
  const names = definitions
    .filter((name) => matches(name, word))
    .map((name) => ({ text: `definition:${quoteIfNeeded(name)} `, detail: '' }));
  const states = STATE_WORDS.map((value) => ({
    text: `state:${value} `,
    detail: describe('state', value),
  })).filter(({ text, detail }) => text.startsWith(`state:${word.toLowerCase()}`) || begins(detail, word));
  return [...qualifiers, ...states, ...names].slice(0, MAX_OPTIONS);
}

/** The values that a qualifier has, or the most usual ones. */
function valuesOf(name: QualifierName, { definitions, owners, schedules, describe }: Known): Suggestion[] {
  const described = (values: readonly string[]): Suggestion[] =>
    values.map((text) => ({ text, detail: describe(name, text) }));
  switch (QUALIFIERS[name]) {
    case 'state':
      return described(STATE_WORDS.filter((value) => statesOf(value) !== undefined));
    case 'waits':
      return described(Object.keys(WAITS));
    case 'flag':
      return described(['yes', 'no']);
    case 'date':
      return described([...PERIOD_WORDS, '1h', '24h', '7d']);
    case 'owner':
      return [...described(['me', 'system']), ...plain(owners)];
    case 'text':
      return name === 'definition' ? plain(definitions) : [];
    default:
      return name === 'schedule' ? [...schedules] : [];
  }
}

function plain(values: readonly string[]): Suggestion[] {
  return values.map((value) => ({ text: quoteIfNeeded(value), detail: '' }));
}

function begins(text: string, start: string): boolean {
  return text.toLowerCase().startsWith(start.toLowerCase());
}

function matches(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
