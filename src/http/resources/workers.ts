import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { invalid } from '../../core/errors.ts';
import type { TaskDeps } from '../../services/access.ts';
import {
  type AcquiredTask,
  declareDefinitions,
  LeaseBroker,
  removeDefinition,
} from '../../services/lease-acquire.ts';
import {
  type EndedLease,
  endLease,
  keepCheckpoint,
  keepResultFile,
  type LastProgress,
  logLines,
  readLease,
  renewLease,
  writeLease,
} from '../../services/leases.ts';
import { callerOf } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import type { Operation } from '../openapi/operation.ts';
import { readContentDigest } from '../send-file.ts';
import { readError } from './attempts-schema.ts';
import { TaskSerializer } from './batch-task-codec.ts';
import {
  Acquire,
  type Acquired,
  AcquireQuery,
  acquireTasksOperation,
  addLogLinesOperation,
  Checkpoint,
  type Declaration,
  Declare,
  declareDefinitionsOperation,
  EndAcquireQuery,
  type Ended,
  endAcquireOperation,
  Fail,
  failTaskOperation,
  forgetDefinitionOperation,
  keepCheckpointOperation,
  Log,
  Renew,
  Return,
  renewLeaseOperation,
  returnTaskOperation,
  Succeed,
  succeedTaskOperation,
  uploadResultFileOperation,
} from './workers-schema.ts';

/** Fits a Result, an error or a checkpoint of maximum length, even if every character is escaped. */
const COMPLETION_BODY_LIMIT = 8 * 1024 * 1024;

type ByLease = { Params: { lease: string } };
const ByLeaseParams = Type.Object({ lease: Type.String() });

/**
 * The worker protocol, `/api/v1/Workers` (contract, section 8; docs/worker-protocol.md), which lets processes in any
 * language run tasks.
 */
export async function workerRoutes(
  app: FastifyInstance,
  { tasks, log }: { tasks: TaskDeps; log: Logger },
): Promise<void> {
  const broker = new LeaseBroker(tasks, log);
  const closing = new AbortController();
  app.addHook('preClose', async () => {
    closing.abort();
    await broker.close();
  });

  app.post<{ Body: Static<typeof Declare> }>(
    '/Definitions',
    { config: { operation: declareDefinitionsOperation }, schema: { body: Declare } },
    async (request) => {
      const declared = await declareDefinitions(
        tasks,
        callerOf(request),
        request.body.Definitions.map(readDeclaration),
      );
      return declared.map((one) => ({ Name: one.name, LeaseSeconds: one.leaseSeconds }));
    },
  );

  app.delete<{ Params: { name: string } }>(
    '/Definitions/:name',
    { config: { operation: forgetDefinitionOperation } },
    async (request, reply) => {
      await removeDefinition(tasks, callerOf(request), request.params.name);
      return reply.code(204).send();
    },
  );

  app.post<{ Body: Static<typeof Acquire>; Querystring: Static<typeof AcquireQuery> }>(
    '/Acquire',
    {
      config: { operation: acquireTasksOperation },
      schema: { body: Acquire, querystring: AcquireQuery },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { Worker, Definitions, Limit = 1, WaitSeconds = 0 } = request.body;
      const options = {
        worker: Worker,
        definitions: Definitions,
        limit: Limit,
        waitSeconds: WaitSeconds,
        call: request.query.Call,
        version: request.query.Version,
        slots: request.query.Slots === undefined ? undefined : Number(request.query.Slots),
      };
      const acquired = await broker.acquire(caller, options, disconnectSignal(reply));
      // If the client disconnects before it has the response, it does not know that it holds the leases.
      onDisconnect(reply, () =>
        broker.release(
          caller,
          acquired.map((one) => one.lease),
        ),
      );
      const writer = new TaskSerializer(caller, tasks.textLimits, localeOf(request));
      return { Tasks: acquired.map((one) => writeAcquired(one, writer)) };
    },
  );

  app.delete<{ Querystring: Static<typeof EndAcquireQuery> }>(
    '/Acquire',
    {
      config: { operation: endAcquireOperation },
      schema: { querystring: EndAcquireQuery },
    },
    async (request, reply) => {
      const { Call, Worker } = request.query;
      const caller = callerOf(request);
      broker.endWait(caller, Call);
      if (Worker !== undefined) await broker.drain(caller, Worker);
      return reply.code(204).send();
    },
  );

  app.post<ByLease & { Body: Static<typeof Renew> }>(
    '/Leases/:lease/Renew',
    {
      config: { operation: renewLeaseOperation },
      schema: { params: ByLeaseParams, body: Renew },
    },
    async (request, reply) => {
      const signal = AbortSignal.any([closing.signal, disconnectSignal(reply)]);
      const renewed = await renewLease(
        tasks,
        callerOf(request),
        readLease(request.params.lease),
        readProgress(request.body),
        request.body?.WaitSeconds ?? 0,
        signal,
      );
      return {
        Stop: renewed.stopNote !== null,
        Reason: localeOf(request).text(renewed.stopNote ?? ''),
        LeaseSeconds: renewed.leaseSeconds,
      };
    },
  );

  const bodyLimit = Math.max(app.initialConfig.bodyLimit ?? 0, COMPLETION_BODY_LIMIT);

  app.put<ByLease & { Body: Static<typeof Checkpoint> }>(
    '/Leases/:lease/Checkpoint',
    {
      bodyLimit,
      config: { operation: keepCheckpointOperation },
      schema: { params: ByLeaseParams, body: Checkpoint },
    },
    async (request, reply) => {
      const lease = readLease(request.params.lease);
      await keepCheckpoint(tasks, callerOf(request), lease, request.body.Value);
      return reply.code(204).send();
    },
  );

  app.post<ByLease & { Body: Static<typeof Log> }>(
    '/Leases/:lease/Log',
    {
      config: { operation: addLogLinesOperation },
      schema: { params: ByLeaseParams, body: Log },
    },
    async (request, reply) => {
      const lines = request.body.Lines.map(({ Level = 'info', Message }) => ({
        level: Level,
        message: Message,
      }));
      await logLines(tasks, callerOf(request), readLease(request.params.lease), lines);
      return reply.code(204).send();
    },
  );

  const completionRoute = (body: object, operation: Operation) => ({
    config: { operation },
    bodyLimit,
    schema: { params: ByLeaseParams, body },
  });

  app.post<ByLease & { Body: Static<typeof Succeed> }>(
    '/Leases/:lease/Succeed',
    completionRoute(Succeed, succeedTaskOperation),
    async (request) => {
      const lease = readLease(request.params.lease);
      const outcome = { kind: 'returned', result: resultText(request.body?.Result) } as const;
      return writeEnded(await endLease(tasks, callerOf(request), lease, outcome, readProgress(request.body)));
    },
  );

  app.post<ByLease & { Body: Static<typeof Fail> }>(
    '/Leases/:lease/Fail',
    completionRoute(Fail, failTaskOperation),
    async (request) => {
      const lease = readLease(request.params.lease);
      const { Message, Retry = true, DelaySeconds, Error: error } = request.body;
      const outcome = {
        kind: 'failed',
        message: Message,
        permanent: !Retry,
        delaySeconds: DelaySeconds,
        error: error === undefined ? undefined : readError(error),
      } as const;
      return writeEnded(await endLease(tasks, callerOf(request), lease, outcome, readProgress(request.body)));
    },
  );

  app.post<ByLease & { Body: Static<typeof Return> }>(
    '/Leases/:lease/Return',
    completionRoute(Return, returnTaskOperation),
    async (request) => {
      const lease = readLease(request.params.lease);
      const outcome = { kind: 'interrupted', by: 'worker' } as const;
      const neverBegan = request.body?.Began === false;
      const progress = readProgress(request.body);
      return writeEnded(await endLease(tasks, callerOf(request), lease, outcome, progress, neverBegan));
    },
  );
}

/** Aborted if the client disconnects before the response is sent. */
function disconnectSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (reply.raw.destroyed) gone.abort();
  onDisconnect(reply, () => gone.abort());
  return gone.signal;
}

/** Calls `react` if the client disconnects before the response is sent. */
function onDisconnect(reply: FastifyReply, react: () => unknown): void {
  if (reply.raw.closed && !reply.raw.writableFinished) react();
  else
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) react();
    });
}

function readDeclaration(one: Static<typeof Declaration>): Parameters<typeof declareDefinitions>[2][number] {
  const { Limit, Lost, Delay, Factor, MaxDelay } = one.Retries ?? {};
  return {
    name: one.Name,
    description: one.Description,
    parameters: one.Parameters,
    cancellation: one.CancellationBehaviour ?? 'CanCancel',
    retry: {
      ...(Limit === undefined ? {} : { limit: Limit }),
      ...(Lost === undefined ? {} : { lostLimit: Lost }),
      ...(Delay === undefined ? {} : { delay: Delay }),
      ...(Factor === undefined ? {} : { factor: Factor }),
      ...(MaxDelay === undefined ? {} : { maxDelay: MaxDelay }),
    },
    leaseSeconds: one.LeaseSeconds,
  };
}

function readProgress(
  body: { readonly ProgressPercent?: number; readonly ProgressDescription?: string } | null,
): LastProgress {
  return { percent: body?.ProgressPercent, text: body?.ProgressDescription };
}

function resultText(result: unknown): string {
  if (result === undefined || result === null) return '';
  return typeof result === 'string' ? result : JSON.stringify(result);
}

function writeAcquired(one: AcquiredTask, writer: TaskSerializer): Static<typeof Acquired>['Tasks'][number] {
  return {
    Lease: writeLease(one.lease),
    LeaseSeconds: one.leaseSeconds,
    Attempt: one.lease.attempt,
    Failures: one.task.failures,
    Losses: one.task.losses,
    Task: writer.write(one.task),
    Parameters: one.parameters,
    ParentId: one.task.parentId,
    Checkpoint: one.checkpoint ?? null,
    TraceParent: one.trace?.traceparent ?? null,
    TraceState: one.trace?.tracestate ?? null,
  };
}

function writeEnded({ state, nextRunInSeconds }: EndedLease): Static<typeof Ended> {
  return { State: state, NextRunInSeconds: nextRunInSeconds };
}

const Params = Type.Object({ lease: Type.String() });
const Query = Type.Object({
  Name: Type.String({ minLength: 1, description: 'The file name, which becomes FileName of the task' }),
});
const Headers = Type.Object({
  'content-length': Type.String(),
  'content-digest': Type.String({ description: 'RFC 9530: sha-256=:<base64>:' }),
});

/** `PUT /api/v1/Workers/Leases/{lease}/File?Name=…`: streams a result file and verifies its size and hash. */
export async function workerFileRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.put<{ Params: { lease: string }; Querystring: { Name: string } }>(
    '/Leases/:lease/File',
    {
      bodyLimit: Number.MAX_SAFE_INTEGER, // the limit of files applies
      config: { operation: uploadResultFileOperation },
      schema: { params: Params, querystring: Query, headers: Headers },
    },
    async (request, reply) => {
      const lease = readLease(request.params.lease);
      const announced = {
        bytes: Number(request.headers['content-length']),
        sha256: readContentDigest(String(request.headers['content-digest'])),
      };
      if (request.body === undefined)
        throw invalid`The body is missing; send the content of the file with a Content-Type.`;
      await keepResultFile(
        tasks,
        callerOf(request),
        lease,
        request.query.Name,
        request.body as Readable,
        announced,
      );
      return reply.code(204).send();
    },
  );
}
