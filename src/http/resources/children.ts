import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import type { ChildCounts } from '../../core/children.ts';
import type { TaskDeps } from '../../services/context.ts';
import { readChildren, readParent } from '../../services/read-tasks.ts';
import { callerOf } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { markTruncated } from '../respond.ts';
import { TaskSerializer } from './batch-task-codec.ts';
import { getBatchTaskParentOperation, listBatchTaskChildrenOperation } from './batch-task-operations.ts';
import { readTaskId } from './batch-task-params.ts';
import { ChildrenQuery, readChildrenQuery } from './children-schema.ts';

/** `GET /api/v1/BatchTask/{id}/Children` and `…/Parent`: the tasks that a task started, and the one that started it. */
export async function taskChildrenRoutes(
  app: FastifyInstance,
  { tasks }: { tasks: TaskDeps },
): Promise<void> {
  app.get<{ Params: { id: string }; Querystring: Static<typeof ChildrenQuery> }>(
    '/:id/Children',
    {
      config: { payload: 'Children', operation: listBatchTaskChildrenOperation },
      schema: { querystring: ChildrenQuery },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const id = readTaskId(request.params.id);
      const { counts, children } = await readChildren(tasks, caller, id, readChildrenQuery(request.query));
      markTruncated(reply, children);
      const writer = new TaskSerializer(caller, tasks.textLimits, localeOf(request));
      return {
        ...writeCounts(counts),
        Children: children.rows.map(({ key, weight, task }) => ({
          Key: key,
          Weight: weight,
          Task: writer.write(task),
        })),
      };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/:id/Parent',
    { config: { payload: 'BatchTaskInfo', operation: getBatchTaskParentOperation } },
    async (request) => {
      const caller = callerOf(request);
      const writer = new TaskSerializer(caller, tasks.textLimits, localeOf(request));
      return writer.write(await readParent(tasks, caller, readTaskId(request.params.id)));
    },
  );
}

/** Serializes the counts of children. */
export function writeCounts({ total, ended, failed }: ChildCounts) {
  return { Total: total, Ended: ended, Failed: failed };
}
