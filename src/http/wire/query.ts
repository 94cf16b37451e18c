import type { FastifyRequest } from 'fastify';
import { invalid } from '../../domain/errors.ts';
import { describe } from './carrier-reader.ts';

/**
 * A value of the query by its name in any casing.
 *
 * @throws Refusal where it is there more than once
 */
export function queryValue(request: FastifyRequest, name: string): string | undefined {
  const values = Object.entries(request.query as Record<string, string | string[]>)
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .flatMap(([, value]) => value);
  if (values.length > 1) throw invalid`${name} is in the query more than once; one is accepted.`;
  return values[0];
}

/**
 * A flag of the query by its name in any casing; `undefined` where it is absent.
 *
 * @throws Refusal where it is neither true nor false, or there more than once
 */
export function queryFlag(request: FastifyRequest, name: string): boolean | undefined {
  const text = queryValue(request, name);
  if (text === undefined) return undefined;
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  throw invalid`${name} is ${describe(text)}; true or false is accepted.`;
}

/**
 * A whole number of the query by its name in any casing; `undefined` if it is absent.
 *
 * @throws Refusal (invalid) if it is not a whole number from `min` to `max`, or given more than once
 */
export function queryInteger(
  request: FastifyRequest,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const text = queryValue(request, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw invalid`${name} is ${describe(text)}; a whole number from ${min} to ${max} is accepted.`;
}
