import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { MAX_LOG_LINES, readLog } from '../../db/queries/task-log.ts';
import type { TaskDeps } from '../../services/context.ts';
import { readTask } from '../../services/read-tasks.ts';
import { callerOf } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { markTruncated } from '../list-cut.ts';
import { readBatchTaskLogOperation } from './batch-task-operations.ts';
import { readTaskId } from './batch-task-params.ts';

const Query = Type.Object({
  After: Type.Optional(Type.String({ pattern: '^\\d{1,15}$', description: 'Only lines after this Id' })),
});

/** `GET /api/v1/BatchTask/{id}/Log`: what the runs of a task have logged last (contract, section 8). */
export async function taskLogRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.get<{ Params: { id: string }; Querystring: Static<typeof Query> }>(
    '/:id/Log',
    { config: { operation: readBatchTaskLogOperation }, schema: { querystring: Query } },
    async (request, reply) => {
      const task = await readTask(tasks, callerOf(request), readTaskId(request.params.id));
      const after = Number(request.query.After ?? 0);
      const lines = await tasks.database.lists.read((db) => readLog(db, task.id, after, MAX_LOG_LINES));
      markTruncated(reply, lines);
      const locale = localeOf(request);
      return lines.rows.map((line) => ({
        Id: line.id,
        At: locale.date(line.at),
        Attempt: line.attempt,
        Level: line.level,
        Message: line.message,
      }));
    },
  );
}
