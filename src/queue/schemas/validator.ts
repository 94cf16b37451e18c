import {
  Ajv,
  type ErrorObject,
  type KeywordDefinition,
  type Options,
  type SchemaValidateFunction,
  type ValidateFunction,
} from 'ajv';
import addFormats from 'ajv-formats';
import { LinearPattern } from '../../core/linear-pattern.ts';

/** Time limit for patterns and formats in one validation. */
const MAX_MS = 1000;
/** Maximum length of a text whose format is checked with a regular expression. */
const MAX_FORMATTED_LENGTH = 2048;
/** Formats without a length limit. */
const LONG_FORMATS: ReadonlySet<string> = new Set(['binary', 'byte', 'password', 'regex']);
const UNKNOWN_FORMAT = 'unknown format';

const OPTIONS: Options = { coerceTypes: true, useDefaults: true, strict: false, validateFormats: true };

/** The validation exceeded its time limit. */
export class ValidationTooLong extends Error {
  constructor() {
    super(`validation takes longer than ${MAX_MS / 1000} s`);
    this.name = 'ValidationTooLong';
  }
}

/**
 * Validates values by a JSON Schema in bounded time: patterns are matched in linear time, `uniqueItems` hashes items
 * instead of comparing them pairwise, and formats are checked only for texts of a bounded length.
 */
export class SchemaValidator {
  readonly #schema: object;
  readonly #first: ValidateFunction;
  #every: ValidateFunction | undefined;
  #endsAt = Number.POSITIVE_INFINITY;

  /** @throws Error if the schema is invalid, a pattern can't be matched in linear time, or a format is unknown */
  constructor(schema: object) {
    this.#schema = schema;
    this.#first = this.#compile(false);
  }

  /**
   * Returns the first error of a value, or `undefined` if it is valid. Coerces the value and fills in defaults.
   *
   * @throws ValidationTooLong
   */
  validate(value: unknown): ErrorObject | undefined {
    return this.#run(this.#first, value)[0];
  }

  /**
   * Returns all errors of a value. Use it for small values only: each nested value can have an error.
   *
   * @throws ValidationTooLong
   */
  errorsOf(value: unknown): readonly ErrorObject[] {
    this.#every ??= this.#compile(true);
    return this.#run(this.#every, value);
  }

  #run(validate: ValidateFunction, value: unknown): readonly ErrorObject[] {
    this.#endsAt = performance.now() + MAX_MS;
    return validate(value) ? [] : (validate.errors ?? []);
  }

  #checkTime(): void {
    if (performance.now() > this.#endsAt) throw new ValidationTooLong();
  }

  #compile(allErrors: boolean): ValidateFunction {
    this.#endsAt = Number.POSITIVE_INFINITY; // Ajv validates schemas too
    const ajv = new Ajv({
      ...OPTIONS,
      allErrors,
      code: { regExp: Object.assign((source: string) => this.#pattern(source), { code: 'linear' }) },
      logger: { log: ignore, warn: refuseUnknownFormat, error: ignore },
    });
    addFormats.default(ajv);
    for (const [name, format] of Object.entries(ajv.formats)) this.#bound(ajv, name, format);
    ajv.removeKeyword('uniqueItems');
    ajv.addKeyword(uniqueItems());
    return ajv.compile(this.#schema);
  }

  #pattern(source: string): { test(text: string): boolean; toString(): string } {
    const pattern = new LinearPattern(source);
    return {
      toString: () => source, // Ajv caches patterns by their text
      test: (text) => {
        this.#checkTime();
        return pattern.test(text);
      },
    };
  }

  /** Limits a format, whose regular expression may be slow, to short texts. */
  #bound(ajv: Ajv, name: string, format: Ajv['formats'][string]): void {
    if (LONG_FORMATS.has(name)) return;
    const test = name === 'url' ? isUrl : testOf(format);
    if (test === undefined) return;
    ajv.addFormat(name, {
      type: 'string',
      validate: (text: string) => {
        this.#checkTime();
        return text.length <= MAX_FORMATTED_LENGTH && test(text);
      },
    });
  }
}

/** Implements `uniqueItems` with a set of serialized items: Ajv compares all pairs. */
function uniqueItems(): KeywordDefinition {
  const validate: SchemaValidateFunction = (isOn: boolean, items: readonly unknown[]): boolean => {
    validate.errors = [];
    if (!isOn) return true;
    const seen = new Map<string, number>();
    for (const [i, item] of items.entries()) {
      const text = canonical(item);
      const j = seen.get(text);
      if (j === undefined) seen.set(text, i);
      else {
        validate.errors = [{ keyword: 'uniqueItems', params: { i, j } }];
        return false;
      }
    }
    return true;
  };
  return { keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', errors: true, validate };
}

/** Serializes a JSON value with sorted properties, so that equal values have equal texts. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const properties = Object.entries(value).map(
    ([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`,
  );
  return `{${properties.sort().join()}}`;
}

/** Returns the test of a text format; `undefined` for number formats and formats that accept any text. */
function testOf(format: Ajv['formats'][string]): ((text: string) => boolean) | undefined {
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return format as (text: string) => boolean;
  if (typeof format !== 'object' || format.type === 'number') return undefined;
  return testOf(format.validate as Ajv['formats'][string]);
}

function isUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:', 'ftp:'].includes(new URL(text).protocol);
}

function ignore(): void {}

/** Throws for an unknown format: Ajv only logs a warning and ignores the format. */
function refuseUnknownFormat(warning: unknown): void {
  if (String(warning).startsWith(UNKNOWN_FORMAT)) throw new Error(String(warning).replace(/ ignored.*/, ''));
}
