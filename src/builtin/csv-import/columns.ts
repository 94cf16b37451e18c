import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type Static, Type } from 'typebox';
import { LinearPattern, PatternRefused, TextTooLong } from '../../core/linear-pattern.ts';
import { message } from '../../core/message.ts';
import { PermanentError } from '../../sdk/errors.ts';

/** The pattern of table and column names: they need no quoting, and names that start with `_` are reserved. */
export const IDENTIFIER = '^[a-z][a-z0-9_]{0,62}$';

/** The types of columns of an import. */
const COLUMN_TYPES = ['text', 'integer', 'number', 'boolean', 'date', 'timestamp'] as const;
/** A type of a column. */
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** The schema of a column in the parameters. */
export const ColumnSchema = Type.Object(
  {
    name: Type.String({
      pattern: IDENTIFIER,
      description: String(
        message`The column of the table: a lower-case letter, then lower-case letters, digits and _`,
      ),
    }),
    type: Type.Enum([...COLUMN_TYPES], {
      description: String(
        message`text; integer (64 bits); number (exact decimal); boolean (true/false, yes/no, t/f, y/n, 1/0); date (YYYY-MM-DD); timestamp (ISO 8601, UTC if it has no offset)`,
      ),
    }),
    required: Type.Optional(
      Type.Boolean({ description: String(message`Whether an empty value is an error`) }),
    ),
    maxLength: Type.Optional(
      Type.Integer({ minimum: 1, description: String(message`Maximum number of characters`) }),
    ),
    pattern: Type.Optional(
      Type.String({
        maxLength: 1000,
        description: String(message`A regular expression that the whole value must match`),
      }),
    ),
    source: Type.Optional(
      Type.String({
        minLength: 1,
        description: String(message`The name in the header, if it differs from the name of the column`),
      }),
    ),
  },
  { additionalProperties: false },
);

/** One column of an import. */
export type Column = Static<typeof ColumnSchema>;

/** A column and the index of its values in each record. */
export interface MappedColumn extends Column {
  readonly index: number;
  readonly matcher: LinearPattern | undefined;
}

/** A value for the database as text (null if empty), or its error. */
export type Converted = { readonly value: string | null } | { readonly error: string };

/**
 * Finds the columns in the header.
 *
 * @throws PermanentError if a column is missing or ambiguous, declared twice, or has an invalid pattern
 */
export function mapColumns(columns: readonly Column[], header: readonly string[]): MappedColumn[] {
  const names = header.map((name) => name.trim());
  const declared = new Set<string>();
  const notFound: string[] = [];
  const mapped = columns.map((column) => {
    if (declared.has(column.name)) {
      throw new PermanentError(
        message`columns: ${column.name} is declared twice; each name is accepted once.`,
      );
    }
    declared.add(column.name);
    const matcher = column.pattern === undefined ? undefined : patternOf(column.name, column.pattern);
    const source = column.source ?? column.name;
    const index = names.indexOf(source);
    if (index === -1) notFound.push(source);
    const second = names.indexOf(source, index + 1);
    if (index !== -1 && second !== -1) {
      throw new PermanentError(
        message`The header has ${source} twice, as columns ${index + 1} and ${second + 1}; rename one of them.`,
      );
    }
    return { ...column, index, matcher };
  });
  if (notFound.length > 0) {
    throw new PermanentError(
      message`The header lacks ${notFound.join(', ')}. It has: ${names.join(', ')}. If a column has another name in the file, set its source; if all values are in one column, set the delimiter.`,
    );
  }
  return mapped;
}

/** Converts a value of the file to the database's format, or returns its error. An empty value is null. */
export function convert(column: Column, raw: string): Converted {
  const text = column.type === 'text' ? raw : raw.trim();
  if (text === '') {
    return column.required === true ? { error: 'is empty, but required' } : { value: null };
  }
  const { maxLength } = column;
  if (maxLength !== undefined && text.length > maxLength) {
    const length = [...text].length;
    if (length > maxLength) {
      return { error: `is ${length} characters long; at most ${maxLength} are accepted` };
    }
  }
  return CONVERTERS[column.type](text);
}

const CONVERTERS: Readonly<Record<ColumnType, (text: string) => Converted>> = {
  text(text) {
    if (text.includes('\0')) return { error: 'has a NUL character, which the database cannot store' };
    return { value: text };
  },
  integer(text) {
    if (!/^[+-]?\d{1,19}$/.test(text)) return wrong(text, 'an integer', 'digits with an optional sign');
    const value = BigInt.asIntN(64, BigInt(text.replace('+', '')));
    if (value !== BigInt(text.replace('+', ''))) {
      return wrong(text, 'a 64-bit integer', '-9223372036854775808 to 9223372036854775807');
    }
    return { value: String(value) };
  },
  number(text) {
    const match = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
    if (match === null || text.length > 100 || Math.abs(Number(match[1] ?? 0)) > 300) {
      return wrong(
        text,
        'a number',
        'digits with an optional point, such as -12.50 or 1e6, of at most 100 characters',
      );
    }
    return { value: text };
  },
  boolean(text) {
    const value = BOOLEANS.get(text.toLowerCase());
    return value === undefined
      ? wrong(text, 'a boolean', 'true, false, yes, no, t, f, y, n, 1 and 0')
      : { value: String(value) };
  },
  date(text) {
    return isDate(text) ? { value: text } : wrong(text, 'a date', 'an existing day as YYYY-MM-DD');
  },
  timestamp(text) {
    const match = TIMESTAMP.exec(text);
    if (match === null || !isDate(match[1] as string)) {
      return wrong(text, 'a timestamp', 'ISO 8601 such as 2024-02-29T13:45:00+01:00');
    }
    const [, date, time, fraction = '', zone = 'Z'] = match;
    const offset = zone.toUpperCase() === 'Z' ? '+00:00' : zone.replace(/^(...)(\d\d)$/, '$1:$2');
    return { value: `${date}T${time?.length === 5 ? `${time}:00` : time}${fraction}${offset}` };
  },
};

const BOOLEANS = new Map<string, boolean>([
  ...['true', 'yes', 't', 'y', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'f', 'n', '0'].map((word) => [word, false] as const),
]);

const TIMESTAMP =
  /^(\d{4}-\d\d-\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)((?<=:\d\d:\d\d)\.\d{1,9})?(Z|z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$/;

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null || match[1] === '0000') return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function wrong(text: string, what: string, accepted: string): Converted {
  const shown = text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
  return { error: `${JSON.stringify(shown)} is not ${what}; accepted: ${accepted}` };
}

/** Time limit for matching the patterns of all columns against the values of one chunk. */
const PATTERN_MILLISECONDS = 2000;
/** Interval at which matching yields to the event loop. */
const YIELD_MILLISECONDS = 20;

/**
 * Compiles the pattern of a column, which a whole value must match.
 *
 * @throws PermanentError if it is not a regular expression, or can't be matched in linear time
 */
export function patternOf(column: string, pattern: string): LinearPattern {
  try {
    new RegExp(pattern, 'u'); // alone: `a)(b` is a pattern only between parentheses
    return new LinearPattern(`^(?:${pattern})$`);
  } catch (error) {
    if (!(error instanceof PatternRefused || error instanceof SyntaxError)) throw error;
    throw new PermanentError(
      message`columns: the pattern of ${column} is not a regular expression: ${error.message}`,
      { cause: error },
    );
  }
}

/** Matches the values of one chunk within a time limit, without blocking the event loop. */
export class ChunkMatcher {
  readonly #milliseconds: number;
  #spent = 0;

  constructor(milliseconds = PATTERN_MILLISECONDS) {
    this.#milliseconds = milliseconds;
  }

  /**
   * Returns which values match the pattern of a column. A value that is too long for its pattern does not match.
   *
   * @throws PermanentError if the time limit, which all columns of the chunk share, is reached
   */
  async matchAll(column: string, pattern: LinearPattern, values: readonly string[]): Promise<boolean[]> {
    const matches: boolean[] = [];
    let began = performance.now();
    for (const value of values) {
      matches.push(isMatch(pattern, value));
      const now = performance.now();
      if (this.#spent + now - began > this.#milliseconds)
        throw new PermanentError(
          message`columns: the pattern of ${column} takes longer than ${this.#milliseconds / 1000} s for ${values.length} values; a simpler pattern or a smaller chunkRows is accepted.`,
        );
      if (now - began < YIELD_MILLISECONDS) continue;
      this.#spent += now - began;
      await yieldToOthers();
      began = performance.now();
    }
    this.#spent += performance.now() - began;
    return matches;
  }
}

function isMatch(pattern: LinearPattern, value: string): boolean {
  try {
    return pattern.test(value);
  } catch (error) {
    if (error instanceof TextTooLong) return false;
    throw error;
  }
}
