import type { FastifyInstance } from 'fastify';
import { invalid } from '../domain/errors.ts';

/** Parses JSON bodies; anything else is refused with 415. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'text/json'],
    { parseAs: 'string' },
    (_request, body, done) => {
      const text = String(body);
      if (text.trim() === '') return done(null, undefined);
      try {
        done(null, JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text));
      } catch (error) {
        done(invalid(`The body is not JSON: ${(error as Error).message}.`));
      }
    },
  );
}
