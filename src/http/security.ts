import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { overloaded } from '../core/errors.ts';
import { BoundedMap } from '../core/lru.ts';
import { networkOf } from './auth/throttle.ts';

/**
 * Security headers of every response: no MIME sniffing, no use by other origins, no scripts or framing, and no referrer.
 * Routes that return pages override them.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Sets the security headers on a reply that bypasses hooks. */
export function setSecurityHeaders(reply: FastifyReply): void {
  reply.headers(HEADERS);
}

/**
 * Adds the security headers to every response.
 *
 * @param hstsSeconds max-age of Strict-Transport-Security (RFC 6797), sent over https only; 0 omits the header
 */
export function addSecurityHeaders(app: FastifyInstance, hstsSeconds: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    setSecurityHeaders(reply);
    if (hstsSeconds > 0 && request.protocol === 'https')
      reply.header('Strict-Transport-Security', `max-age=${hstsSeconds}`);
    done();
  });
}

/** Sets `Cache-Control: no-store` on the responses of a scope, because they are specific to a caller. Routes can override it. */
export function forbidCaching(scope: FastifyInstance): void {
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('Cache-Control', 'no-store');
    done();
  });
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The origins that CORS allows. */
    allowedOrigins: ReadonlySet<string>;
  }
}

/** Response headers that scripts of other origins may read, in addition to the CORS-safelisted ones. */
const EXPOSED_HEADERS = [
  'ETag',
  'Last-Modified',
  'Allow',
  'Content-Disposition',
  'Content-Range',
  'Repr-Digest',
  'Retry-After',
  'SO-TimeZone',
  'Batchline-List-Cut',
  'Batchline-Cells-Missing',
  'Batchline-Ignored',
  'WWW-Authenticate',
];
/** The cache lifetime of a preflight response in browsers, in seconds. */
const PREFLIGHT_MAX_AGE = 600;

/**
 * Enables CORS for these origins, or for all (`*`), with the header Authorization (contract, section 5). Cookie sessions
 * work only on pages of this server.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  app.decorate('allowedOrigins', new Set(origins));
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE,
    strictPreflight: false,
  });
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/**
 * Limits the request rate of each caller with a token bucket. The buckets are in the memory of this process, so with n
 * processes the limit is n times as high.
 */
export class RateLimiter {
  readonly #buckets = new BoundedMap<Bucket>();
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;

  /** @param burst the capacity of a bucket: the maximum number of requests at once */
  constructor(perSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
  }

  /**
   * Counts a request.
   *
   * @throws RequestError (rateLimited) if the bucket is empty, with the seconds to wait; the request is not counted
   */
  take(caller: string): void {
    const now = this.#now();
    const before = this.#buckets.get(caller);
    const tokens =
      before === undefined
        ? this.#burst
        : Math.min(this.#burst, before.tokens + ((now - before.at) / 1000) * this.#perSecond);
    if (tokens < 1) throw overloaded(Math.max(1, Math.ceil((1 - tokens) / this.#perSecond)));
    this.#buckets.set(caller, { tokens: tokens - 1, at: now });
  }
}

/** Public calls under /api/v1; all others are counted by caller. */
const OPEN = /^\/api\/v1\/(?:Texts|SignIn)\b/i;
const API = /^\/api\/v1\//i;
/** Health checks are never rate-limited. */
const HEALTH = /^\/health\//;

/** Limits public calls by client address. */
export function limitOpenCalls(app: FastifyInstance, limits: RateLimiter): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const url = request.routeOptions.url ?? '';
    if ((!API.test(url) || OPEN.test(url)) && !HEALTH.test(url)) limits.take(networkOf(request.ip));
    done();
  });
}
