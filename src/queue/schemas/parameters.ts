import type { ErrorObject } from 'ajv';
import { invalid } from '../../core/errors.ts';
import { schemaProblem } from '../../core/json-schema.ts';
import { TextTooLong } from '../../core/linear-pattern.ts';
import { listed, type Message, message } from '../../core/message.ts';
import type { Parameters } from '../../core/task.ts';
import { SchemaValidator, ValidationTooLong } from './validator.ts';

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
