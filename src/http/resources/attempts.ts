import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import type { TaskDeps } from '../../services/context.ts';
import { readTaskAttempts } from '../../services/read-tasks.ts';
import { callerOf } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { markTruncated } from '../respond.ts';
import { AttemptsQuery, writeAttempt } from './attempts-schema.ts';
import { listBatchTaskAttemptsOperation } from './batch-task-operations.ts';
import { readTaskId } from './batch-task-params.ts';

/** `GET /api/v1/BatchTask/{id}/Attempts`: the attempts to run a task, oldest first. */
export async function taskAttemptRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.get<{ Params: { id: string }; Querystring: Static<typeof AttemptsQuery> }>(
    '/:id/Attempts',
    {
      config: { payload: 'Attempt', operation: listBatchTaskAttemptsOperation },
      schema: { querystring: AttemptsQuery },
    },
    async (request, reply) => {
      const after = Number(request.query.After ?? 0);
      const id = readTaskId(request.params.id);
      const attempts = await readTaskAttempts(tasks, callerOf(request), id, after);
      markTruncated(reply, attempts);
      const locale = localeOf(request);
      return attempts.rows.map((one) => writeAttempt(one, locale));
    },
  );
}
