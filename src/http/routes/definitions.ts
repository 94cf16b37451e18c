import type { FastifyInstance } from 'fastify';
import { messageOf, plainOf } from '../../domain/message.ts';
import type { Definitions } from '../../engine/definitions.ts';
import { localeOf } from '../localization/locale.ts';

/** `GET /api/v1/Definitions`: what tasks can be started by, in the server itself and by workers outside. */
export async function definitionRoutes(
  app: FastifyInstance,
  { definitions }: { definitions: Definitions },
): Promise<void> {
  app.get('/', { config: { answer: 'Definition', forWorkers: true } }, async (request) => {
    const locale = localeOf(request);
    return (await definitions.all()).map((one) => ({
      Name: one.name,
      Description: locale.text(plainOf(one.description), messageOf(one.description)),
      Parameters: one.parameters ?? { type: 'object' },
      CancellationBehaviour: one.cancellation,
      Isolate: one.runsIn,
      Retries: one.retry.limit,
      LeaseSeconds: one.leaseSeconds,
      LastSeen: one.lastSeen === null ? null : locale.date(one.lastSeen),
    }));
  });
}
