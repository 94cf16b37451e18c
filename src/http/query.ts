import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalid, notFound, RequestError } from '../core/errors.ts';
import { message } from '../core/message.ts';
import { describe } from './body/object-reader.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Allows repeated names in the query, for calls that accept lists. */
    repeatableQuery?: true;
  }
}

/**
 * Rejects (400) a query that repeats a name, case-insensitively, so that routes get one string for each name. Calls that
 * accept lists are exempt.
 */
export function refuseRepeatedNames(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.is404 || request.routeOptions.config.repeatableQuery === true) return done();
    const names = new Set<string>();
    for (const [name, value] of Object.entries(request.query as Record<string, string | string[]>)) {
      const key = name.toLowerCase();
      if (names.has(key) || Array.isArray(value))
        return done(invalid`${name.slice(0, 40)} is given more than once; once is accepted.`);
      names.add(key);
    }
    done();
  });
}

/** A value of the query by name, case-insensitively; `undefined` if it is absent. */
export function queryValue(request: FastifyRequest, name: string): string | undefined {
  const lower = name.toLowerCase();
  const found = Object.entries(request.query as Record<string, string | string[]>).find(
    ([key]) => key.toLowerCase() === lower,
  );
  return found && String(found[1]);
}

/**
 * A boolean of the query by name, case-insensitively; `undefined` if it is absent.
 *
 * @throws RequestError (invalid) if it is neither true nor false
 */
export function queryFlag(request: FastifyRequest, name: string): boolean | undefined {
  const text = queryValue(request, name);
  if (text === undefined) return undefined;
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  throw invalid`${name} is ${describe(text)}; true or false is accepted.`;
}

/**
 * One of several words of the query, case-insensitively; `undefined` if it is absent.
 *
 * @throws RequestError (invalid) if it is another
 */
export function queryWord(
  request: FastifyRequest,
  name: string,
  words: readonly string[],
): string | undefined {
  const text = queryValue(request, name);
  const word = words.find((one) => one === text?.toLowerCase());
  if (text !== undefined && word === undefined)
    throw invalid`${name} is "${text.slice(0, 40)}"; ${words.join(', ')} is accepted.`;
  return word;
}

/**
 * An integer of the query by name, case-insensitively; `undefined` if it is absent.
 *
 * @throws RequestError (invalid) if it is not an integer from `min` to `max`
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

const segments = new WeakMap<IncomingMessage, string>();

/**
 * Removes the customer from the URL of a hosted installation: `/Cust12345/api/v1/…` becomes `/api/v1/…` (contract, first
 * section). `tenantSegment` returns it later.
 */
export function stripTenantSegment(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const match = /^\/([^/?]+)(\/api(?:[/?].*)?)$/i.exec(url);
  if (match?.[1] === undefined || match[2] === undefined || match[1].toLowerCase() === 'api') return url;
  segments.set(request, match[1]);
  return match[2];
}

/** The customer in the URL, or `undefined`. */
export function tenantSegment(request: IncomingMessage): string | undefined {
  return segments.get(request);
}

/**
 * Checks that the customer in the URL is the tenant of the caller (contract, first section).
 *
 * @throws RequestError (notFound) if they differ
 */
export function checkCustomer(tenant: string | null, segment: string | undefined): void {
  if (segment === undefined || tenant === null || tenant.toLowerCase() === segment.toLowerCase()) return;
  throw notFound`The URL names the customer "${segment}", but these credentials are for "${tenant}".`;
}

/** Adds the customer in the URL to an error about a missing task, because the task may be another customer's. */
export function nameCustomer(error: unknown, request: IncomingMessage): unknown {
  const segment = tenantSegment(request);
  if (segment === undefined || !(error instanceof RequestError) || error.code !== 'task_not_found')
    return error;
  const text = message`${error.text} The URL names the customer "${segment}".`;
  return new RequestError(error.kind, text).withCode(error.code);
}

/** The base URL of the server as the caller wrote it, including the customer if there is one. */
export function baseUrl(request: FastifyRequest): string {
  const customer = tenantSegment(request.raw);
  return `${request.protocol}://${request.host}${customer === undefined ? '' : `/${customer}`}`;
}
