import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { Type } from 'typebox';
import { ACCESS, type Caller } from '../../core/access.ts';
import type { KeptResult } from '../../files/files.ts';
import type { TaskDeps } from '../../services/access.ts';
import { deleteKnownTasks } from '../../services/change-task.ts';
import { readTask } from '../../services/read-tasks.ts';
import { callerOf } from '../auth/hooks.ts';
import { Int32, type Operation } from '../openapi/operation.ts';
import { formatOf, sendNull } from '../respond.ts';
import { AgentArguments, orIfNotFound } from './batch-agent.ts';

const tag = 'BLOB';
const reads = { body: Type.Object({ BatchTaskId: Int32 }), bodyIsOptional: true } as const;
const examples = { request: { arguments: { BatchTaskId: 274 } } };

const Base64 = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'The content in base64; null if the task has no output',
});

const getOutputFromBatchOperation: Operation = {
  id: 'BLOB_GetOutputFromBatch',
  access: ACCESS.readOrWork,
  tag,
  summary: 'Returns the output of a batch task, which is its result file.',
  description:
    'Returns bytes if Accept prefers application/octet-stream (an empty body if there is no output), and otherwise base64 or null. An unknown task has no output.',
  responses: {
    200: {
      content: {
        'application/octet-stream': Type.String({ format: 'binary' }),
        'application/json': Base64,
        'text/json': Base64,
        'application/xml': Base64,
        'text/xml': Base64,
      },
    },
  },
  reads,
  examples,
};

const cleanupBatchTaskOperation: Operation = {
  id: 'BLOB_CleanupBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Deletes a batch task with its binary objects and its result file.',
  description: 'For tasks in the state SucceededManualCleanup. An unknown task is not an error.',
  responses: { 204: null },
  refusals: [409],
  reads,
  examples,
};

const BYTES = 'application/octet-stream';

/** The methods of SuperOffice's BLOB agent, `/api/v1/Agents/BLOB/<method>`, for batch tasks (contract, section 3). */
export async function blobAgentRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.post(
    '/GetOutputFromBatch',
    { config: { payload: 'base64Binary', ownType: true, operation: getOutputFromBatchOperation } },
    async (request, reply) => {
      const id = new AgentArguments(request).int('BatchTaskId');
      const output = await findOutput(tasks, callerOf(request), id);
      return wantsBytes(request) ? sendBytes(reply, output) : sendBase64(request, reply, output);
    },
  );

  app.post(
    '/CleanupBatchTask',
    { config: { operation: cleanupBatchTaskOperation } },
    async (request, reply) => {
      const id = new AgentArguments(request).int('BatchTaskId');
      await deleteKnownTasks(tasks, callerOf(request), [id]);
      return reply.code(204).send();
    },
  );
}

/** The result file of a task; `undefined` if it has none, or the caller can't see the task. */
async function findOutput(tasks: TaskDeps, caller: Caller, id: number): Promise<KeptResult | undefined> {
  const task = await orIfNotFound(undefined, () => readTask(tasks, caller, id));
  return task === undefined ? undefined : tasks.files.findResult(task.id);
}

/** True if Accept prefers bytes to every format with base64. */
function wantsBytes({ headers: { accept } }: FastifyRequest): boolean {
  return (
    accept !== undefined &&
    new Negotiator({ headers: { accept } }).mediaType(['application/json', 'application/xml', BYTES]) ===
      BYTES
  );
}

async function sendBytes(reply: FastifyReply, output: KeptResult | undefined): Promise<FastifyReply> {
  const content = await output?.open();
  return reply
    .type(BYTES)
    .header('Content-Length', content === undefined ? 0 : (output?.bytes ?? 0))
    .send(content ?? Buffer.alloc(0));
}

/** Streams the content as one base64 string in the negotiated format. */
async function sendBase64(
  request: FastifyRequest,
  reply: FastifyReply,
  output: KeptResult | undefined,
): Promise<FastifyReply> {
  const content = await output?.open();
  if (content === undefined) return sendNull(request, reply);
  const format = formatOf(request);
  const [before = '', after = ''] = format.write(MARK, 'base64Binary').split(MARK);
  return reply.type(format.type).send(Readable.from(inBase64(content, before, after)));
}

/** Placeholder for the content while the surrounding text is written; not a base64 character. */
const MARK = '*';

/** Encodes a stream in base64, between two strings. */
export async function* inBase64(
  content: AsyncIterable<Uint8Array>,
  before: string,
  after: string,
): AsyncGenerator<string> {
  yield before;
  let rest = Buffer.alloc(0);
  for await (const chunk of content) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.toString('base64', 0, whole);
    rest = bytes.subarray(whole);
  }
  yield rest.toString('base64') + after;
}
