import type { FastifyRequest } from 'fastify';
import { invalid } from '../../core/errors.ts';
import { message } from '../../core/message.ts';
import { describe, ObjectReader } from './object-reader.ts';

/**
 * Reads the arguments of an agent call: the properties of the body, or those of the query that the body does not have
 * (contract, section 3).
 *
 * @throws RequestError (invalid) if the body is not an object
 */
export function readAgentBody(request: FastifyRequest): ObjectReader {
  const query = Object.entries(request.query as Record<string, unknown>).filter(
    ([name]) => !name.startsWith('$'),
  );
  const body = request.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw invalid`${message`The body`} is ${describe(body)}; an object is accepted.`;
  return new ObjectReader(body, message`the body`, Object.fromEntries(query));
}
