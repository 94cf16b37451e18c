import type { FastifyInstance } from 'fastify';
import { type Health, writeHealth, writeHealthSummary } from '../../telemetry/health.ts';
import { localeOf } from '../i18n/locale.ts';
import { getHealthOperation, isLiveOperation, isReadyOperation } from './server-operations.ts';

const CONFIG = { answer: 'Health', unobserved: true } as const;

/** `/health/live`: the process answers. `/health/ready`: it can do its work. `/health`: the same with what else is known. */
export async function healthRoutes(app: FastifyInstance, { health }: { health: Health }): Promise<void> {
  app.get('/health/live', { config: { ...CONFIG, operation: isLiveOperation } }, async () => ({
    Status: 'live',
  }));
  for (const [path, write, operation] of [
    ['/health', writeHealthSummary, getHealthOperation],
    ['/health/ready', writeHealth, isReadyOperation],
  ] as const) {
    app.get(path, { config: { ...CONFIG, operation } }, async (request, reply) => {
      const report = await health.report();
      const locale = localeOf(request);
      return reply.code(report.isReady ? 200 : 503).send(write(report, (reason) => locale.message(reason)));
    });
  }
}
