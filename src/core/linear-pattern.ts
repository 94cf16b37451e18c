import { RE2JS } from 're2js';

/** Maximum cost of one test: the pattern's size times the text's length. About 0.3 s. */
const MAX_STEPS = 20_000_000;

/** The characters of `\s` in JavaScript, as ranges of a character class. */
const SPACE =
  '\\t-\\r\\x20\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
/** The complement of `SPACE`. */
const NOT_SPACE =
  '\\x00-\\x08\\x0e-\\x1f\\x21-\\x9f\\xa1-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';

/** The pattern is malformed or can't be matched in linear time. The message says why. */
export class PatternRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PatternRefused';
  }
}

/** The text is too long for a pattern of this size. */
export class TextTooLong extends Error {
  constructor(longest: number) {
    super(`the text is too long for its pattern; at most ${longest} characters are accepted`);
    this.name = 'TextTooLong';
  }
}

/** A regular expression that matches any text in time linear in its length. */
export class LinearPattern {
  readonly #compiled: RE2JS;
  readonly #longest: number;

  /**
   * @param source a JavaScript pattern, read with the flag `u`
   * @throws PatternRefused
   */
  constructor(source: string) {
    try {
      new RegExp(source, 'u');
    } catch (error) {
      throw new PatternRefused((error as Error).message, error);
    }
    try {
      this.#compiled = RE2JS.compile(translate(source));
    } catch (error) {
      throw new PatternRefused(
        `it can't be matched in linear time (${(error as Error).message}); lookaround, back references and counts over 1,000 are not accepted`,
        error,
      );
    }
    this.#longest = Math.floor(MAX_STEPS / this.#compiled.programSize());
  }

  /**
   * Returns whether the pattern matches anywhere in a text.
   *
   * @throws TextTooLong
   */
  test(text: string): boolean {
    if (text.length > this.#longest) throw new TextTooLong(this.#longest);
    return this.#compiled.test(text);
  }
}

/** An escape, an empty class, or a character that JavaScript and RE2 read differently. */
const TOKEN =
  /\\u\{[\da-f]+\}|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u[\da-f]{4}|\\c[a-z]|\\.|\[\^?\]|[.[\]]/gisu;

/** Translates a valid JavaScript pattern to the equivalent RE2 pattern. */
function translate(source: string): string {
  let inClass = false;
  return source.replaceAll(TOKEN, (token) => {
    if (inClass && token.startsWith('[')) {
      inClass = !token.endsWith(']');
      return `\\${token}`;
    }
    if (token === '[' || token === ']') {
      inClass = token === '[';
      return token;
    }
    return inClass ? inClassOf(token) : outsideOf(token);
  });
}

function outsideOf(token: string): string {
  switch (token) {
    case '.':
      return '[^\\n\\r\\x{2028}\\x{2029}]';
    case '[]':
      return '[^\\x00-\\x{10ffff}]';
    case '[^]':
      return '[\\x00-\\x{10ffff}]';
    case '\\s':
      return `[${SPACE}]`;
    case '\\S':
      return `[${NOT_SPACE}]`;
    default:
      return characterOf(token);
  }
}

function inClassOf(token: string): string {
  if (token === '\\s') return SPACE;
  if (token === '\\S') return NOT_SPACE;
  return token === '\\b' ? '\\x08' : characterOf(token);
}

/** Converts the escape of a character to RE2's syntax; returns any other token unchanged. */
function characterOf(token: string): string {
  if (token === '\\0') return '\\x00';
  if (token === '\\/') return '/';
  if (token.startsWith('\\c')) return `\\x{${(token.charCodeAt(2) % 32).toString(16)}}`;
  if (!token.startsWith('\\u')) return token;
  const units = (token.match(/[\da-f]+/gi) ?? []).map((digits) => Number.parseInt(digits, 16));
  const [first = 0] = units;
  const codePoint = units.length === 1 ? first : (String.fromCharCode(...units).codePointAt(0) ?? first);
  return `\\x{${codePoint.toString(16)}}`;
}
