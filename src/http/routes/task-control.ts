import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { copyTask } from '../../tasks/copy-task.ts';
import { restartTask } from '../../tasks/restart-task.ts';
import type { TaskParts } from '../../tasks/task-parts.ts';
import { callerOf } from '../auth/sign-in.ts';
import { localeOf } from '../localization/locale.ts';
import { conditionsOf } from '../negotiation/conditions.ts';
import { BatchTaskWriter } from '../wire/batch-task-info.ts';
import { CarrierReader } from '../wire/carrier-reader.ts';
import { queryFlag } from '../wire/query.ts';
import { readStartOptions, StartHeaders, StartQuery, type StartRoute } from '../wire/start-options.ts';
import { readTaskId } from '../wire/task-id.ts';

type ById = { Params: { id: string } };

const RestartQuery = Type.Object({
  FromStart: Type.Optional(Type.String({ description: 'true forgets the checkpoint of earlier runs' })),
});

/** Control over single tasks beyond the calls of SuperOffice (contract, section 8). */
export async function taskControlRoutes(
  app: FastifyInstance,
  { tasks }: { tasks: TaskParts },
): Promise<void> {
  app.post<ById & { Querystring: Static<typeof RestartQuery> }>(
    '/:id/Restart',
    { config: { answer: 'BatchTaskInfo' }, schema: { querystring: RestartQuery } },
    async (request) => {
      const caller = callerOf(request);
      const id = readTaskId(request.params.id);
      const fromStart = queryFlag(request, 'FromStart') ?? false;
      const task = await restartTask(tasks, caller, id, fromStart, conditionsOf(request));
      return new BatchTaskWriter(caller, tasks.textLimits, localeOf(request)).write(task);
    },
  );

  app.post<ById & StartRoute>(
    '/:id/Copy',
    { schema: { querystring: StartQuery, headers: StartHeaders } },
    async (request) => {
      const id = readTaskId(request.params.id);
      const body = new CarrierReader(request.body ?? {}, 'BatchTaskInfo');
      const parameters = body.dictionary('ParameterObject');
      return copyTask(tasks, callerOf(request), id, parameters, readStartOptions(request));
    },
  );
}
