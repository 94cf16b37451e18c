import type { FastifyInstance } from 'fastify';
import { notFound } from '../../core/errors.ts';
import { readAudit } from '../../db/queries/audit.ts';
import type { TaskDeps } from '../../services/context.ts';
import { readTask } from '../../services/read-tasks.ts';
import { callerOf } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { sendFile } from '../send-file.ts';
import {
  getBatchTaskFileOperation,
  headBatchTaskFileOperation,
  readBatchTaskAuditOperation,
} from './batch-task-operations.ts';
import { readTaskId } from './batch-task-params.ts';

type ById = { Params: { id: string } };

/** What hangs on a task: its result file and its history (contract, section 8). */
export async function taskFileRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.route<ById>({
    method: ['GET', 'HEAD'],
    url: '/:id/File',
    config: {
      ownType: true,
      xsrf: 'sameSite',
      operation: { GET: getBatchTaskFileOperation, HEAD: headBatchTaskFileOperation },
    },
    handler: async (request, reply) => {
      const task = await readTask(tasks, callerOf(request), readTaskId(request.params.id));
      const file = await tasks.files.findResult(task.id);
      if (file === undefined) throw notFound`Batch task ${task.id} has no result file.`;
      return sendFile(request, reply, file);
    },
  });

  app.get<ById>(
    '/:id/Audit',
    { config: { answer: 'AuditEntry', operation: readBatchTaskAuditOperation } },
    async (request) => {
      const task = await readTask(tasks, callerOf(request), readTaskId(request.params.id));
      const entries = await readAudit(tasks.database.sql, task.id);
      const locale = localeOf(request);
      return entries.map((entry) => ({
        At: locale.date(entry.at),
        ActorId: entry.actorId,
        Runtime: entry.nodeId,
        From: entry.from,
        To: entry.to,
        Attempt: entry.attempt,
        Reason: locale.text(entry.reason, entry.reasonMessage),
      }));
    },
  );
}
