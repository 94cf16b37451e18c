import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { invalid, unsupported } from '../domain/errors.ts';

/** The media types of bodies that are accepted. */
const ACCEPTED = ['application/json', 'text/json'];

/** What a client is told that sends another type: a 415. */
export const UNSUPPORTED_BODY = unsupported`The Content-Type of the body is not supported; ${ACCEPTED.join(' and ')} are accepted, in UTF-8.`;

/** Charsets of which UTF-8 is a superset, as a Content-Type says them; one that says none is UTF-8. */
const READABLE_CHARSET = /;\s*charset\s*=\s*"?(?:utf-?8|us-ascii)"?\s*(?:;|$)/i;

/** Parses JSON bodies in UTF-8; anything else is refused with 415. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(ACCEPTED, { parseAs: 'buffer' }, (request, body, done) => {
    const type = request.headers['content-type'] ?? '';
    if (/;\s*charset\s*=/i.test(type) && !READABLE_CHARSET.test(type)) {
      return done(UNSUPPORTED_BODY);
    }
    if (!isUtf8(body as Buffer)) return done(invalid`The body is not UTF-8; JSON in UTF-8 is accepted.`);
    const text = body.toString();
    if (text.trim() === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text));
    } catch (error) {
      done(invalid`The body is not JSON: ${(error as Error).message}.`);
    }
  });
}
