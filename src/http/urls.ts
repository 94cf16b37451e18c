import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { notFound, RequestError } from '../core/errors.ts';
import { message } from '../core/message.ts';

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
