import {
  Ajv,
  type ErrorObject,
  type KeywordDefinition,
  type Options,
  type SchemaValidateFunction,
  type ValidateFunction,
} from 'ajv';
import addFormats from 'ajv-formats';
import { invalid } from '../../core/errors.ts';
import { schemaProblem } from '../../core/json-schema.ts';
import { LinearPattern, TextTooLong } from '../../core/linear-pattern.ts';
import { listed, type Message, message } from '../../core/message.ts';
import type { Parameters } from '../../core/task.ts';

/** Time limit for patterns and formats in one validation. */
const MAX_MS = 1000;
/** Maximum length of a text whose format is checked with a regular expression. */
const MAX_FORMATTED_LENGTH = 2048;
/** Formats without a length limit. */
const LONG_FORMATS: ReadonlySet<string> = new Set(['binary', 'byte', 'password', 'regex']);
const UNKNOWN_FORMAT = 'unknown format';

const OPTIONS: Options = {
  coerceTypes: true,
  useDefaults: true,
  strict: false,
  validateFormats: true,
  validateSchema: false, // `checkSchema` does it
};

/** The validation exceeded its time limit. */
class ValidationTooLong extends Error {
  constructor() {
    super(`validation takes longer than ${MAX_MS / 1000} s`);
    this.name = 'ValidationTooLong';
  }
}

/**
 * Validates values by a JSON Schema in bounded time: patterns are matched in linear time, `uniqueItems` hashes items
 * instead of comparing them pairwise, and formats are checked only for texts of a bounded length.
 */
class SchemaValidator {
  readonly #schema: object;
  readonly #first: ValidateFunction;
  #every: ValidateFunction | undefined;
  #endsAt = Number.POSITIVE_INFINITY;

  /** @throws Error if the schema is invalid, a pattern can't be matched in linear time, or a format is unknown */
  constructor(schema: object) {
    checkSchema(schema);
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
    const ajv = new Ajv({
      ...OPTIONS,
      allErrors,
      code: { regExp: Object.assign((source: string) => this.#pattern(source), { code: 'linear' }) },
      logger: { log: ignore, warn: refuseUnknownFormat, error: ignore },
    });
    addBoundedFormats(ajv, () => this.#checkTime());
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
}

let metaSchemas: Ajv | undefined;

/**
 * Validates a schema by its meta-schema. All schemas share one Ajv, because it compiles the meta-schema, which takes longer than
 * compiling most schemas.
 *
 * @throws Error if the schema is invalid
 */
function checkSchema(schema: object): void {
  if (metaSchemas === undefined) {
    metaSchemas = new Ajv({ ...OPTIONS, logger: false });
    addBoundedFormats(metaSchemas, ignore);
  }
  metaSchemas.validateSchema(schema, true);
}

/**
 * Adds the formats, limited to short texts: their regular expressions may be slow.
 *
 * @param checkTime called before each check
 */
function addBoundedFormats(ajv: Ajv, checkTime: () => void): void {
  addFormats.default(ajv);
  for (const [name, format] of Object.entries(ajv.formats)) {
    const test = name === 'url' ? isUrl : testOf(format);
    if (test === undefined || LONG_FORMATS.has(name)) continue;
    ajv.addFormat(name, {
      type: 'string',
      validate: (text: string) => {
        checkTime();
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

/** Validates and coerces parameters by a definition's schema. @throws RequestError (invalid) if they violate it */
export type ParameterReader = (parameters: Parameters | null) => Promise<Parameters>;

/** A synchronous ParameterReader. */
export type ParameterCheck = (parameters: Parameters | null) => Parameters;

/** Maximum number of problems in one error. */
const MAX_PROBLEMS = 10;
/** All problems are reported for parameters with at most this many values, and only the first for larger ones. */
const MAX_VALUES = 1000;
/** Maximum length of a name, and of a quotation from the schema, in characters. */
const MAX_NAME_LENGTH = 200;
const MAX_QUOTE_LENGTH = 500;

/**
 * Creates the check of a definition's parameters. Clients of SuperOffice send a dictionary of strings, so values are
 * coerced to the types of the schema, and strings are parsed as JSON if the schema requires an object or an array. Names
 * are case-insensitive.
 *
 * @throws Error if the schema is invalid
 */
export function parameterCheck(definition: string, schema: object | undefined): ParameterCheck {
  if (schema === undefined) return (parameters) => parameters ?? {};
  // A TypeBox schema has properties that are not JSON; Ajv requires a plain schema.
  const plain = JSON.parse(JSON.stringify(schema)) as ObjectSchema;
  const validator = new SchemaValidator(plain);
  const names = new Map(Object.keys(plain.properties ?? {}).map((name) => [name.toLowerCase(), name]));
  const read = (parameters: Parameters | null): Parameters => {
    const value: Parameters = {};
    for (const [given, item] of Object.entries(structuredClone(parameters ?? {}))) {
      const name = names.get(given.toLowerCase()) ?? given;
      value[name] = readJson(definition, name, item, plain.properties?.[name]);
    }
    return value;
  };
  return (parameters) => {
    const { value, problem } = validated(validator, () => read(parameters));
    if (problem !== undefined) throw invalid`ParameterObject of ${definition}: ${problem}.`;
    return value;
  };
}

/** Creates a reader that checks in this process, for trusted schemas. @throws Error if the schema is invalid */
export function parameterReader(definition: string, schema: object | undefined): ParameterReader {
  const check = parameterCheck(definition, schema);
  return async (parameters) => check(parameters);
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
}

function readJson(
  definition: string,
  name: string,
  item: unknown,
  schema: { readonly type?: unknown } | undefined,
): unknown {
  if (typeof item !== 'string' || (schema?.type !== 'object' && schema?.type !== 'array')) return item;
  try {
    return JSON.parse(item) as unknown;
  } catch (error) {
    throw invalid`ParameterObject of ${definition}: ${name} is not JSON (${(error as Error).message}); ${schema.type === 'array' ? message`a list` : message`an object`} is accepted.`;
  }
}

/**
 * Returns the coerced value, or its problem.
 *
 * @param read returns a new copy of the value, because coercion modifies it
 */
function validated(
  validator: SchemaValidator,
  read: () => Parameters,
): { value: Parameters; problem?: undefined } | { value?: undefined; problem: Message } {
  try {
    const value = read();
    const first = validator.validate(value);
    if (first === undefined) return { value };
    const all = hasFewValues(value) ? validator.errorsOf(read()) : [];
    return { problem: describe(all.length === 0 ? [first] : all) };
  } catch (error) {
    if (error instanceof RangeError) return { problem: message`its values are nested too deeply` };
    if (error instanceof TextTooLong) return { problem: message`a text is too long for its pattern` };
    if (error instanceof ValidationTooLong)
      return { problem: message`checking it takes too long; send fewer or shorter values` };
    throw error;
  }
}

function hasFewValues(value: unknown): boolean {
  let left = MAX_VALUES;
  const waiting = [value];
  while (waiting.length > 0 && left > 0) {
    const one = waiting.pop();
    left -= 1;
    if (typeof one === 'object' && one !== null) {
      const parts = Object.values(one);
      if (parts.length > left) return false;
      waiting.push(...parts);
    }
  }
  return left > 0;
}

function describe(errors: readonly ErrorObject[]): Message {
  const byText = new Map<string, Message>();
  for (const error of errors) {
    const problem = describeError(error);
    byText.set(String(problem), problem);
    if (byText.size > MAX_PROBLEMS) break;
  }
  const problems = [...byText.values()];
  if (problems.length <= MAX_PROBLEMS) return listed(problems, '; ');
  return message`${listed(problems.slice(0, MAX_PROBLEMS), '; ')}; and more`;
}

function describeError(error: ErrorObject): Message {
  const where = error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword === 'required') return message`${dotted(where, error.params.missingProperty)} is missing`;
  if (error.keyword === 'additionalProperties') {
    return message`${dotted(where, error.params.additionalProperty)} is not a parameter`;
  }
  const shown = cut(where, MAX_NAME_LENGTH);
  if (error.keyword === 'enum') {
    const allowed = (error.params.allowedValues as unknown[]).join(', ');
    return message`${shown} must be one of ${cut(allowed, MAX_QUOTE_LENGTH)}`;
  }
  const params = Object.entries(error.params).map(([name, value]) => [
    name,
    typeof value === 'string' ? cut(value, MAX_QUOTE_LENGTH) : value,
  ]);
  return schemaProblem(shown || message`it`, {
    keyword: error.keyword,
    params: Object.fromEntries(params),
    message: error.message === undefined ? undefined : cut(error.message, MAX_QUOTE_LENGTH),
  });
}

function dotted(where: string, name: unknown): string {
  return cut(where === '' ? String(name) : `${where}.${name}`, MAX_NAME_LENGTH);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}
