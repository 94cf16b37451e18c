import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { message } from '../../domain/message.ts';
import type { Database } from '../../store/database.ts';
import { localeOf } from '../localization/locale.ts';
import * as operations from '../operations/server.ts';

const CONFIG = { answer: 'Health' };

/** `/health/live`: the process answers. `/health/ready`: so does its database. */
export async function healthRoutes(
  app: FastifyInstance,
  { database }: { database: Database },
): Promise<void> {
  app.get('/health/live', { config: { ...CONFIG, operation: operations.isLive } }, async () => ({
    Status: 'live',
  }));
  app.get(
    '/health/ready',
    { config: { ...CONFIG, operation: operations.isReady } },
    async (request, reply) => {
      try {
        await sql`select 1`.execute(database.sql);
        return { Status: 'ready' };
      } catch (error) {
        request.log.warn({ err: error }, 'the database does not answer');
        const reason = localeOf(request).message(message`The database does not answer.`);
        return reply.code(503).send({ Status: 'not ready', Reason: reason });
      }
    },
  );
}
