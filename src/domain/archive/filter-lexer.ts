import { invalid, type Refusal } from '../errors.ts';

/** A piece of `$filter`. */
export interface Token {
  readonly type: 'word' | 'number' | 'text' | 'symbol' | 'end';
  /** As it is written; of a text what it says. */
  readonly value: string;
  /** Where it begins, from 0. */
  readonly at: number;
}

const SPACE = /\s*/y;
const PATTERNS = [
  ['word', /[A-Za-z_][\w/]*/y],
  ['number', /[+-]?\d+(?:\.\d+)?/y],
  ['symbol', /<>|!=|<=|>=|[()[\],=<>]/y],
  ['text', /'(?:[^']|'')*'/y],
] as const;

/**
 * Takes `$filter` apart. A text stands in single quotes, and a quote in it is doubled.
 *
 * @returns the tokens, the last of which is the end
 * @throws Refusal (invalid) where a character begins nothing or a text does not end
 */
export function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  for (let at = matchAt(SPACE, filter, 0).length; at < filter.length; ) {
    const token = tokenAt(filter, at);
    tokens.push({ ...token, value: token.type === 'text' ? unquoted(token.value) : token.value });
    at += token.value.length;
    at += matchAt(SPACE, filter, at).length;
  }
  tokens.push({ type: 'end', value: '', at: filter.length });
  return tokens;
}

function tokenAt(filter: string, at: number): Token {
  for (const [type, pattern] of PATTERNS) {
    const value = matchAt(pattern, filter, at);
    if (value !== '') return { type, value, at };
  }
  if (filter[at] === "'") throw wrongAt(at, 'a text without an end', 'a text in single quotes');
  throw wrongAt(at, `"${String.fromCodePoint(filter.codePointAt(at) ?? 0)}"`, 'a name, a number or a text');
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'");
}

/** A fault of `$filter` at a place (from 0): what is there and what would be accepted. */
export function wrongAt(at: number, found: string, accepted: string): Refusal {
  return invalid`$filter is wrong at character ${at + 1}: ${found} is there; ${accepted} is accepted.`;
}

/** A token in a message. */
export function found({ type, value }: Token): string {
  if (type === 'end') return 'the end';
  const short = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return type === 'text' ? `'${short}'` : `"${short}"`;
}
