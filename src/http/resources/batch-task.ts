import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { invalid, notFound } from '../../core/errors.ts';
import { parseState } from '../../core/task-state.ts';
import type { TaskDeps } from '../../services/access.ts';
import { deleteTasks, restartTask, stopTask, updateTask } from '../../services/change-task.ts';
import { readTask, readTaskAttempts, readTaskLog, readTasks } from '../../services/read-tasks.ts';
import { copyTask, startTask } from '../../services/start-task.ts';
import { callerOf } from '../auth/hooks.ts';
import { describe, ObjectReader, STATES } from '../body/object-reader.ts';
import { conditionsOf, isNotModified, setEtag } from '../conditional.ts';
import { localeOf } from '../i18n/locale.ts';
import { queryFlag } from '../query.ts';
import { logStart } from '../request-telemetry.ts';
import { markTruncated } from '../respond.ts';
import { AttemptsQuery, writeAttempt } from './attempts-schema.ts';
import { readChange, readStart, TaskSerializer } from './batch-task-codec.ts';
import {
  copyBatchTaskOperation,
  deleteBatchTaskOperation,
  getBatchTaskOperation,
  listBatchTaskAttemptsOperation,
  patchBatchTaskOperation,
  readBatchTaskLogOperation,
  restartBatchTaskOperation,
  startBatchTaskOperation,
  stopBatchTaskOperation,
  updateBatchTaskOperation,
} from './batch-task-operations.ts';
import {
  COPY_PROPERTIES,
  listIgnored,
  readStartOptions,
  readTaskId,
  StartHeaders,
  StartQuery,
  type StartRoute,
  selector,
} from './batch-task-params.ts';
import { jsonPatchChange } from './batch-task-patch.ts';

type ById = { Params: { id: string } };

const PAYLOAD = 'BatchTaskInfo';
const CONFIG = { payload: PAYLOAD };

/** The REST resource `/api/v1/BatchTask` (contract, section 2). */
export async function batchTaskRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.post<StartRoute>(
    '/',
    {
      config: { operation: startBatchTaskOperation },
      schema: { querystring: StartQuery, headers: StartHeaders },
    },
    async (request, reply) => {
      const body = new ObjectReader(request.body, PAYLOAD);
      const payload = body.unwrapped(PAYLOAD);
      const options = readStartOptions(request, payload, body);
      listIgnored(reply, [...payload.names, ...body.names]);
      return logStart(request, await startTask(tasks, callerOf(request), readStart(payload), options));
    },
  );

  app.get<ById>(
    '/:id',
    { config: { ...CONFIG, operation: getBatchTaskOperation } },
    async (request, reply) => {
      const caller = callerOf(request);
      const writer = new TaskSerializer(caller, tasks.textLimits, localeOf(request));
      const select = selector(request.query);
      const { id } = request.params;
      if (/^[+-]?\d+$/.test(id)) {
        const task = await readTask(tasks, caller, readTaskId(id));
        return isNotModified(request, reply, caller, task)
          ? reply.code(304).send()
          : select(writer.write(task));
      }
      const state = parseState(id);
      if (state === undefined) {
        throw notFound`"${id.slice(0, 40)}" is neither an id nor a state; a 32-bit integer or ${STATES} is accepted.`;
      }
      const list = await readTasks(tasks, caller, { owners: 'own', state });
      markTruncated(reply, list);
      return list.rows.map((task) => select(writer.write(task)));
    },
  );

  app.route<ById>({
    method: ['PUT', 'PATCH'],
    url: '/:id',
    config: {
      ...CONFIG,
      operation: { PUT: updateBatchTaskOperation, PATCH: patchBatchTaskOperation },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const id = readTaskId(request.params.id);
      const writer = new TaskSerializer(caller, tasks.textLimits, localeOf(request));
      const task = await updateTask(
        tasks,
        caller,
        id,
        readTaskChange(request, writer),
        conditionsOf(request),
      );
      setEtag(request, reply, caller, task);
      return selector(request.query)(writer.write(task));
    },
  });

  app.delete<ById>('/:id', { config: { operation: deleteBatchTaskOperation } }, async (request, reply) => {
    await deleteTasks(tasks, callerOf(request), [readTaskId(request.params.id)], conditionsOf(request));
    return reply.code(204).send();
  });

  app.post<ById>('/:id/Stop', { config: { operation: stopBatchTaskOperation } }, async (request, reply) => {
    const stopped = await stopTask(
      tasks,
      callerOf(request),
      readTaskId(request.params.id),
      conditionsOf(request),
    );
    return reply.send(stopped);
  });
}

/**
 * Reads the change of a PUT or PATCH (contract, section 2). An object is a payload or a merge patch, which are equivalent
 * here; an array is a JSON Patch. PATCH goes by the shape, which must match the Content-Type if that is a patch type; PUT
 * accepts an array only as `application/json-patch+json`.
 */
function readTaskChange({ method, body, headers }: FastifyRequest, writer: TaskSerializer) {
  const [, patchType] = PATCH_TYPE.exec(headers['content-type'] ?? '') ?? [];
  const isList = Array.isArray(body);
  if (isList && (patchType === 'json' || (method === 'PATCH' && patchType === undefined)))
    return jsonPatchChange(body, writer);
  if (method === 'PATCH' && patchType === 'json')
    throw invalid`A JSON Patch is a list of operations, but the body is ${describe(body)}.`;
  return readChange(new ObjectReader(body, PAYLOAD).unwrapped(PAYLOAD));
}

const PATCH_TYPE = /^\s*application\/(json|merge)-patch\+json\s*(?:;|$)/i;

type ControlById = { Params: { id: string } };

const RestartQuery = Type.Object({
  FromStart: Type.Optional(Type.String({ description: 'true discards the checkpoint of earlier runs' })),
});

/** Calls beyond SuperOffice's that control one task: Restart and Copy (contract, section 8). */
export async function taskControlRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.post<ControlById & { Querystring: Static<typeof RestartQuery> }>(
    '/:id/Restart',
    {
      config: { payload: 'BatchTaskInfo', operation: restartBatchTaskOperation },
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
      listIgnored(reply, body.names, COPY_PROPERTIES);
      return logStart(request, await copyTask(tasks, callerOf(request), id, parameters, options));
    },
  );
}

const Query = Type.Object({
  After: Type.Optional(Type.String({ pattern: '^\\d{1,15}$', description: 'Only lines after this Id' })),
  Attempt: Type.Optional(Type.String({ pattern: '^\\d{1,9}$', description: 'Only lines of this attempt' })),
});

/** `GET /api/v1/BatchTask/{id}/Log`: the latest log lines of the runs of a task (contract, section 8). */
export async function taskLogRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.get<{ Params: { id: string }; Querystring: Static<typeof Query> }>(
    '/:id/Log',
    { config: { operation: readBatchTaskLogOperation }, schema: { querystring: Query } },
    async (request, reply) => {
      const after = Number(request.query.After ?? 0);
      const attempt = request.query.Attempt === undefined ? null : Number(request.query.Attempt);
      const lines = await readTaskLog(
        tasks,
        callerOf(request),
        readTaskId(request.params.id),
        after,
        attempt,
      );
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
