import type { FastifyInstance } from 'fastify';
import { networkOf } from './auth/throttle.ts';
import type { RateLimiter } from './rate-limiter.ts';

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
