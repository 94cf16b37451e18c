import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TaskChange } from '../../domain/batch-task.ts';
import { invalid } from '../../domain/errors.ts';
import { parseState } from '../../domain/task-state.ts';
import { deleteTasks } from '../../tasks/delete-tasks.ts';
import { readTask, readTasks } from '../../tasks/read-tasks.ts';
import { startTask } from '../../tasks/start-task.ts';
import { stopTask } from '../../tasks/stop-task.ts';
import type { TaskParts } from '../../tasks/task-parts.ts';
import { type DerivedChange, updateTask } from '../../tasks/update-task.ts';
import { callerOf } from '../auth/sign-in.ts';
import { localeOf } from '../localization/locale.ts';
import { conditionsOf, isNotModified, tellVersion } from '../negotiation/conditions.ts';
import { JsonPatch, MergePatch } from '../negotiation/patches.ts';
import { jsonPatchChange, mergeChange } from '../negotiation/task-patch.ts';
import * as operations from '../operations/batch-task.ts';
import { noteStart } from '../telemetry/request-telemetry.ts';
import { BatchTaskWriter, readChange, readStart } from '../wire/batch-task-info.ts';
import { CarrierReader, STATES } from '../wire/carrier-reader.ts';
import { tellCut } from '../wire/list-cut.ts';
import { readStartOptions, StartHeaders, StartQuery, type StartRoute } from '../wire/start-options.ts';
import { readTaskId } from '../wire/task-id.ts';

type ById = { Params: { id: string } };

const CONFIG = { answer: 'BatchTaskInfo' };

/** The REST resource `/api/v1/BatchTask` (contract, section 2). */
export async function batchTaskRoutes(app: FastifyInstance, { tasks }: { tasks: TaskParts }): Promise<void> {
  app.post<StartRoute>(
    '/',
    {
      config: { operation: operations.startBatchTask },
      schema: { querystring: StartQuery, headers: StartHeaders },
    },
    async (request) => {
      const carrier = new CarrierReader(request.body, 'BatchTaskInfo');
      const options = readStartOptions(request);
      return noteStart(request, await startTask(tasks, callerOf(request), readStart(carrier), options));
    },
  );

  app.get<ById>(
    '/:id',
    { config: { ...CONFIG, operation: operations.getBatchTask } },
    async (request, reply) => {
      const caller = callerOf(request);
      const writer = new BatchTaskWriter(caller, tasks.textLimits, localeOf(request));
      const { id } = request.params;
      if (/^-?\d+$/.test(id)) {
        const task = await readTask(tasks, caller, readTaskId(id));
        return isNotModified(request, reply, caller, task) ? reply.code(304).send() : writer.write(task);
      }
      const state = parseState(id);
      if (state === undefined) {
        throw invalid`"${id.slice(0, 40)}" is neither an id nor a state; a whole number of 32 bits or ${STATES} is accepted.`;
      }
      const list = await readTasks(tasks, caller, { owners: 'own', state });
      tellCut(reply, list);
      return list.rows.map((task) => writer.write(task));
    },
  );

  app.route<ById>({
    method: ['PUT', 'PATCH'],
    url: '/:id',
    config: {
      ...CONFIG,
      patchable: true,
      operation: { PUT: operations.updateBatchTask, PATCH: operations.patchBatchTask },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const id = readTaskId(request.params.id);
      const writer = new BatchTaskWriter(caller, tasks.textLimits, localeOf(request));
      const task = await updateTask(tasks, caller, id, changeOf(request, writer), conditionsOf(request));
      tellVersion(request, reply, caller, task);
      return writer.write(task);
    },
  });

  app.delete<ById>('/:id', { config: { operation: operations.deleteBatchTask } }, async (request, reply) => {
    await deleteTasks(tasks, callerOf(request), [readTaskId(request.params.id)], conditionsOf(request));
    return reply.code(204).send();
  });

  app.post<ById>('/:id/Stop', { config: { operation: operations.stopBatchTask } }, async (request, reply) => {
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
 * What a PUT or PATCH changes. A body of no patch format is a carrier in PUT; in PATCH it is merged, or it is a
 * list of operations (SuperOffice's client sends both as `application/json`).
 */
function changeOf({ method, body }: FastifyRequest, writer: BatchTaskWriter): TaskChange | DerivedChange {
  if (body instanceof JsonPatch) return jsonPatchChange(body.operations, writer);
  if (body instanceof MergePatch) return mergeChange(body.patch, writer);
  if (method === 'PATCH') {
    return Array.isArray(body) ? jsonPatchChange(body, writer) : mergeChange(body, writer);
  }
  return readChange(new CarrierReader(body, 'BatchTaskInfo'));
}
