import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { invalid } from '../../core/errors.ts';
import { parseFilter } from '../../core/odata/parser.ts';
import { BULK_ACTIONS, bulkTasks } from '../../services/bulk.ts';
import type { TaskDeps } from '../../services/context.ts';
import { copyTask } from '../../services/copy-task.ts';
import { restartTask } from '../../services/restart-task.ts';
import { callerOf } from '../auth/hooks.ts';
import { ObjectReader } from '../body/object-reader.ts';
import { conditionsOf } from '../conditional.ts';
import { localeOf } from '../i18n/locale.ts';
import { queryFlag } from '../query.ts';
import { noteStart } from '../request-telemetry.ts';
import { TaskSerializer } from './batch-task-codec.ts';
import {
  bulkBatchTasksOperation,
  copyBatchTaskOperation,
  restartBatchTaskOperation,
} from './batch-task-operations.ts';
import { readTaskId } from './batch-task-params.ts';
import { selector } from './select.ts';
import { listIgnored, readStartOptions, StartHeaders, StartQuery, type StartRoute } from './start-options.ts';

/** The tasks of one bulk call where Limit says nothing, and at most. */
const DEFAULT_BULK = 1000;
const MAX_BULK = 10_000;

type ControlById = { Params: { id: string } };

const RestartQuery = Type.Object({
  FromStart: Type.Optional(Type.String({ description: 'true forgets the checkpoint of earlier runs' })),
});

const Bulk = Type.Object(
  {
    Action: Type.Enum([...BULK_ACTIONS]),
    Filter: Type.String({ minLength: 1, description: 'As `$filter` of the archive list' }),
    DryRun: Type.Optional(Type.Boolean()),
    Limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_BULK })),
    FromStart: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** Control over tasks beyond the calls of SuperOffice (contract, section 8). */
export async function taskControlRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.post<ControlById & { Querystring: Static<typeof RestartQuery> }>(
    '/:id/Restart',
    {
      config: { answer: 'BatchTaskInfo', operation: restartBatchTaskOperation },
      schema: { querystring: RestartQuery },
    },
    async (request) => {
      const caller = callerOf(request);
      const id = readTaskId(request.params.id);
      const fromStart = queryFlag(request, 'FromStart') ?? false;
      const task = await restartTask(tasks, caller, id, fromStart, conditionsOf(request));
      const writer = new TaskSerializer(caller, tasks.textLimits, localeOf(request));
      return selector(request.query)(writer.write(task));
    },
  );

  app.post<{ Body: Static<typeof Bulk> }>(
    '/Bulk',
    { config: { answer: 'BulkOutcome', operation: bulkBatchTasksOperation }, schema: { body: Bulk } },
    async (request) => {
      const { Action, Filter, DryRun = false, Limit = DEFAULT_BULK, FromStart = false } = request.body;
      const caller = callerOf(request);
      const locale = localeOf(request);
      const context = { associateId: caller.associateId, now: new Date(), zone: locale.timeZone.zone };
      const filter = parseFilter(Filter, context);
      if (filter === undefined)
        throw invalid`Filter is blank; a condition such as state eq 'Failed' is accepted.`;
      const outcome = await bulkTasks(tasks, caller, {
        action: Action,
        filter,
        dryRun: DryRun,
        limit: Limit,
        fromStart: FromStart,
      });
      return {
        Action,
        DryRun,
        Matched: outcome.matched,
        Done: outcome.done,
        Refused: outcome.refused.map(({ id, reason }) => ({ Id: id, Reason: locale.message(reason) })),
        LastId: outcome.lastId,
        More: outcome.more,
      };
    },
  );

  app.post<ControlById & StartRoute>(
    '/:id/Copy',
    {
      config: { operation: copyBatchTaskOperation },
      schema: { querystring: StartQuery, headers: StartHeaders },
    },
    async (request, reply) => {
      const id = readTaskId(request.params.id);
      const body = new ObjectReader(request.body ?? {}, 'BatchTaskInfo');
      const parameters = body.dictionary('ParameterObject');
      const options = readStartOptions(request, body);
      listIgnored(reply, body.names, ['ParameterObject']);
      return noteStart(request, await copyTask(tasks, callerOf(request), id, parameters, options));
    },
  );
}
