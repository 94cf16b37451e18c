import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Parameters } from '../domain/batch-task.ts';
import { invalid } from '../domain/errors.ts';
import { listed, type Message, message } from '../domain/message.ts';
import { schemaProblem } from '../domain/schema-problem.ts';

/** Reads parameters by a definition's schema; throws a Refusal where they miss it. */
export type ParameterReader = (parameters: Parameters | null) => Parameters;

const OPTIONS = { coerceTypes: true, useDefaults: true, allErrors: true, strict: false } as const;

/**
 * Makes the reader of a definition's parameters. Clients of SuperOffice send a dictionary of strings, so
 * values are coerced to what the schema asks for, and a string is read as JSON where it asks for an object
 * or an array. Names match without regard to case.
 *
 * @throws Error where the schema itself is wrong
 */
export function parameterReader(definition: string, schema: object | undefined): ParameterReader {
  if (schema === undefined) return (parameters) => parameters ?? {};
  // A schema made by TypeBox carries marks that are not JSON; Ajv wants the plain schema.
  const plain = JSON.parse(JSON.stringify(schema)) as ObjectSchema;
  // One instance a schema: they may have the same $id.
  const validate = new Ajv(OPTIONS).compile(plain);
  const names = new Map(Object.keys(plain.properties ?? {}).map((name) => [name.toLowerCase(), name]));
  return (parameters) => {
    const value: Parameters = {};
    for (const [given, item] of Object.entries(structuredClone(parameters ?? {}))) {
      const name = names.get(given.toLowerCase()) ?? given;
      value[name] = readJson(definition, name, item, plain.properties?.[name]);
    }
    if (!validate(value)) throw invalid`ParameterObject of ${definition}: ${describe(validate)}.`;
    return value;
  };
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

function describe(validate: ValidateFunction): Message {
  const problems = (validate.errors ?? []).map((error) => describeError(error));
  return listed([...new Map(problems.map((problem) => [String(problem), problem])).values()], '; ');
}

function describeError(error: ErrorObject): Message {
  const where = error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword === 'required') return message`${dotted(where, error.params.missingProperty)} is missing`;
  if (error.keyword === 'additionalProperties') {
    return message`${dotted(where, error.params.additionalProperty)} is not a parameter`;
  }
  if (error.keyword === 'enum') {
    return message`${where} must be one of ${(error.params.allowedValues as unknown[]).join(', ')}`;
  }
  return schemaProblem(where || message`it`, error);
}

function dotted(where: string, name: unknown): string {
  return where === '' ? String(name) : `${where}.${name}`;
}
