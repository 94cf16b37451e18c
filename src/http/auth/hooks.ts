import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SignInScheme } from '../../config.ts';
import type { Caller } from '../../core/caller.ts';
import type { RateLimiter } from '../rate-limiter.ts';
import { checkCustomer, tenantSegment } from '../urls.ts';
import type { Authenticator } from './authenticator.ts';
import { presentedBy, type RequestCredentials } from './credentials.ts';
import { checkForgery } from './forgery.ts';
import type { SignedIn } from './scheme.ts';
import { networkOf } from './throttle.ts';

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
    const credentials = presentedBy(request);
    const signedIn = await signInCounted(authenticator, credentials, limits);
    limits?.take(`associate ${signedIn.caller.associateId}`);
    checkForgery(request, signedIn.scheme);
    const caller = withinTenant(signedIn.caller, tenantSegment(request.raw));
    signIns.set(request, { ...signedIn, caller });
  });
}

/** Who is calling. A sign-in that fails counts for the address that it comes from. */
async function signInCounted(
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
export async function signInAgain(request: FastifyRequest, authenticator: Authenticator): Promise<Caller> {
  const { caller } = await authenticator.authenticate(presentedBy(request));
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
