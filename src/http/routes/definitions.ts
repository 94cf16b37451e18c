import type { FastifyInstance } from 'fastify';
import { messageOf, plainOf } from '../../domain/message.ts';
import type { Registry } from '../../engine/registry.ts';
import { localeOf } from '../localization/locale.ts';

/** `GET /api/v1/Definitions`: what tasks can be started by. */
export async function definitionRoutes(
  app: FastifyInstance,
  { registry }: { registry: Registry },
): Promise<void> {
  app.get('/', { config: { answer: 'Definition' } }, async (request) => {
    const locale = localeOf(request);
    return registry.all().map(({ definition, isolate, retry, leaseSeconds }) => ({
      Name: definition.name,
      Description: locale.text(plainOf(definition.description), messageOf(definition.description)),
      Parameters: definition.parameters ?? { type: 'object' },
      CancellationBehaviour: definition.cancellation ?? 'CanCancel',
      Isolate: isolate,
      Retries: retry.limit,
      LeaseSeconds: leaseSeconds,
    }));
  });
}
