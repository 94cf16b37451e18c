import type { FastifyInstance } from 'fastify';
import type { Registry } from '../../engine/registry.ts';

/** `GET /api/v1/Definitions`: what tasks can be started by. */
export async function definitionRoutes(
  app: FastifyInstance,
  { registry }: { registry: Registry },
): Promise<void> {
  app.get('/', async () =>
    registry.all().map(({ definition, isolate, retry, leaseSeconds }) => ({
      Name: definition.name,
      Description: definition.description,
      Parameters: definition.parameters ?? { type: 'object' },
      CancellationBehaviour: definition.cancellation ?? 'CanCancel',
      Isolate: isolate,
      Retries: retry.limit,
      LeaseSeconds: leaseSeconds,
    })),
  );
}
