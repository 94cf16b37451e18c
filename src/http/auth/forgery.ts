import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { SignInScheme } from '../../config.ts';
import { forbidden } from '../../domain/errors.ts';
import { SESSION_COOKIE, XSRF_COOKIE } from './cookies.ts';
import { firstOf } from './presented.ts';
import { xsrfTokenOf } from './tokens.ts';

const HARMLESS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses state-changing requests that another site may have made a browser send (contract, section 5:
 * X-XSRF-TOKEN). Tickets and tokens are never sent by a browser on its own; cookies are, and so are passwords that
 * it was asked for.
 *
 * @throws Refusal (forbidden)
 */
export function checkForgery(request: FastifyRequest, scheme: SignInScheme): void {
  if (HARMLESS.includes(request.method)) return;
  if (scheme === 'cookie') checkXsrfToken(request);
  else if (scheme === 'basic') refuseCrossSite(request);
}

/**
 * Refuses a request that a browser sends for a page of another origin, unless CORS allows that origin. Clients that are
 * no browsers send neither `Sec-Fetch-Site` nor `Origin`.
 *
 * @throws Refusal (forbidden)
 */
export function refuseCrossSite(request: FastifyRequest): void {
  const site = firstOf(request.headers['sec-fetch-site']);
  const origin = request.headers.origin;
  // Another subdomain (`same-site`) is not this server. `none` is an address that the user has typed.
  if (site === 'same-origin' || site === 'none') return;
  if (origin !== undefined && request.server.allowedOrigins.has(origin)) return;
  // Browsers send no Sec-Fetch-Site to a server without TLS, other than localhost, but Origin all the same.
  if (site === undefined && (origin === undefined || isOwnOrigin(origin, request.host))) return;
  throw forbidden`The request comes from a page of another site; pages of this server are accepted.`;
}

/** The scheme is left out: behind a proxy that ends TLS the server may not know it. */
function isOwnOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase().replace(/:(?:80|443)$/, '');
}

/** The header must be the token that belongs to the session, and the cookie, where there is one, must agree. */
function checkXsrfToken(request: FastifyRequest): void {
  const header = firstOf(request.headers['x-xsrf-token']);
  const cookie = request.cookies[XSRF_COOKIE];
  if (header === undefined)
    throw forbidden`The header X-XSRF-TOKEN is missing; with a cookie session the value of the cookie XSRF-TOKEN is accepted.`;
  const wanted = xsrfTokenOf(request.cookies[SESSION_COOKIE] ?? '');
  if (!same(header, wanted) || (cookie !== undefined && !same(cookie, wanted)))
    throw forbidden`The header X-XSRF-TOKEN does not belong to this session; the value of its cookie XSRF-TOKEN is accepted.`;
}

/** Compares in a time that tells nothing of the wanted text. */
function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
