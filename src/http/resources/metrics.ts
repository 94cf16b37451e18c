import type { FastifyInstance } from 'fastify';
import type { MetricsAccess } from '../../config.ts';
import { ACCESS } from '../../core/access.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { registerSignIn } from '../auth/hooks.ts';
import { readMetricsOperation } from './server-operations.ts';

/** What the route of the metrics works with. */
export interface MetricsDeps {
  readonly access: MetricsAccess;
  readonly metrics: { readonly contentType: string; expose(): Promise<string> };
  readonly authenticator: Authenticator;
}

/**
 * `GET /metrics`, in Prometheus's text format: for those who may see every task of every tenant, or for everybody where
 * the settings say so (docs/decisions/0019-metrics-and-traces.md).
 */
export async function metricsRoutes(
  app: FastifyInstance,
  { access, metrics, authenticator }: MetricsDeps,
): Promise<void> {
  if (access === 'off') return;
  if (access === 'sign-in') registerSignIn(app, authenticator);
  const open = access === 'sign-in' ? {} : { access: ACCESS.open };
  app.get(
    '/metrics',
    {
      config: { ownType: true, xsrf: 'sameSite', unobserved: true, operation: readMetricsOperation, ...open },
    },
    async (_request, reply) => {
      return reply
        .type(metrics.contentType)
        .header('Cache-Control', 'no-store')
        .send(await metrics.expose());
    },
  );
}
