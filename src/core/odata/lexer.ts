import { invalid, type RequestError } from '../errors.ts';

/** A token of `$filter`. */
export interface Token {
  readonly type: 'word' | 'number' | 'text' | 'encoded' | 'symbol' | 'end';
  /** As written; for texts and encoded values, the decoded value. */
  readonly value: string;
  /** Its offset, from 0. */
  readonly at: number;
}

const SPACE = /\s*/y;
const PATTERNS = [
  ['word', /[A-Za-z_][\w/]*/y],
  ['number', /[+-]?\d+(?:\.\d+)?/y],
  ['encoded', /\[(?:I|D|DT|F):[^\]']*\]/iy],
  ['symbol', /<>|!=|<=|>=|[()[\],=<>]/y],
] as const;

/**
 * Splits `$filter` into tokens (contract, section 6). A text is in single quotes. A quote in it is doubled or escaped as
 * `\'`, `\\` is a backslash, and any other backslash is literal.
 *
 * @returns the tokens; the last one has the type `end`
 * @throws RequestError (invalid) if a character starts no token or a text is not closed
 */
export function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  for (let at = matchAt(SPACE, filter, 0).length; at < filter.length; ) {
    const { token, length } = filter[at] === "'" ? textAt(filter, at) : tokenAt(filter, at);
    tokens.push(token);
    at += length;
    at += matchAt(SPACE, filter, at).length;
  }
  tokens.push({ type: 'end', value: '', at: filter.length });
  return tokens;
}

interface Found {
  readonly token: Token;
  /** Its length in the filter, including quotes and escapes. */
  readonly length: number;
}

function textAt(filter: string, begin: number): Found {
  let value = '';
  for (let at = begin + 1; at < filter.length; at += 1) {
    const pair = filter.slice(at, at + 2);
    if (pair === "\\'" || pair === "''" || pair === '\\\\') {
      value += pair[1];
      at += 1;
    } else if (filter[at] === "'") {
      return { token: { type: 'text', value, at: begin }, length: at + 1 - begin };
    } else value += filter[at];
  }
  throw wrongAt(begin, 'an unterminated text', 'a text in single quotes');
}

function tokenAt(filter: string, at: number): Found {
  for (const [type, pattern] of PATTERNS) {
    const value = matchAt(pattern, filter, at);
    if (value !== '') return { token: { type, value, at }, length: value.length };
  }
  throw wrongAt(at, `"${String.fromCodePoint(filter.codePointAt(at) ?? 0)}"`, 'a name, a number or a text');
}

/** Quotes a text for `$filter`: in single quotes, with its backslashes and quotes doubled. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Returns the error for an unexpected token. */
export function wrongAt(at: number, found: string, accepted: string): RequestError {
  return invalid`$filter is invalid at character ${at + 1}: found ${found}; ${accepted} is accepted.`;
}

/** Describes a token for a message. */
export function found({ type, value }: Token): string {
  if (type === 'end') return 'the end';
  const short = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return type === 'text' ? `'${short}'` : `"${short}"`;
}
