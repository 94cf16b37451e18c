import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { methodNotAllowed, notFound, type RequestError } from '../core/errors.ts';

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
