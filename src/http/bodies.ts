import type { FastifyInstance } from 'fastify';
import { invalid } from '../domain/errors.ts';

/** The media types of bodies that are accepted. */
const ACCEPTED = ['application/json', 'text/json'];

/** What a client is told that sends another type: a 415. */
export const UNSUPPORTED_BODY = `The Content-Type of the body is not supported; ${ACCEPTED.join(' and ')} are accepted.`;

/** Parses JSON bodies; anything else is refused with 415. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(ACCEPTED, { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body);
    if (text.trim() === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text));
    } catch (error) {
      done(invalid(`The body is not JSON: ${(error as Error).message}.`));
    }
  });
}
