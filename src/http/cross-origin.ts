import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** The origins whose scripts may call. */
    allowedOrigins: ReadonlySet<string>;
  }
}

/** What scripts of other origins may read of an answer, beside what browsers always show. */
const EXPOSED = [
  'ETag',
  'Last-Modified',
  'Allow',
  'Content-Disposition',
  'Content-Range',
  'Repr-Digest',
  'Retry-After',
  'SO-TimeZone',
  'Batchline-List-Cut',
  'Batchline-Ignored',
  'WWW-Authenticate',
];
/** Seconds for which browsers remember what is allowed. */
const REMEMBERED = 600;

/**
 * Lets scripts of these origins, or of all of them (`*`), call with a header Authorization (CORS; contract, section 5).
 * Cookie sessions are for this server's own pages only.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  app.decorate('allowedOrigins', new Set(origins));
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED,
    maxAge: REMEMBERED,
    strictPreflight: false,
  });
}
