import { Errors } from 'typebox/schema';
import type { ParameterSchema } from '../api/carriers.ts';
import type { Tell } from '../texts.tsx';

/** The kind of control for a parameter. */
export type Control = 'text' | 'number' | 'choice' | 'flag' | 'json';

/** Returns the kind of control for a schema; values without a control of their own are edited as JSON. */
export function controlOf(schema: ParameterSchema): Control {
  if (schema.enum?.every((value) => typeof value === 'string')) return 'choice';
  if (schema.type === 'string') return 'text';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  return schema.type === 'boolean' ? 'flag' : 'json';
}

/** Returns the text of a value in its control. */
export function toText(value: unknown, control: Control): string {
  if (value === undefined) return '';
  if (control === 'json') return JSON.stringify(value, null, 2);
  return String(value);
}

/** Errors by the name of the parameter; those of the whole object have the empty name. */
export type Mistakes = Readonly<Record<string, string>>;

/**
 * Reads the parameters from the texts of the controls and validates them against the schema.
 *
 * @param texts by name; an empty text omits the parameter
 */
export function readParameters(
  schema: ParameterSchema,
  texts: Readonly<Record<string, string>>,
  t: Tell,
): { readonly values: Record<string, unknown>; readonly mistakes: Mistakes } {
  const values: Record<string, unknown> = {};
  const mistakes: Record<string, string> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const text = texts[name] ?? '';
    if (text === '') continue;
    const control = controlOf(property);
    if (control === 'text' || control === 'choice') values[name] = text;
    else if (control === 'flag') values[name] = text === 'true';
    else if (control === 'number') {
      values[name] = Number(text.replace(',', '.'));
      if (Number.isNaN(values[name])) mistakes[name] = t`Enter a number.`;
    } else {
      try {
        values[name] = JSON.parse(text);
      } catch (error) {
        mistakes[name] = t`Invalid JSON: ${(error as Error).message}`;
      }
    }
  }
  if (Object.keys(mistakes).length > 0) return { values, mistakes };
  const [, errors] = Errors(schema as object, values);
  for (const error of errors) {
    if (error.keyword === 'required' && error.instancePath === '') {
      for (const name of error.params.requiredProperties) mistakes[name] ??= t`Required.`;
      continue;
    }
    const [, name = '', ...deeper] = error.instancePath.split('/');
    mistakes[name] ??= (deeper.length > 0 ? `${deeper.join('/')}: ` : '') + describe(error, t);
  }
  return { values, mistakes };
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
    case 'minLength':
    case 'minItems':
      return t`Too short; the minimum length is ${String(error.params.limit)}.`;
    case 'maxLength':
    case 'maxItems':
      return t`Too long; the maximum length is ${String(error.params.limit)}.`;
    case 'pattern':
      return t`Must match the pattern ${String(error.params.pattern)}.`;
    case 'enum':
      return t`Must be one of: ${error.params.allowedValues.map(String).join(', ')}`;
    case 'required':
      return t`Missing: ${error.params.requiredProperties.join(', ')}`;
    case 'type':
      return error.params.type === 'integer'
        ? t`Enter a whole number.`
        : t`Must be of type ${String(error.params.type)}.`;
    default:
      return error.message;
  }
}
