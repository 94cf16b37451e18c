import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type Access, refusalOf } from '../core/access.ts';
import { methodNotAllowed, notFound, type RequestError } from '../core/errors.ts';
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

/** The order in which `Allow` lists methods. */
const ORDER = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A path with the methods of its routes. */
interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/**
 * Handles requests that match no route: OPTIONS of a known path returns `Allow`, another method of a known path 405
 * with `Allow`, and an unknown path 404 (contract, section 4). Covers the routes that are registered from now on.
 *
 * @param sendPage sends a page for an unknown path to browsers; returns `undefined` for other clients
 */
export function handleUnmatchedRequests(
  app: FastifyInstance,
  sendPage: (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined,
): void {
  const known = new Map<string, KnownPath>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url === '*') return; // the catch-all OPTIONS route of CORS
    const path = known.get(url) ?? { pattern: patternOf(url), methods: new Set(['OPTIONS']) };
    known.set(url, path);
    for (const one of [method].flat()) path.methods.add(one);
  });

  const allowed = (request: FastifyRequest): string => {
    const path = pathOf(request);
    const methods = new Set<string>();
    for (const { pattern, methods: of } of known.values())
      if (pattern.test(path)) for (const one of of) methods.add(one);
    return ORDER.filter((one) => methods.has(one)).join(', ');
  };
  // Runs before the response to a preflight request, so that it has the header too.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.method === 'OPTIONS') {
      const methods = allowed(request);
      if (methods !== '') reply.header('Allow', methods);
    }
    done();
  });
  app.setNotFoundHandler((request, reply) => {
    const methods = allowed(request);
    if (methods === '') {
      const page = sendPage(request, reply);
      if (page !== undefined) return page;
      throw noSuchPath(request);
    }
    if (request.method === 'OPTIONS') return reply.code(204).send();
    throw refuseMethod(request, reply, methods);
  });
}

function noSuchPath(request: FastifyRequest): RequestError {
  return notFound`There is no ${request.method} ${request.url.split('?')[0] ?? ''}; GET /api/v1 lists the calls.`;
}

function refuseMethod(request: FastifyRequest, reply: FastifyReply, methods: string): RequestError {
  reply.header('Allow', methods);
  return methodNotAllowed`${request.url.split('?')[0] ?? ''} does not support ${request.method}; ${methods} are accepted.`;
}

/** The path as the router compares it: decoded, without a trailing slash. */
function pathOf(request: FastifyRequest): string {
  const path = withoutSlash(request.url.split('?')[0] ?? '');
  try {
    return decodeURI(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}

function patternOf(url: string): RegExp {
  const source = withoutSlash(url)
    .replaceAll(/[.$]/g, '\\$&')
    .replaceAll(/:\w+/g, '[^/]+')
    .replaceAll('*', '.*');
  return new RegExp(`^${source}$`, 'i');
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/$/, '');
}
