import type { FastifyRequest } from 'fastify';
import { unacceptable } from '../../domain/errors.ts';

/**
 * `$format` overrides Accept for the answer (contract, section 6).
 *
 * @throws Refusal (unacceptable) where the answer can't be written so
 */
export function overrideFormat(_request: FastifyRequest, format: 'JSON' | 'XML'): void {
  if (format === 'XML') throw unacceptable`$format is XML; JSON is accepted.`;
}
