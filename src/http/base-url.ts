import type { FastifyRequest } from 'fastify';
import { tenantSegment } from './urls.ts';

/** The server's address as the caller wrote it, with the customer where it names one. */
export function baseUrl(request: FastifyRequest): string {
  const customer = tenantSegment(request.raw);
  return `${request.protocol}://${request.host}${customer === undefined ? '' : `/${customer}`}`;
}
