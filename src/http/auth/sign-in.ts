import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../../domain/caller.ts';
import { forbidden } from '../../domain/errors.ts';
import { tenantSegment } from '../tenant-segment.ts';
import type { Authenticator } from './authenticator.ts';

const callers = new WeakMap<FastifyRequest, Caller>();

/** Makes every route of this scope ask who is calling; `callerOf` tells it to them. */
export function registerSignIn(scope: FastifyInstance, authenticator: Authenticator): void {
  scope.addHook('onRequest', async (request) => {
    const caller = await authenticator.authenticate(request.headers.authorization);
    callers.set(request, withinTenant(caller, tenantSegment(request.raw)));
  });
}

/** Who is calling. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined)
    throw new Error('This route asks for its caller outside the scope that signs in.');
  return caller;
}

/** The caller within the tenant that the address names: it must agree with the caller's own (contract, first section). */
function withinTenant(caller: Caller, segment: string | undefined): Caller {
  if (segment === undefined) return caller;
  if (caller.tenant === null) return { ...caller, tenant: segment };
  if (caller.tenant.toLowerCase() === segment.toLowerCase()) return caller;
  throw forbidden`The address names the customer "${segment}", but this sign-in is for "${caller.tenant}".`;
}
