import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { overloaded } from '../core/errors.ts';
import { BoundedMap } from '../core/lru.ts';
import { networkOf } from './auth/throttle.ts';

/**
 * What every answer says to browsers: it is what its type says, no page of another site may use it, nothing in it is
 * run or framed, and no address of ours is passed on. Routes whose answer is a page say otherwise for themselves.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Puts the headers on an answer that no hook has seen. */
export function setSecurityHeaders(reply: FastifyReply): void {
  reply.headers(HEADERS);
}

/**
 * Puts the headers on every answer.
 *
 * @param hstsSeconds how long browsers are to use https only (RFC 6797), told by https alone; 0 tells nothing
 */
export function addSecurityHeaders(app: FastifyInstance, hstsSeconds: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    setSecurityHeaders(reply);
    if (hstsSeconds > 0 && request.protocol === 'https')
      reply.header('Strict-Transport-Security', `max-age=${hstsSeconds}`);
    done();
  });
}

/** Keeps the answers of a scope out of caches, where they say nothing else: they are for one caller. */
export function forbidCaching(scope: FastifyInstance): void {
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('Cache-Control', 'no-store');
    done();
  });
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The origins whose scripts may call. */
    allowedOrigins: ReadonlySet<string>;
  }
}

/** What scripts of other origins may read of an answer, beside what browsers always show. */
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
  'Batchline-Ignored',
  'WWW-Authenticate',
];
/** Seconds for which browsers remember what is allowed. */
const PREFLIGHT_MAX_AGE = 600;

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
 * Lets each caller make so many requests a second, and more at once after a pause: a token bucket for each. It is in this
 * process's memory, so that with n nodes a caller has n times as much.
 */
export class RateLimiter {
  readonly #buckets = new BoundedMap<Bucket>();
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;

  /** @param burst the most at once */
  constructor(perSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
  }

  /**
   * Counts a request.
   *
   * @throws RequestError (throttled) where it is one too many, with the seconds until one is free; it is not counted then
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

/** Calls below /api/v1 that need no sign-in beforehand; the others are counted by who makes them. */
const OPEN = /^\/api\/v1\/(?:Texts|SignIn)\b/i;
const API = /^\/api\/v1\//i;
/** Whoever asks for the health of the server is never told to come later. */
const HEALTH = /^\/health\//;

/** Counts the calls that need no sign-in by the address that they come from. */
export function limitOpenCalls(app: FastifyInstance, limits: RateLimiter): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const url = request.routeOptions.url ?? '';
    if ((!API.test(url) || OPEN.test(url)) && !HEALTH.test(url)) limits.take(networkOf(request.ip));
    done();
  });
}
