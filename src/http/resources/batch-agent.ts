import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/caller.ts';
import { invalid, RequestError } from '../../core/errors.ts';
import { type Message, message } from '../../core/message.ts';
import type { TaskStateName } from '../../core/task-state.ts';
import { updateTask } from '../../services/change-task.ts';
import type { TaskDeps } from '../../services/context.ts';
import { deleteKnownTasks } from '../../services/delete-tasks.ts';
import { type ListedOwners, readTask, readTasks } from '../../services/read-tasks.ts';
import { startTask } from '../../services/start-task.ts';
import { stopTask } from '../../services/stop-task.ts';
import { callerOf } from '../auth/hooks.ts';
import { readAgentBody } from '../body/agent-body.ts';
import type { ObjectReader } from '../body/object-reader.ts';
import { localeOf } from '../i18n/locale.ts';
import { markTruncated } from '../list-cut.ts';
import { noteStart } from '../request-telemetry.ts';
import { sendNull } from '../respond.ts';
import { agentOperation } from './batch-agent-part.ts';
import {
  BATCH_TASK_PROPERTIES,
  type BatchTaskInfo,
  readChange,
  readStart,
  TaskSerializer,
} from './batch-task-codec.ts';
import { selector } from './select.ts';
import { listIgnored, readStartOptions } from './start-options.ts';

/** What a method of the agent is called with. */
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
  readonly answer: (call: AgentCall) => Promise<unknown>;
}

/**
 * Returns an agent's answer, or `otherwise` if the task is unknown or hidden from the caller: for agents that is no error
 * (contract, section 3).
 */
export async function orIfMissing<T, F>(otherwise: F, answer: () => Promise<T>): Promise<T | F> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof RequestError && error.code === 'task_not_found') return otherwise;
    throw error;
  }
}

/** The arguments of a call: one object; simple ones may stand in the query instead (contract, section 3). */
export class AgentArguments {
  readonly #body: ObjectReader;

  constructor(request: FastifyRequest) {
    this.#body = readAgentBody(request);
  }

  int(name: string): number {
    return required(name, message`a whole number of 32 bits`, this.#body.int(name));
  }

  ints(name: string): number[] {
    return required(name, message`a list of whole numbers of 32 bits`, this.#body.ints(name));
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

  /** A BatchTaskInfo: as the argument that it is, or bare. */
  batchTaskInfo(): ObjectReader {
    return this.#body.unwrapped('BatchTaskInfo');
  }
}

function required<T>(name: string, accepted: Message, value: T | undefined): T {
  if (value === undefined) throw invalid`The argument ${name} is missing; ${accepted} is accepted.`;
  return value;
}

/** Answers a list, newest first. */
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
    summary: 'One batch task by its id.',
    answer: ({ tasks, caller, args, writer }) => {
      const id = args.int('Id');
      return orIfMissing(null, async () => writer.write(await readTask(tasks, caller, id)));
    },
  },
  GetBatchTaskInfosByAssociates: {
    summary: 'The batch tasks of these associates.',
    answer: (call) => list(call, { owners: call.args.ints('AssociateIds') }),
  },
  GetBatchTaskInfosByAssociatesAndState: {
    summary: 'The batch tasks of these associates in a state.',
    answer: (call) => list(call, { owners: call.args.ints('AssociateIds'), state: call.args.state('State') }),
  },
  GetBatchTaskInfosByState: {
    summary: 'The own batch tasks in a state.',
    answer: (call) => list(call, { owners: 'own', state: call.args.state('State') }),
  },
  GetBatchTaskInfosByNameAndState: {
    summary: 'The own batch tasks by definition and state.',
    answer: (call) =>
      list(call, { owners: 'own', name: call.args.text('Name'), state: call.args.state('State') }),
  },
  GetBatchTaskInfosByNameAndAssociates: {
    summary: 'The batch tasks of these associates by definition.',
    answer: (call) => list(call, { owners: call.args.ints('AssociateIds'), name: call.args.text('Name') }),
  },
  GetAllBatchTaskInfosByName: {
    summary: 'System and user batch tasks by definition.',
    answer: (call) => list(call, { owners: 'all', name: call.args.text('TaskName') }),
  },
  GetAllBatchTaskInfosByNameAndState: {
    summary: 'System and user batch tasks by definition and state.',
    answer: (call) =>
      list(call, { owners: 'all', name: call.args.text('TaskName'), state: call.args.state('State') }),
  },
  GetSystemBatchTaskInfosByName: {
    summary: 'System batch tasks by definition.',
    answer: (call) => list(call, { owners: 'system', name: call.args.text('TaskName') }),
  },
  GetSystemBatchTaskInfosByNameAndState: {
    summary: 'System batch tasks by definition and state.',
    answer: (call) =>
      list(call, { owners: 'system', name: call.args.text('TaskName'), state: call.args.state('State') }),
  },
  StartBatchJob: {
    summary: 'Starts a batch task; answers its id.',
    answer: async ({ tasks, caller, args, request, reply }) => {
      const carrier = args.batchTaskInfo();
      const options = readStartOptions(request, carrier, args.body);
      const known = [...BATCH_TASK_PROPERTIES, 'BatchTaskInfo'];
      listIgnored(reply, [...carrier.names, ...args.body.names], known);
      return noteStart(request, await startTask(tasks, caller, readStart(carrier), options));
    },
  },
  StopBatchJob: {
    summary: 'Stops a batch task; answers whether it was or will be stopped.',
    answer: ({ tasks, caller, args }) => {
      const id = args.int('Id');
      return orIfMissing(false, () => stopTask(tasks, caller, id));
    },
  },
  UpdateBatchTask: {
    summary: 'Updates State, Description, Response and Request of the batch task that Id names.',
    answer: async ({ tasks, caller, args, writer }) => {
      const carrier = args.batchTaskInfo();
      const id = required('Id of BatchTaskInfo', message`a whole number of 32 bits`, carrier.int('Id'));
      const change = readChange(carrier);
      return orIfMissing(null, async () => writer.write(await updateTask(tasks, caller, id, change)));
    },
  },
  DeleteBatchTask: {
    summary: 'Deletes a batch task.',
    answer: ({ tasks, caller, args }) => deleteKnownTasks(tasks, caller, [args.int('BatchTaskId')]),
  },
  DeleteBatchTasks: {
    summary: 'Deletes batch tasks, all or none.',
    answer: ({ tasks, caller, args }) => deleteKnownTasks(tasks, caller, args.ints('BatchTaskIds')),
  },
};

const CONFIG = { answer: 'BatchTaskInfo', repeatableQuery: true } as const;

/** The agent `/api/v1/Agents/Batch/<method>` (contract, section 3). */
export async function batchAgentRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  for (const [name, method] of Object.entries(AGENT_METHODS)) {
    const operation = agentOperation(name, method.summary);
    app.post(`/${name}`, { config: { ...CONFIG, operation } }, async (request, reply) => {
      const select = selector(request.query);
      const caller = callerOf(request);
      const writer = new TaskSerializer(caller, tasks.textLimits, localeOf(request));
      const answer = await method.answer({
        tasks,
        caller,
        args: new AgentArguments(request),
        request,
        reply,
        writer,
      });
      if (answer === undefined) return reply.code(204).send();
      if (answer === null) return sendNull(request, reply);
      if (Array.isArray(answer)) return answer.map(select);
      return reply.send(typeof answer === 'object' ? select(answer as BatchTaskInfo) : answer);
    });
  }
}
