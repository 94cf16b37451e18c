import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ENGLISH } from '../../core/language.ts';
import { isKnown } from '../conditional.ts';
import { languagesOf } from '../i18n/language.ts';
import { getTextsOperation } from './server-operations.ts';

/**
 * `GET /api/v1/Texts`: every text that there is in the caller's language, for a page that tells its own by them
 * (contract, section 8). Nobody needs to sign in: the sign-in itself has texts.
 */
export async function textRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', { config: { ownType: true, operation: getTextsOperation } }, (request, reply) => {
    const languages = languagesOf(request.headers) ?? [ENGLISH];
    const body = JSON.stringify({
      Language: languages.find((language) => app.catalogues.has(language)) ?? ENGLISH,
      ...app.catalogues.all(languages),
    });
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    reply
      .type('application/json; charset=utf-8')
      .header('ETag', etag)
      .header('Cache-Control', 'public, no-cache');
    return isKnown(request, etag) ? reply.code(304).send() : reply.send(body);
  });
}
