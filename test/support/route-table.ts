import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';

/** A registered route. */
export interface KnownRoute {
  readonly method: string;
  /** With parameters such as `:id`, without a trailing slash. */
  readonly url: string;
  /** The longest body in bytes, if the route sets a limit other than the server's. */
  readonly bodyLimit: number | undefined;
}

/**
 * Every route of servers started in this process from now on, collected at registration, so that no test can miss a new
 * one.
 */
export async function routesOf<T>(
  start: () => Promise<T>,
): Promise<[server: T, routes: KnownRoute[], app: FastifyInstance]> {
  let app: FastifyInstance | undefined;
  const routes = new Map<string, KnownRoute>();
  const note = ({ method, url, bodyLimit }: RouteOptions): void => {
    const path = url.replace(/(.)\/$/, '$1');
    for (const one of [method].flat()) routes.set(`${one} ${path}`, { method: one, url: path, bodyLimit });
  };
  // Fastify publishes every server that it creates.
  const onServer = (event: unknown): void => {
    app = (event as { fastify: FastifyInstance }).fastify;
    app.addHook('onRoute', note);
  };
  subscribe('fastify.initialization', onServer);
  try {
    const server = await start();
    if (app === undefined) throw new Error('No server of Fastify was made.');
    return [server, [...routes.values()], app];
  } finally {
    unsubscribe('fastify.initialization', onServer);
  }
}
