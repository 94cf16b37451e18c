import type { FastifyInstance } from 'fastify';
import type { MetricsAccess } from '../../config.ts';
import { seesAll } from '../../domain/caller.ts';
import { forbidden } from '../../domain/errors.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf, registerSignIn } from '../auth/sign-in.ts';

/** What the route of the metrics works with. */
export interface MetricsParts {
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
  { access, metrics, authenticator }: MetricsParts,
): Promise<void> {
  if (access === 'off') return;
  if (access === 'sign-in') registerSignIn(app, authenticator);
  app.get('/metrics', { config: { ownType: true, unobserved: true } }, async (request, reply) => {
    if (access === 'sign-in') {
      const caller = callerOf(request);
      if (!seesAll(caller) || caller.tenant !== null)
        throw forbidden`This is for those who may see every task.`;
    }
    return reply
      .type(metrics.contentType)
      .header('Cache-Control', 'no-store')
      .send(await metrics.expose());
  });
}
