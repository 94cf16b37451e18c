import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { type Access, refusalOf } from '../core/access.ts';
import { signedInBy } from './auth/hooks.ts';
import type { Operation } from './openapi/operation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The access that the route requires. Overrides that of its operation. */
    access?: Access;
  }
  interface FastifyInstance {
    /** The access of each route, in the order of registration. */
    routeAccess: readonly RouteAccess[];
  }
}

/** A route and the access that it requires. */
export interface RouteAccess {
  readonly method: string;
  /** With placeholders such as `:id`, without a trailing slash. */
  readonly path: string;
  readonly access: Access;
}

/**
 * Enforces the access that each route declares, after authentication and before the body is read. Covers the routes that
 * are registered from now on.
 *
 * @throws Error if a route is registered that declares no access
 */
export function enforceRouteAccess(app: FastifyInstance): void {
  const declared: RouteAccess[] = [];
  app.decorate('routeAccess', declared);
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      const access = accessOf(route.config, method);
      const path = route.url.replace(/(?<=.)\/$/, '');
      if (access === undefined)
        throw new Error(
          `${method} ${path} declares no access: name one of ACCESS (src/core/access.ts) in its operation, or in config.access`,
        );
      if (!declared.some((one) => one.method === method && one.path === path))
        declared.push({ method, path, access });
    }
  });
  app.addHook('preParsing', async (request) => {
    if (!request.is404) checkRouteAccess(request);
  });
}

/** @throws RequestError (forbidden) if the caller lacks the access that the route requires */
function checkRouteAccess(request: FastifyRequest): void {
  const { config, url } = request.routeOptions;
  const access = accessOf(config, request.method);
  if (access?.signIn === false) return;
  const caller = signedInBy(request);
  // Fails closed: the route is outside the authenticated scope, or was registered before this check.
  if (access === undefined || caller === undefined)
    throw new Error(`${request.method} ${url} can't be checked: it declares no access or has no sign-in.`);
  const refusal = refusalOf(caller, access);
  if (refusal !== undefined) throw refusal;
}

function accessOf(config: RouteOptions['config'], method: string): Access | undefined {
  if (config?.access !== undefined) return config.access;
  const { operation } = config ?? {};
  if (operation === undefined) return undefined;
  if ('id' in operation) return (operation as Operation).access;
  const byMethod = operation as Readonly<Record<string, Operation>>;
  // Fastify adds HEAD to each GET.
  return (byMethod[method] ?? (method === 'HEAD' ? byMethod.GET : undefined))?.access;
}
