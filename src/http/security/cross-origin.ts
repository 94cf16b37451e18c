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
  'WWW-Authenticate',
];
/** Seconds for which browsers remember what is allowed. */
const REMEMBERED = 600;

/**
 * Lets scripts of these origins call, with a header Authorization (CORS). Cookie sessions stay this server's own: they are
 * not for other origins.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  app.decorate('allowedOrigins', new Set(origins));
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED,
    maxAge: REMEMBERED,
    strictPreflight: false,
  });
}
