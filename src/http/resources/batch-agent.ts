import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { ACCESS, type Caller } from '../../core/access.ts';
import { invalid, RequestError } from '../../core/errors.ts';
import { type Message, message } from '../../core/message.ts';
import type { TaskStateName } from '../../core/task-state.ts';
import type { TaskDeps } from '../../services/access.ts';
import { deleteKnownTasks, stopTask, updateTask } from '../../services/change-task.ts';
import { type ListedOwners, readTask, readTasks } from '../../services/read-tasks.ts';
import { startTask } from '../../services/start-task.ts';
import { callerOf } from '../auth/hooks.ts';
import { type ObjectReader, readAgentBody } from '../body/object-reader.ts';
import { localeOf } from '../i18n/locale.ts';
import { Int32, nullable, type Operation } from '../openapi/operation.ts';
import { logStart } from '../request-telemetry.ts';
import { markTruncated, sendNull } from '../respond.ts';
import { type BatchTaskInfo, readChange, readStart, TaskSerializer } from './batch-task-codec.ts';
import {
  IGNORED,
  listIgnored,
  readStartOptions,
  StartHeaders,
  StartQuery,
  selector,
} from './batch-task-params.ts';
import {
  BatchTaskInfoResponse,
  BatchTaskStart,
  BatchTaskState,
  BatchTaskUpdate,
  SelectQuery,
} from './batch-task-schema.ts';
import { COUNTDOWN_START, PUT_SAMPLE } from './samples.ts';

const Ids = Type.Array(Int32);
const One = BatchTaskInfoResponse;
const OneOrNull = nullable(One);
const Many = Type.Array(One);

/** The arguments and results of the methods of the Batch agent (contract, section 3). */
const METHODS: Readonly<
  Record<string, { args: Record<string, TSchema>; returns: TSchema | null; changes?: true }>
> = {
  GetBatchTaskInfo: { args: { Id: Int32 }, returns: OneOrNull },
  GetBatchTaskInfosByAssociates: { args: { AssociateIds: Ids }, returns: Many },
  GetBatchTaskInfosByAssociatesAndState: {
    args: { AssociateIds: Ids, State: BatchTaskState },
    returns: Many,
  },
  GetBatchTaskInfosByState: { args: { State: BatchTaskState }, returns: Many },
  GetBatchTaskInfosByNameAndState: { args: { Name: Type.String(), State: BatchTaskState }, returns: Many },
  GetBatchTaskInfosByNameAndAssociates: { args: { Name: Type.String(), AssociateIds: Ids }, returns: Many },
  GetAllBatchTaskInfosByName: { args: { TaskName: Type.String() }, returns: Many },
  GetAllBatchTaskInfosByNameAndState: {
    args: { TaskName: Type.String(), State: BatchTaskState },
    returns: Many,
  },
  GetSystemBatchTaskInfosByName: { args: { TaskName: Type.String() }, returns: Many },
  GetSystemBatchTaskInfosByNameAndState: {
    args: { TaskName: Type.String(), State: BatchTaskState },
    returns: Many,
  },
  StartBatchJob: { args: { BatchTaskInfo: BatchTaskStart }, returns: Int32, changes: true },
  StopBatchJob: { args: { Id: Int32 }, returns: Type.Boolean(), changes: true },
  UpdateBatchTask: {
    args: { BatchTaskInfo: Type.Intersect([Type.Object({ Id: Int32 }), BatchTaskUpdate]) },
    returns: OneOrNull,
    changes: true,
  },
  DeleteBatchTask: { args: { BatchTaskId: Int32 }, returns: null, changes: true },
  DeleteBatchTasks: { args: { BatchTaskIds: Ids }, returns: null, changes: true },
};

const VALUES: Readonly<Record<string, unknown>> = {
  Id: 274,
  AssociateIds: [269, 822],
  State: 'Started',
  Name: 'countdown',
  TaskName: 'countdown',
  BatchTaskId: 274,
  BatchTaskIds: [274, 476],
  BatchTaskInfo: { ...PUT_SAMPLE.request, State: 'Failed' },
};

/** The OpenAPI operation of a method of the Batch agent. */
function agentOperation(name: string, summary: string): Operation {
  const method = METHODS[name];
  if (method === undefined) throw new Error(`the arguments of ${name} are not described`);
  const isStart = name === 'StartBatchJob';
  const example = isStart
    ? { BatchTaskInfo: COUNTDOWN_START }
    : Object.fromEntries(Object.keys(method.args).map((argument) => [argument, VALUES[argument]]));
  return {
    id: `Batch_${name}`,
    tag: 'Batch',
    access: name === 'UpdateBatchTask' ? ACCESS.writeOrWork : method.changes ? ACCESS.write : ACCESS.read,
    summary,
    description:
      'Argument names are case-insensitive. Simple arguments may be in the query instead, and a BatchTaskInfo may be the body itself. Ids that are unknown or that the caller cannot see are not an error: the result is null or false, and deletions skip them.',
    responses: method.returns === null ? { 204: null } : { 200: method.returns },
    ...(method.returns === Many
      ? { headers: { 'Batchline-List-Cut': 'The number of rows returned, if the list was truncated' } }
      : {}),
    ...(isStart ? { headers: IGNORED } : {}),
    refusals: isStart ? [409, 410] : [409],
    reads: {
      query: Type.Object({ ...SelectQuery.properties, ...(isStart ? StartQuery.properties : {}) }),
      ...(isStart ? { headers: StartHeaders } : {}),
      body: Type.Object(method.args),
      bodyIsOptional: true,
    },
    examples: { request: { arguments: example } },
  };
}

/** The context of a call of the agent. */
interface AgentCall {
  readonly tasks: TaskDeps;
  readonly caller: Caller;
  readonly args: AgentArguments;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly writer: TaskSerializer;
}

/** A method of the Batch agent. */
interface AgentMethod {
  readonly summary: string;
  readonly handle: (call: AgentCall) => Promise<unknown>;
}

/**
 * Returns the result of `read`, or `otherwise` if the task is unknown or hidden from the caller. For agents that is not an
 * error (contract, section 3).
 */
export async function orIfNotFound<T, F>(otherwise: F, read: () => Promise<T>): Promise<T | F> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RequestError && error.code === 'task_not_found') return otherwise;
    throw error;
  }
}

/** The arguments of a call: the properties of the body, or of the query for simple ones (contract, section 3). */
export class AgentArguments {
  readonly #body: ObjectReader;

  constructor(request: FastifyRequest) {
    this.#body = readAgentBody(request);
  }

  int(name: string): number {
    return required(name, message`a 32-bit integer`, this.#body.int(name));
  }

  ints(name: string): number[] {
    return required(name, message`a list of 32-bit integers`, this.#body.ints(name));
  }

  text(name: string): string {
    return required(name, message`a string`, this.#body.text(name));
  }

  /** A state to filter by; `All` if it is absent or blank (contract, section 3). */
  state(name: string): TaskStateName {
    return this.#body.state(name) ?? 'All';
  }

  /** The whole body. */
  get body(): ObjectReader {
    return this.#body;
  }

  /** A BatchTaskInfo: the argument of that name, or the body itself. */
  batchTaskInfo(): ObjectReader {
    return this.#body.unwrapped('BatchTaskInfo');
  }
}

function required<T>(name: string, accepted: Message, value: T | undefined): T {
  if (value === undefined) throw invalid`The argument ${name} is missing; ${accepted} is accepted.`;
  return value;
}

/** Returns a list of tasks, newest first. */
async function list(
  call: AgentCall,
  wanted: { owners: ListedOwners; name?: string; state?: TaskStateName },
): Promise<unknown> {
  const found = await readTasks(call.tasks, call.caller, wanted);
  markTruncated(call.reply, found);
  return found.rows.map((task) => call.writer.write(task));
}

/** Every method of the Batch agent by its name (contract, section 3). */
export const AGENT_METHODS: Readonly<Record<string, AgentMethod>> = {
  GetBatchTaskInfo: {
    summary: 'Returns one batch task by id.',
    handle: ({ tasks, caller, args, writer }) => {
      const id = args.int('Id');
      return orIfNotFound(null, async () => writer.write(await readTask(tasks, caller, id)));
    },
  },
  GetBatchTaskInfosByAssociates: {
    summary: 'Lists the batch tasks of the given associates.',
    handle: (call) => list(call, { owners: call.args.ints('AssociateIds') }),
  },
  GetBatchTaskInfosByAssociatesAndState: {
    summary: 'Lists the batch tasks of the given associates in a state.',
    handle: (call) => list(call, { owners: call.args.ints('AssociateIds'), state: call.args.state('State') }),
  },
  GetBatchTaskInfosByState: {
    summary: "Lists the caller's own batch tasks in a state.",
    handle: (call) => list(call, { owners: 'own', state: call.args.state('State') }),
  },
  GetBatchTaskInfosByNameAndState: {
    summary: "Lists the caller's own batch tasks by definition and state.",
    handle: (call) =>
      list(call, { owners: 'own', name: call.args.text('Name'), state: call.args.state('State') }),
  },
  GetBatchTaskInfosByNameAndAssociates: {
    summary: 'Lists the batch tasks of the given associates by definition.',
    handle: (call) => list(call, { owners: call.args.ints('AssociateIds'), name: call.args.text('Name') }),
  },
  GetAllBatchTaskInfosByName: {
    summary: 'Lists system and user batch tasks by definition.',
    handle: (call) => list(call, { owners: 'all', name: call.args.text('TaskName') }),
  },
  GetAllBatchTaskInfosByNameAndState: {
    summary: 'Lists system and user batch tasks by definition and state.',
    handle: (call) =>
      list(call, { owners: 'all', name: call.args.text('TaskName'), state: call.args.state('State') }),
  },
  GetSystemBatchTaskInfosByName: {
    summary: 'Lists system batch tasks by definition.',
    handle: (call) => list(call, { owners: 'system', name: call.args.text('TaskName') }),
  },
  GetSystemBatchTaskInfosByNameAndState: {
    summary: 'Lists system batch tasks by definition and state.',
    handle: (call) =>
      list(call, { owners: 'system', name: call.args.text('TaskName'), state: call.args.state('State') }),
  },
  StartBatchJob: {
    summary: 'Starts a batch task and returns its id.',
    handle: async ({ tasks, caller, args, request, reply }) => {
      const payload = args.batchTaskInfo();
      const options = readStartOptions(request, payload, args.body);
      listIgnored(reply, [...payload.names, ...args.body.names]);
      return logStart(request, await startTask(tasks, caller, readStart(payload), options));
    },
  },
  StopBatchJob: {
    summary: 'Stops a batch task and returns whether it was or will be stopped.',
    handle: ({ tasks, caller, args }) => {
      const id = args.int('Id');
      return orIfNotFound(false, () => stopTask(tasks, caller, id));
    },
  },
  UpdateBatchTask: {
    summary: 'Updates State, Description, Response and Request of the batch task with the given Id.',
    handle: async ({ tasks, caller, args, writer }) => {
      const payload = args.batchTaskInfo();
      const id = required('Id of BatchTaskInfo', message`a 32-bit integer`, payload.int('Id'));
      const change = readChange(payload);
      return orIfNotFound(null, async () => writer.write(await updateTask(tasks, caller, id, change)));
    },
  },
  DeleteBatchTask: {
    summary: 'Deletes a batch task.',
    handle: ({ tasks, caller, args }) => deleteKnownTasks(tasks, caller, [args.int('BatchTaskId')]),
  },
  DeleteBatchTasks: {
    summary: 'Deletes several batch tasks, all or nothing.',
    handle: ({ tasks, caller, args }) => deleteKnownTasks(tasks, caller, args.ints('BatchTaskIds')),
  },
};

const CONFIG = { payload: 'BatchTaskInfo', repeatableQuery: true } as const;

/** The agent `/api/v1/Agents/Batch/<method>` (contract, section 3). */
export async function batchAgentRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  for (const [name, method] of Object.entries(AGENT_METHODS)) {
    const operation = agentOperation(name, method.summary);
    app.post(`/${name}`, { config: { ...CONFIG, operation } }, async (request, reply) => {
      const select = selector(request.query);
      const caller = callerOf(request);
      const writer = new TaskSerializer(caller, tasks.textLimits, localeOf(request));
      const result = await method.handle({
        tasks,
        caller,
        args: new AgentArguments(request),
        request,
        reply,
        writer,
      });
      if (result === undefined) return reply.code(204).send();
      if (result === null) return sendNull(request, reply);
      if (Array.isArray(result)) return result.map(select);
      return reply.send(typeof result === 'object' ? select(result as BatchTaskInfo) : result);
    });
  }
}
