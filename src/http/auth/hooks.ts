import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SignInScheme } from '../../config.ts';
import type { Caller } from '../../core/caller.ts';
import { forbidden, unauthenticated } from '../../core/errors.ts';
import type { RateLimiter } from '../security.ts';
import { checkCustomer, tenantSegment } from '../urls.ts';
import type { Authenticator } from './authenticator.ts';
import {
  credentialsOf,
  firstValue,
  type RequestCredentials,
  SESSION_COOKIE,
  XSRF_COOKIE,
} from './credentials.ts';
import { type SignedIn, xsrfTokenOf } from './scheme.ts';
import { networkOf } from './throttle.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * How a GET or HEAD of the route by a cookie session is protected against other sites, instead of by
     * X-XSRF-TOKEN: `sameSite` by Sec-Fetch-Site, for requests without custom headers (downloads, event
     * streams); `none` for the call that gives the page its token.
     */
    xsrf?: 'sameSite' | 'none';
  }
}

/**
 * Refuses requests that another site may have made a browser send (contract, section 5: X-XSRF-TOKEN). Browsers send
 * cookies and cached passwords automatically; tickets and tokens never.
 *
 * @throws RequestError (unauthenticated) if a cookie session lacks X-XSRF-TOKEN, (forbidden) if it is wrong
 */
export function checkForgery(request: FastifyRequest, scheme: SignInScheme): void {
  const isSafe = SAFE_METHODS.includes(request.method);
  if (scheme === 'cookie' && !(isSafe && isExempt(request))) checkXsrfToken(request);
  else if (scheme === 'basic' && !isSafe) refuseCrossSite(request);
}

/** Returns whether this GET needs no X-XSRF-TOKEN. A page can't set Sec-Fetch-Site; `none` is a typed address. */
function isExempt({ routeOptions, headers }: FastifyRequest): boolean {
  const { xsrf } = routeOptions.config;
  if (xsrf === 'sameSite') return /^(?:same-origin|none)$/.test(firstValue(headers['sec-fetch-site']) ?? '');
  return xsrf === 'none';
}

/**
 * Refuses a request that a browser sends for a page of another origin, unless CORS allows that origin. Clients that are
 * no browsers send neither `Sec-Fetch-Site` nor `Origin`.
 *
 * @throws RequestError (forbidden)
 */
export function refuseCrossSite(request: FastifyRequest): void {
  const site = firstValue(request.headers['sec-fetch-site']);
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
  const header = firstValue(request.headers['x-xsrf-token']);
  const cookie = request.cookies[XSRF_COOKIE];
  if (header === undefined)
    throw unauthenticated`The header X-XSRF-TOKEN is missing; with a cookie session the value of the cookie XSRF-TOKEN is accepted.`;
  const wanted = xsrfTokenOf(request.cookies[SESSION_COOKIE] ?? '');
  if (!timingSafeMatch(header, wanted) || (cookie !== undefined && !timingSafeMatch(cookie, wanted)))
    throw forbidden`The header X-XSRF-TOKEN does not belong to this session; the value of its cookie XSRF-TOKEN is accepted.`;
}

/** Compares in a time that tells nothing of the wanted text. */
function timingSafeMatch(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const signIns = new WeakMap<FastifyRequest, SignedIn>();

/**
 * Makes every route of this scope ask who is calling; `callerOf` tells it to them.
 *
 * @param limits how many requests a caller may make: an associate, or an address where the sign-in fails
 */
export function registerSignIn(
  scope: FastifyInstance,
  authenticator: Authenticator,
  limits?: RateLimiter,
): void {
  scope.addHook('onRequest', async (request) => {
    const credentials = credentialsOf(request);
    const signedIn = await authenticate(authenticator, credentials, limits);
    limits?.take(`associate ${signedIn.caller.associateId}`);
    checkForgery(request, signedIn.scheme);
    const caller = withinTenant(signedIn.caller, tenantSegment(request.raw));
    signIns.set(request, { ...signedIn, caller });
  });
}

/** Who is calling. A sign-in that fails counts for the address that it comes from. */
async function authenticate(
  authenticator: Authenticator,
  credentials: RequestCredentials,
  limits: RateLimiter | undefined,
): Promise<SignedIn> {
  try {
    return await authenticator.authenticate(credentials);
  } catch (error) {
    limits?.take(networkOf(credentials.address));
    throw error;
  }
}

/**
 * Looks again who is calling, for an answer that goes on for long.
 *
 * @throws RequestError where the sign-in is over
 */
export async function reauthenticate(request: FastifyRequest, authenticator: Authenticator): Promise<Caller> {
  const { caller } = await authenticator.authenticate(credentialsOf(request));
  return withinTenant(caller, tenantSegment(request.raw));
}

/** Who is calling. */
export function callerOf(request: FastifyRequest): Caller {
  return signInOf(request).caller;
}

/** The caller; `undefined` on a route without sign-in. */
export function signedInBy(request: FastifyRequest): Caller | undefined {
  return signIns.get(request)?.caller;
}

/** How the caller has signed in. */
export function schemeOf(request: FastifyRequest): SignInScheme {
  return signInOf(request).scheme;
}

function signInOf(request: FastifyRequest): SignedIn {
  const signedIn = signIns.get(request);
  if (signedIn === undefined)
    throw new Error('This route asks for its caller outside the scope that signs in.');
  return signedIn;
}

/** The caller within the tenant that the address names: it must agree with the caller's own (contract, first section). */
function withinTenant(caller: Caller, segment: string | undefined): Caller {
  checkCustomer(caller.tenant, segment);
  return caller.tenant === null && segment !== undefined ? { ...caller, tenant: segment } : caller;
}
