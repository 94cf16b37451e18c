import { Errors } from 'typebox/schema';
import type { ParameterSchema } from '../api/carriers.ts';
import type { Tell } from '../texts.tsx';

/** How a parameter is asked for. */
export type Control = 'text' | 'number' | 'choice' | 'flag' | 'json';

/** How a parameter of this schema is asked for; what has no control of its own is written as JSON. */
export function controlOf(schema: ParameterSchema): Control {
  if (schema.enum?.every((value) => typeof value === 'string')) return 'choice';
  if (schema.type === 'string') return 'text';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  return schema.type === 'boolean' ? 'flag' : 'json';
}

/** A value as it stands in its control. */
export function toText(value: unknown, control: Control): string {
  if (value === undefined) return '';
  if (control === 'json') return JSON.stringify(value, null, 2);
  return String(value);
}

/** What is wrong, by the name of the parameter; under the empty name what is about all of them. */
export type Mistakes = Readonly<Record<string, string>>;

/**
 * Reads the parameters from what stands in the controls, and checks them by the schema.
 *
 * @param texts by name; an empty text is a parameter that is not given
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
      if (Number.isNaN(values[name])) mistakes[name] = t`A number is accepted.`;
    } else {
      try {
        values[name] = JSON.parse(text);
      } catch (error) {
        mistakes[name] = t`It is not JSON: ${(error as Error).message}`;
      }
    }
  }
  if (Object.keys(mistakes).length > 0) return { values, mistakes };
  const [, errors] = Errors(schema as object, values);
  for (const error of errors) {
    if (error.keyword === 'required' && error.instancePath === '') {
      for (const name of error.params.requiredProperties) mistakes[name] ??= t`It is needed.`;
      continue;
    }
    const [, name = '', ...deeper] = error.instancePath.split('/');
    mistakes[name] ??= (deeper.length > 0 ? `${deeper.join('/')}: ` : '') + describe(error, t);
  }
  return { values, mistakes };
}

type SchemaError = ReturnType<typeof Errors>[1][number];

/** Tells what would be accepted. */
function describe(error: SchemaError, t: Tell): string {
  switch (error.keyword) {
    case 'minimum':
      return t`At least ${String(error.params.limit)} is accepted.`;
    case 'maximum':
      return t`At most ${String(error.params.limit)} is accepted.`;
    case 'exclusiveMinimum':
      return t`More than ${String(error.params.limit)} is accepted.`;
    case 'exclusiveMaximum':
      return t`Less than ${String(error.params.limit)} is accepted.`;
    case 'minLength':
    case 'minItems':
      return t`It is too short; at least ${String(error.params.limit)} is accepted.`;
    case 'maxLength':
    case 'maxItems':
      return t`It is too long; at most ${String(error.params.limit)} is accepted.`;
    case 'pattern':
      return t`It does not fit the pattern ${String(error.params.pattern)}.`;
    case 'enum':
      return t`Accepted: ${error.params.allowedValues.map(String).join(', ')}`;
    case 'required':
      return t`Missing: ${error.params.requiredProperties.join(', ')}`;
    case 'type':
      return error.params.type === 'integer'
        ? t`A whole number is accepted.`
        : t`Accepted: ${String(error.params.type)}`;
    default:
      return error.message;
  }
}
