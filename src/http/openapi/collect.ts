import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Operation } from './operation.ts';

/** An operation with its route. */
export interface RoutedOperation {
  /** In lower case. */
  readonly method: string;
  /** In OpenAPI syntax: `/api/v1/BatchTask/{id}`. */
  readonly path: string;
  readonly operation: Operation;
  readonly route: RouteOptions;
}

/**
 * Collects the operation of every route that is registered from now on.
 *
 * @throws Error if a route is registered with neither `config.operation` nor `config.undocumented`
 */
export function collectOperations(app: FastifyInstance): readonly RoutedOperation[] {
  const collected: RoutedOperation[] = [];
  app.addHook('onRoute', (route) => {
    const { operation, undocumented } = route.config ?? {};
    const path = pathOf(route.url);
    for (const method of [route.method].flat()) {
      const described = operation !== undefined && 'id' in operation ? operation : operation?.[method];
      // Fastify adds HEAD to each GET.
      if (method === 'HEAD' && !isOwnHead(operation)) continue;
      if (described === undefined) {
        if (undocumented !== undefined) continue;
        throw new Error(
          `${method} ${path} has no config.operation: describe it beside its route, or give a reason in config.undocumented`,
        );
      }
      if (collected.some((one) => one.path === path && one.method === method.toLowerCase())) continue;
      collected.push({ method: method.toLowerCase(), path, operation: described as Operation, route });
    }
  });
  return collected;
}

function isOwnHead(operation: Operation | Readonly<Record<string, Operation>> | undefined): boolean {
  return operation !== undefined && 'HEAD' in operation;
}

function pathOf(url: string): string {
  return url.replace(/(?<=.)\/$/, '').replaceAll(/:(\w+)/g, '{$1}');
}
