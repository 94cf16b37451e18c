import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SignInScheme } from '../../config.ts';
import type { Caller } from '../../core/access.ts';
import { forbidden, unauthenticated } from '../../core/errors.ts';
import type { VouchedCaller } from '../cell-callers.ts';
import { checkCustomer, tenantSegment } from '../query.ts';
import type { RateLimiter } from '../security.ts';
import type { Authenticator } from './authenticator.ts';
import {
  credentialsOf,
  firstValue,
  type RequestCredentials,
  SESSION_COOKIE,
  type SignedIn,
  XSRF_COOKIE,
  xsrfTokenOf,
} from './schemes.ts';
import { networkOf } from './throttle.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The CSRF protection of GET and HEAD with a cookie session, if not X-XSRF-TOKEN: `sameSite` checks Sec-Fetch-Site, for
     * requests that can't have custom headers (downloads, event streams); `none` is for the call that returns the token.
     */
    xsrf?: 'sameSite' | 'none';
  }
}

/**
 * Rejects cross-site request forgery (contract, section 5: X-XSRF-TOKEN). Browsers send cookies and cached passwords
 * automatically, but never tickets or tokens.
 *
 * @throws RequestError (unauthenticated) if a cookie session lacks X-XSRF-TOKEN, (forbidden) if it is wrong
 */
export function checkForgery(request: FastifyRequest, scheme: SignInScheme): void {
  const isSafe = SAFE_METHODS.includes(request.method);
  if (scheme === 'cookie' && !(isSafe && isExempt(request))) checkXsrfToken(request);
  else if (scheme === 'basic' && !isSafe) refuseCrossSite(request);
}

/** True if this GET needs no X-XSRF-TOKEN. Pages can't set Sec-Fetch-Site; `none` is a URL that the user typed. */
function isExempt({ routeOptions, headers }: FastifyRequest): boolean {
  const { xsrf } = routeOptions.config;
  if (xsrf === 'sameSite') return /^(?:same-origin|none)$/.test(firstValue(headers['sec-fetch-site']) ?? '');
  return xsrf === 'none';
}

/**
 * Rejects a request that a browser sends for a page of another origin, unless CORS allows that origin. Clients other than
 * browsers send neither `Sec-Fetch-Site` nor `Origin`.
 *
 * @throws RequestError (forbidden)
 */
export function refuseCrossSite(request: FastifyRequest): void {
  const site = firstValue(request.headers['sec-fetch-site']);
  const origin = request.headers.origin;
  // Another subdomain (`same-site`) is not this server. `none` is a URL that the user typed.
  if (site === 'same-origin' || site === 'none') return;
  if (origin !== undefined && request.server.allowedOrigins.has(origin)) return;
  // Without TLS, browsers send Sec-Fetch-Site only to localhost, but they always send Origin.
  if (site === undefined && (origin === undefined || isOwnOrigin(origin, request.host))) return;
  throw forbidden`The request comes from a page of another site; pages of this server are accepted.`;
}

/** The scheme is left out: behind a proxy that ends TLS the server may not know it. */
export function isOwnOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase().replace(/:(?:80|443)$/, '');
}

/** Checks that the header is the token of the session, and that the cookie, if there is one, matches. */
function checkXsrfToken(request: FastifyRequest): void {
  const header = firstValue(request.headers['x-xsrf-token']);
  const cookie = request.cookies[XSRF_COOKIE];
  if (header === undefined)
    throw unauthenticated`The header X-XSRF-TOKEN is missing; with a cookie session the value of the cookie XSRF-TOKEN is accepted.`;
  const wanted = xsrfTokenOf(request.cookies[SESSION_COOKIE] ?? '');
  if (!timingSafeMatch(header, wanted) || (cookie !== undefined && !timingSafeMatch(cookie, wanted)))
    throw forbidden`The header X-XSRF-TOKEN does not belong to this session; the value of its cookie XSRF-TOKEN is accepted.`;
}

/** Compares in constant time. */
function timingSafeMatch(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const signIns = new WeakMap<FastifyRequest, SignedIn>();
/** Callers for which other cells vouch. */
const vouchedCallers = new WeakMap<FastifyRequest, VouchedCaller>();

/**
 * Authenticates the requests of every route of this scope; `callerOf` returns the caller.
 *
 * @param limits the request rate of each associate, and of each address with failed authentication
 */
export function registerSignIn(
  scope: FastifyInstance,
  authenticator: Authenticator,
  limits?: RateLimiter,
): void {
  scope.addHook('onRequest', async (request, reply) => {
    const { cellRouter } = request.server;
    const vouched = cellRouter?.calls.vouchedCaller(request);
    const credentials = credentialsOf(request);
    if (vouched === undefined && (await routesLogin(authenticator, request, reply, credentials)))
      return reply;
    const signedIn = vouched
      ? await authenticator.acceptVouched(vouched)
      : await authenticate(authenticator, credentials, limits);
    limits?.take(`associate ${signedIn.caller.associateId}`);
    checkForgery(request, signedIn.scheme);
    const caller = withinTenant(signedIn.caller, tenantSegment(request.raw));
    // A session is valid in the cell that issued it, which vouches for its caller in others.
    const ofCell = signedIn.scheme === 'cookie' || signedIn.scheme === 'ticket' ? caller : undefined;
    if (caller.tenant !== null && (await cellRouter?.route(request, reply, caller.tenant, ofCell)))
      return reply;
    if (vouched) vouchedCallers.set(request, vouched);
    signIns.set(request, { ...signedIn, caller });
  });
}

/** Forwards a request whose Basic credentials have a login of another cell. Returns true if the reply was sent. */
async function routesLogin(
  authenticator: Authenticator,
  request: FastifyRequest,
  reply: FastifyReply,
  credentials: RequestCredentials,
): Promise<boolean> {
  const { cellRouter } = request.server;
  if (cellRouter === undefined) return false;
  const login = await authenticator.unknownLogin(credentials);
  return login !== undefined && cellRouter.routeLogin(request, reply, login);
}

/** Authenticates a request. A failure counts towards the rate limit of the client's address. */
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
 * Authenticates a request again, for long-lived responses.
 *
 * @throws RequestError if the credentials are no longer valid
 */
export async function reauthenticate(request: FastifyRequest, authenticator: Authenticator): Promise<Caller> {
  const vouched = vouchedCallers.get(request);
  const { caller } = vouched
    ? await authenticator.acceptVouched(vouched)
    : await authenticator.authenticate(credentialsOf(request));
  return withinTenant(caller, tenantSegment(request.raw));
}

/** Returns the caller of an authenticated request. */
export function callerOf(request: FastifyRequest): Caller {
  return signInOf(request).caller;
}

/** Returns the caller, or `undefined` on a public route. */
export function signedInBy(request: FastifyRequest): Caller | undefined {
  return signIns.get(request)?.caller;
}

/** Returns the scheme by which the caller authenticated. */
export function schemeOf(request: FastifyRequest): SignInScheme {
  return signInOf(request).scheme;
}

/** Returns true if the session is from a sign-in at the OIDC provider. */
export function isByProvider(request: FastifyRequest): boolean {
  return signInOf(request).byProvider === true;
}

function signInOf(request: FastifyRequest): SignedIn {
  const signedIn = signIns.get(request);
  if (signedIn === undefined) throw new Error('This route reads its caller outside an authenticated scope.');
  return signedIn;
}

/** Narrows the caller to the tenant in the URL, which must match the caller's own (contract, first section). */
function withinTenant(caller: Caller, segment: string | undefined): Caller {
  checkCustomer(caller.tenant, segment);
  return caller.tenant === null && segment !== undefined ? { ...caller, tenant: segment } : caller;
}
