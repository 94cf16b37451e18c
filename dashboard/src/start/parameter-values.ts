import { Errors } from 'typebox/schema';
import type { ParameterSchema } from '../api/carriers.ts';
import type { Tell } from '../texts.tsx';

/** The kind of control for a value. */
export type Control =
  | 'text'
  | 'number'
  | 'choice'
  | 'flag'
  | 'date'
  | 'date-time'
  | 'url'
  | 'email'
  | 'password'
  | 'list'
  | 'group'
  | 'json';

/** The contents of the controls for a value: a text, the items of a list, or the fields of a group. */
export type Draft = string | readonly Draft[] | { readonly [name: string]: Draft };
export type GroupDraft = Exclude<Draft, string | readonly Draft[]>;

const FORMATS: Readonly<Record<string, Control>> = {
  date: 'date',
  'date-time': 'date-time',
  uri: 'url',
  url: 'url',
  email: 'email',
  password: 'password',
};

/** Returns the values of a choice: those of an enum, or of a union of literals; `undefined` for other schemas. */
export function choicesOf(schema: ParameterSchema): readonly (string | number | boolean)[] | undefined {
  const options = schema.anyOf ?? schema.oneOf;
  const values =
    schema.enum ??
    (schema.const === undefined ? undefined : [schema.const]) ??
    (options?.every((each) => each.const !== undefined) ? options.map((each) => each.const) : undefined);
  const isPlain = (value: unknown): value is string | number | boolean =>
    ['string', 'number', 'boolean'].includes(typeof value);
  return values?.length && values.every(isPlain) ? values : undefined;
}

/** Returns the kind of control for a schema; values without a control of their own are edited as JSON. */
export function controlOf(schema: ParameterSchema): Control {
  if (choicesOf(schema) !== undefined) return 'choice';
  if (schema.type === 'string') return FORMATS[schema.format ?? ''] ?? 'text';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'boolean') return 'flag';
  if (schema.type === 'array' && isSchema(schema.items))
    return controlOf(schema.items) === 'json' ? 'json' : 'list';
  return schema.type === 'object' && Object.keys(schema.properties ?? {}).length > 0 ? 'group' : 'json';
}

const isSchema = (items: unknown): items is ParameterSchema =>
  typeof items === 'object' && items !== null && !Array.isArray(items);

/** Returns the draft of a value; without a value that of the default. */
export function draftOf(schema: ParameterSchema, given: unknown): Draft {
  const value = given ?? schema.default;
  const control = controlOf(schema);
  if (control === 'group') {
    const values = isRecord(value) ? value : {};
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, property]) => [
        name,
        draftOf(property, values[name]),
      ]),
    );
  }
  if (control === 'list')
    return Array.isArray(value) ? value.map((item) => draftOf(schema.items ?? {}, item)) : [];
  if (value === undefined || value === null) return '';
  if (control === 'json') return JSON.stringify(value, null, 2);
  if (control === 'date-time') return toLocal(String(value));
  return String(value);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Converts a point in time to the form of a date-time control, in the browser's zone; other texts stay as they are. */
function toLocal(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** Errors by the path of the control, such as `columns/0/type`; those of the whole object have the empty path. */
export type Mistakes = Readonly<Record<string, string>>;

/** Joins the path of a control, in the syntax of JSON Pointer without the leading slash. */
export function joinPath(path: string, name: string | number): string {
  const part = String(name).replaceAll('~', '~0').replaceAll('/', '~1');
  return path === '' ? part : `${path}/${part}`;
}

/**
 * Reads the parameters from their draft and validates them against the schema. Empty controls, and optional groups that are
 * as at first, are omitted.
 */
export function readParameters(
  schema: ParameterSchema,
  draft: Draft,
  t: Tell,
): { readonly values: Record<string, unknown>; readonly mistakes: Mistakes } {
  const mistakes: Record<string, string> = {};
  const values = (readValue(schema, draft, '', true, mistakes, t) ?? {}) as Record<string, unknown>;
  if (Object.keys(mistakes).length > 0) return { values, mistakes };
  return { values, mistakes: mistakesOf(schema, values, t) };
}

/** Reads one value; `undefined` omits it. Texts that can't be read are added to the mistakes. */
function readValue(
  schema: ParameterSchema,
  draft: Draft,
  path: string,
  isRequired: boolean,
  mistakes: Record<string, string>,
  t: Tell,
): unknown {
  const control = controlOf(schema);
  if (control === 'group' || (path === '' && isRecord(draft))) {
    if (!isRequired && isSame(draft, draftOf(schema, undefined))) return undefined;
    const values: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const isNeeded = schema.required?.includes(name) ?? false;
      const field = (draft as GroupDraft)[name] ?? '';
      const value = readValue(property, field, joinPath(path, name), isNeeded, mistakes, t);
      if (value !== undefined) values[name] = value;
    }
    return values;
  }
  if (control === 'list') {
    const items = draft as readonly Draft[];
    if (items.length === 0 && !isRequired) return undefined;
    return items.map((item, index) => {
      const at = joinPath(path, index);
      const value = readValue(schema.items ?? {}, item, at, true, mistakes, t);
      if (value === undefined) mistakes[at] ??= t`Required.`;
      return value;
    });
  }
  const text = draft as string;
  if (text === '') return undefined;
  switch (control) {
    case 'choice':
      return choicesOf(schema)?.find((choice) => String(choice) === text) ?? text;
    case 'flag':
      return text === 'true';
    case 'number': {
      const value = Number(text.replace(',', '.'));
      if (Number.isNaN(value)) mistakes[path] = t`Enter a number.`;
      return value;
    }
    case 'date-time': {
      const at = new Date(text);
      return Number.isNaN(at.getTime()) ? text : at.toISOString();
    }
    case 'json':
      try {
        return JSON.parse(text);
      } catch (error) {
        mistakes[path] = t`Invalid JSON: ${(error as Error).message}`;
        return text;
      }
    default:
      return text;
  }
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Validates parameters. Each error belongs to the control that has the value. */
export function mistakesOf(schema: ParameterSchema, values: unknown, t: Tell): Mistakes {
  const mistakes: Record<string, string> = {};
  const [, errors] = Errors(schema as object, values);
  for (const error of errors) {
    const path = error.instancePath.slice(1);
    if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties) {
        const { path: at, schema: missing, rest } = controlAt(schema, joinPath(path, name));
        const needed = controlOf(missing) === 'choice' ? t`Choose a value.` : t`Required.`;
        mistakes[at] ??= rest.length === 0 ? needed : beside(rest.slice(0, -1), t`Missing: ${name}`);
      }
      continue;
    }
    const { path: at, rest } = controlAt(schema, path);
    mistakes[at] ??= beside(rest, describe(error, t));
  }
  return mistakes;
}

const beside = (rest: readonly string[], text: string): string =>
  rest.length === 0 ? text : `${rest.join('/')}: ${text}`;

/** Finds the control that has the value of a path, and the rest of the path within it. */
function controlAt(
  root: ParameterSchema,
  whole: string,
): { path: string; schema: ParameterSchema; rest: readonly string[] } {
  const parts = whole === '' ? [] : whole.split('/');
  let schema = root;
  for (const [index, part] of parts.entries()) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const control = index === 0 ? 'group' : controlOf(schema);
    const next =
      control === 'group' ? schema.properties?.[name] : control === 'list' ? schema.items : undefined;
    if (next === undefined)
      return { path: parts.slice(0, index).join('/'), schema, rest: parts.slice(index) };
    schema = next;
  }
  return { path: whole, schema, rest: [] };
}

type SchemaError = ReturnType<typeof Errors>[1][number];

/** Says what the schema requires. */
function describe(error: SchemaError, t: Tell): string {
  switch (error.keyword) {
    case 'minimum':
      return t`Must be at least ${String(error.params.limit)}.`;
    case 'maximum':
      return t`Must be at most ${String(error.params.limit)}.`;
    case 'exclusiveMinimum':
      return t`Must be more than ${String(error.params.limit)}.`;
    case 'exclusiveMaximum':
      return t`Must be less than ${String(error.params.limit)}.`;
    case 'minItems':
      return t`Add at least ${String(error.params.limit)}.`;
    case 'minLength':
      return t`Too short; the minimum length is ${String(error.params.limit)}.`;
    case 'maxLength':
    case 'maxItems':
      return t`Too long; the maximum length is ${String(error.params.limit)}.`;
    case 'pattern':
      return t`Must match the pattern ${String(error.params.pattern)}.`;
    case 'enum':
      return t`Must be one of: ${error.params.allowedValues.map(String).join(', ')}`;
    case 'uniqueItems':
      return t`Each value may occur only once.`;
    case 'format':
      if (['uri', 'url'].includes(error.params.format))
        return t`Enter an address that begins with https:// or http://.`;
      return error.params.format === 'email'
        ? t`Enter an e-mail address.`
        : t`Must have the format ${error.params.format}.`;
    case 'type':
      return error.params.type === 'integer'
        ? t`Enter a whole number.`
        : t`Must be of type ${String(error.params.type)}.`;
    default:
      return error.message;
  }
}
