import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { SignInConfig } from '../../config.ts';
import { isKnown } from '../conditional.ts';
import type { RoutedOperation } from '../openapi/collect.ts';
import { buildDocument } from '../openapi/document.ts';
import { getOpenApiOperation } from './server-operations.ts';

/** `GET /openapi.json`: the OpenAPI document of this server. It is made when somebody asks for it first. */
export async function openApiRoutes(
  app: FastifyInstance,
  { operations, signIn }: { operations: readonly RoutedOperation[]; signIn: SignInConfig },
): Promise<void> {
  let made: { readonly body: string; readonly etag: string } | undefined;
  const document = (): { readonly body: string; readonly etag: string } => {
    if (made === undefined) {
      const body = JSON.stringify(buildDocument(operations, signIn));
      made = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
    }
    return made;
  };

  app.get(
    '/openapi.json',
    { config: { ownType: true, operation: getOpenApiOperation } },
    (request, reply) => {
      const { body, etag } = document();
      reply
        .type('application/json; charset=utf-8')
        .header('ETag', etag)
        .header('Cache-Control', 'public, no-cache');
      return isKnown(request, etag) ? reply.code(304).send() : reply.send(body);
    },
  );
}
