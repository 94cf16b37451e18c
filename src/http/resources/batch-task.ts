import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalid, notFound } from '../../core/errors.ts';
import { parseState } from '../../core/task-state.ts';
import { updateTask } from '../../services/change-task.ts';
import type { TaskDeps } from '../../services/context.ts';
import { deleteTasks } from '../../services/delete-tasks.ts';
import { readTask, readTasks } from '../../services/read-tasks.ts';
import { startTask } from '../../services/start-task.ts';
import { stopTask } from '../../services/stop-task.ts';
import { callerOf } from '../auth/hooks.ts';
import { describe, ObjectReader, STATES } from '../body/object-reader.ts';
import { conditionsOf, isNotModified, setEtag } from '../conditional.ts';
import { localeOf } from '../i18n/locale.ts';
import { markTruncated } from '../list-cut.ts';
import { noteStart } from '../request-telemetry.ts';
import { BATCH_TASK_PROPERTIES, readChange, readStart, TaskSerializer } from './batch-task-codec.ts';
import {
  deleteBatchTaskOperation,
  getBatchTaskOperation,
  patchBatchTaskOperation,
  startBatchTaskOperation,
  stopBatchTaskOperation,
  updateBatchTaskOperation,
} from './batch-task-operations.ts';
import { readTaskId } from './batch-task-params.ts';
import { jsonPatchChange } from './batch-task-patch.ts';
import { selector } from './select.ts';
import { listIgnored, readStartOptions, StartHeaders, StartQuery, type StartRoute } from './start-options.ts';

type ById = { Params: { id: string } };

const CARRIER = 'BatchTaskInfo';
const CONFIG = { answer: CARRIER };

/** The REST resource `/api/v1/BatchTask` (contract, section 2). */
export async function batchTaskRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.post<StartRoute>(
    '/',
    {
      config: { operation: startBatchTaskOperation },
      schema: { querystring: StartQuery, headers: StartHeaders },
    },
    async (request, reply) => {
      const body = new ObjectReader(request.body, CARRIER);
      const carrier = body.unwrapped(CARRIER);
      const options = readStartOptions(request, carrier, body);
      listIgnored(reply, [...carrier.names, ...body.names], [...BATCH_TASK_PROPERTIES, CARRIER]);
      return noteStart(request, await startTask(tasks, callerOf(request), readStart(carrier), options));
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
        throw notFound`"${id.slice(0, 40)}" is neither an id nor a state; a whole number of 32 bits or ${STATES} is accepted.`;
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
 * Reads what a PUT or PATCH changes (contract, section 2). An object is the carrier or a merge patch, which are
 * the same here; a list is a JSON Patch. PATCH decides by the shape, which must match the patch type if there is one; PUT
 * accepts a list only as `application/json-patch+json`.
 */
function readTaskChange({ method, body, headers }: FastifyRequest, writer: TaskSerializer) {
  const [, patchType] = PATCH_TYPE.exec(headers['content-type'] ?? '') ?? [];
  const isList = Array.isArray(body);
  if (isList && (patchType === 'json' || (method === 'PATCH' && patchType === undefined)))
    return jsonPatchChange(body, writer);
  if (method === 'PATCH' && patchType === 'json')
    throw invalid`A JSON Patch is a list of operations, but the body is ${describe(body)}.`;
  return readChange(new ObjectReader(body, CARRIER).unwrapped(CARRIER));
}

const PATCH_TYPE = /^\s*application\/(json|merge)-patch\+json\s*(?:;|$)/i;
