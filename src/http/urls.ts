import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { notFound, RequestError } from '../core/errors.ts';
import { message } from '../core/message.ts';

const segments = new WeakMap<IncomingMessage, string>();

/**
 * Takes the customer off a hosted installation's address: `/Cust12345/api/v1/…` becomes `/api/v1/…`
 * (contract, first section). `tenantSegment` tells it afterwards.
 */
export function stripTenantSegment(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const match = /^\/([^/?]+)(\/api(?:[/?].*)?)$/i.exec(url);
  if (match?.[1] === undefined || match[2] === undefined || match[1].toLowerCase() === 'api') return url;
  segments.set(request, match[1]);
  return match[2];
}

/** The customer that the address named, or `undefined`. */
export function tenantSegment(request: IncomingMessage): string | undefined {
  return segments.get(request);
}

/**
 * Checks that the customer in an address is the tenant of the sign-in (contract, first section).
 *
 * @throws RequestError (missing) if they differ
 */
export function checkCustomer(tenant: string | null, segment: string | undefined): void {
  if (segment === undefined || tenant === null || tenant.toLowerCase() === segment.toLowerCase()) return;
  throw notFound`The URL names the customer "${segment}", but these credentials are for "${tenant}".`;
}

/** The error of a request whose address names a customer: a task that is missing may be another customer's. */
export function nameCustomer(error: unknown, request: IncomingMessage): unknown {
  const segment = tenantSegment(request);
  if (segment === undefined || !(error instanceof RequestError) || error.code !== 'task_not_found')
    return error;
  const text = message`${error.text} The URL names the customer "${segment}".`;
  return new RequestError(error.kind, text).withCode(error.code);
}

/** The server's address as the caller wrote it, with the customer where it names one. */
export function baseUrl(request: FastifyRequest): string {
  const customer = tenantSegment(request.raw);
  return `${request.protocol}://${request.host}${customer === undefined ? '' : `/${customer}`}`;
}
