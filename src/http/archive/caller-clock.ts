import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../domain/archive/time-span.ts';

/** When and in which zone the caller's "today" is, and where dates without an offset are read (contract, section 5). */
export function clockOf(_request: FastifyRequest): Clock {
  return { now: new Date(), zone: 'UTC' };
}
