import { type TObject, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { MAX_RETRIES, MAX_RETRY_DELAY, MAX_RETRY_FACTOR } from '../../core/run-outcome.ts';
import { CancellationBehaviour, type CancellationBehaviourName, LOG_LEVELS } from '../../core/task.ts';
import type { Operation } from '../openapi/operation.ts';
import { AttemptError } from './attempts-schema.ts';
import { LeaseChildren, StartedChildren, Waiting } from './children.ts';

const CLOSED = { additionalProperties: false } as const;
const SECONDS_OF_A_DAY = 86_400;

const Name = Type.String({
  pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$',
  description: 'Letters, digits, "_", "-" and "."; at most 100 characters',
});
const Delay = Type.Number({ minimum: 0, maximum: MAX_RETRY_DELAY, description: 'Seconds' });
const Count = Type.Integer({ minimum: 0, maximum: MAX_RETRIES });

/** A definition as a worker declares it. */
export const Declaration = Type.Object(
  {
    Name,
    Description: Type.String({ maxLength: 1000 }),
    Parameters: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'JSON Schema of the parameters' }),
    ),
    CancellationBehaviour: Type.Optional(
      Type.Enum(Object.keys(CancellationBehaviour) as CancellationBehaviourName[]),
    ),
    Retries: Type.Optional(
      Type.Object(
        {
          Limit: Type.Optional(Count),
          Lost: Type.Optional(Count),
          Delay: Type.Optional(Delay),
          Factor: Type.Optional(Type.Number({ minimum: 0, maximum: MAX_RETRY_FACTOR })),
          MaxDelay: Type.Optional(Delay),
        },
        CLOSED,
      ),
    ),
    LeaseSeconds: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: SECONDS_OF_A_DAY,
        description: 'The lease duration: a run whose lease is not renewed for this long is retried',
      }),
    ),
  },
  CLOSED,
);

/** `POST /Workers/Definitions` */
export const Declare = Type.Object(
  { Definitions: Type.Array(Declaration, { minItems: 1, maxItems: 100 }) },
  CLOSED,
);

/** Maximum duration of a long poll. */
const MAX_POLL_SECONDS = 30;

const WORKER_NAME = { minLength: 1, maxLength: 100, pattern: '^[^\\0]*$' };

/** `POST /Workers/Acquire` */
export const Acquire = Type.Object(
  {
    Worker: Type.String({
      ...WORKER_NAME,
      description: 'The name of the worker, for logs and the history',
    }),
    Definitions: Type.Array(Name, { minItems: 1, maxItems: 100 }),
    Limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'Maximum number of tasks; 1 by default' }),
    ),
    WaitSeconds: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: MAX_POLL_SECONDS,
        description: 'How long to wait for a task; 0 by default',
      }),
    ),
  },
  CLOSED,
);

const Call = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'An id for this call, such as a UUID, which lets DELETE /Workers/Acquire end the wait',
});
/** The query of `POST /Workers/Acquire`. Not part of the body, because older servers reject unknown properties there. */
export const AcquireQuery = Type.Object({
  Call: Type.Optional(Call),
  Version: Type.Optional(
    Type.String({
      maxLength: 40,
      pattern: '^[^\\0]*$',
      description: 'The version of the worker, for GET /Workers',
    }),
  ),
  Slots: Type.Optional(
    Type.String({
      pattern: '^[1-9]\\d{0,4}$',
      description: 'How many tasks the worker runs at once, for GET /Workers',
    }),
  ),
});
/** The query of `DELETE /Workers/Acquire`. */
export const EndAcquireQuery = Type.Object({
  Call,
  Worker: Type.Optional(
    Type.String({
      ...WORKER_NAME,
      description: 'The name of a worker that stops; GET /Workers lists it as Draining',
    }),
  ),
});

const AcquiredTask = Type.Object({
  Lease: Type.String(),
  LeaseSeconds: Type.Integer(),
  Attempt: Type.Integer(),
  Failures: Type.Integer({ description: 'Number of earlier runs that failed' }),
  Losses: Type.Integer({ description: 'Number of earlier runs whose lease expired' }),
  Task: Type.Object({}, { additionalProperties: true, description: 'BatchTaskInfo' }),
  Parameters: Type.Object({}, { additionalProperties: true }),
  ParentId: Type.Union([Type.Integer(), Type.Null()], { description: 'The task that started this one' }),
  Checkpoint: Type.Unknown({ description: 'The last checkpoint of earlier attempts, or null' }),
  TraceParent: Type.Union([Type.String(), Type.Null()], {
    description: 'The traceparent of the start (W3C Trace Context), or null',
  }),
  TraceState: Type.Union([Type.String(), Type.Null()], {
    description: 'The tracestate of the start, or null',
  }),
});

/** The response of Acquire. */
export const Acquired = Type.Object({ Tasks: Type.Array(AcquiredTask) });

const progress = {
  ProgressPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
  ProgressDescription: Type.Optional(Type.String()),
};

/** A body that may be absent. */
const optional = <T extends TObject>(body: T) => Type.Union([body, Type.Null()]);

/** `POST /Workers/Leases/{lease}/Renew` */
export const Renew = optional(
  Type.Object(
    {
      ...progress,
      WaitSeconds: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: MAX_POLL_SECONDS,
          description: 'How long to wait for a stop request; capped at a third of the lease',
        }),
      ),
    },
    CLOSED,
  ),
);

/** The response of Renew. */
const Renewed = Type.Object({
  Stop: Type.Boolean({ description: 'true: the run must end now; the lease was not renewed' }),
  Reason: Type.String({ description: 'Who requested the stop, and when' }),
  LeaseSeconds: Type.Integer(),
});

/** `PUT /Workers/Leases/{lease}/Checkpoint` */
export const Checkpoint = Type.Object({ Value: Type.Unknown({ description: 'Any JSON' }) }, CLOSED);

/** `POST /Workers/Leases/{lease}/Log` */
export const Log = Type.Object(
  {
    Lines: Type.Array(
      Type.Object({ Level: Type.Optional(Type.Enum([...LOG_LEVELS])), Message: Type.String() }, CLOSED),
      { minItems: 1, maxItems: 200 },
    ),
  },
  CLOSED,
);

/** `POST /Workers/Leases/{lease}/Succeed` */
export const Succeed = optional(
  Type.Object(
    {
      Result: Type.Optional(
        Type.Unknown({ description: 'The Result of the task: a string, or any other value, stored as JSON' }),
      ),
      ...progress,
    },
    CLOSED,
  ),
);

/** `POST /Workers/Leases/{lease}/Fail` */
export const Fail = Type.Object(
  {
    Message: Type.String(),
    Error: Type.Optional(
      Type.Object(AttemptError.properties, {
        ...CLOSED,
        description: 'The whole error, for the record of the attempt',
      }),
    ),
    Retry: Type.Optional(Type.Boolean({ description: 'false if a retry would fail too; true by default' })),
    DelaySeconds: Type.Optional(Delay),
    ...progress,
  },
  CLOSED,
);

/** `POST /Workers/Leases/{lease}/Return` */
export const Return = optional(
  Type.Object(
    {
      Began: Type.Optional(
        Type.Boolean({
          description: 'false if the run never began, so that it does not count as a start; true by default',
        }),
      ),
      ...progress,
    },
    CLOSED,
  ),
);

/** The response of Succeed, Fail and Return. */
export const Ended = Type.Object({
  State: Type.String(),
  NextRunInSeconds: Type.Union([Type.Number(), Type.Null()]),
});

const tag = 'Workers';
/** A lease that has ended is a 409, an unknown one a 404. */
const refusals = [409];

const Declared = Type.Object(
  { Name: Type.String(), LeaseSeconds: Type.Number() },
  { title: 'DeclaredDefinition' },
);

export const declareDefinitionsOperation: Operation = {
  id: 'declareDefinitions',
  access: ACCESS.work,
  tag,
  summary: 'Declares the definitions that a worker offers.',
  responses: { 200: Type.Array(Declared) },
  refusals,
  examples: { request: { resize: { Definitions: [{ Name: 'resize', Description: 'Resizes images' }] } } },
};

export const forgetDefinitionOperation: Operation = {
  id: 'forgetDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: 'Deletes a definition that workers declared.',
  responses: { 204: null },
  refusals,
};

export const acquireTasksOperation: Operation = {
  id: 'acquireTasks',
  access: ACCESS.work,
  tag,
  summary: 'Claims tasks for a worker, waiting up to 30 s.',
  responses: { 200: Acquired },
  examples: { request: { one: { Worker: 'host-1', Definitions: ['resize'], Limit: 1, WaitSeconds: 30 } } },
};

export const endAcquireOperation: Operation = {
  id: 'endAcquire',
  access: ACCESS.work,
  tag,
  summary: 'Ends the wait of an Acquire at once.',
  responses: { 204: null },
};

export const renewLeaseOperation: Operation = {
  id: 'renewLease',
  access: ACCESS.work,
  tag,
  summary: 'Renews a lease, reports progress and returns whether to stop.',
  responses: { 200: Renewed },
  refusals,
  examples: { request: { half: { ProgressPercent: 50, ProgressDescription: 'Half done' } } },
};

export const keepCheckpointOperation: Operation = {
  id: 'keepCheckpoint',
  access: ACCESS.work,
  tag,
  summary: 'Saves a checkpoint for the next attempt.',
  responses: { 204: null },
  refusals,
  examples: { request: { row: { Value: { row: 1200 } } } },
};

export const addLogLinesOperation: Operation = {
  id: 'addLogLines',
  access: ACCESS.work,
  tag,
  summary: "Adds lines to the task's log.",
  responses: { 204: null },
  refusals,
  examples: { request: { line: { Lines: [{ Level: 'warn', Message: 'row 17 was skipped' }] } } },
};

export const uploadResultFileOperation: Operation = {
  id: 'uploadResultFile',
  access: ACCESS.work,
  tag,
  summary: "Uploads the task's result file.",
  responses: { 204: null },
  refusals: [409, 413],
  reads: { body: { content: { '*/*': Type.Unsafe<Blob>({ type: 'string', format: 'binary' }) } } },
};

export const startChildrenOperation: Operation = {
  id: 'startChildren',
  access: ACCESS.work,
  tag,
  summary: 'Starts children of the task.',
  responses: { 200: StartedChildren },
  refusals,
  examples: { request: { one: { Children: [{ Key: 'page-1', Name: 'resize' }] } } },
};

export const listLeaseChildrenOperation: Operation = {
  id: 'listLeaseChildren',
  access: ACCESS.work,
  tag,
  summary: 'Lists the children of the task.',
  responses: { 200: LeaseChildren },
  refusals,
};

export const waitForChildrenOperation: Operation = {
  id: 'waitForChildren',
  access: ACCESS.work,
  tag,
  summary: 'Ends the run until all children of the task have ended.',
  responses: { 200: Waiting },
  refusals,
};

export const succeedTaskOperation: Operation = {
  id: 'succeedTask',
  access: ACCESS.work,
  tag,
  summary: 'Completes the run: the task has succeeded.',
  responses: { 200: Ended },
  refusals,
  examples: {
    request: { done: { Result: '12 images' } },
    response: { ended: { State: 'Succeeded', NextRunInSeconds: null } },
  },
};

export const failTaskOperation: Operation = {
  id: 'failTask',
  access: ACCESS.work,
  tag,
  summary: 'Fails the run; it is retried if the definition allows it.',
  responses: { 200: Ended },
  refusals,
  examples: { request: { final: { Message: 'the image is corrupt', Retry: false } } },
};

export const returnTaskOperation: Operation = {
  id: 'returnTask',
  access: ACCESS.work,
  tag,
  summary: 'Returns the task to the queue.',
  responses: { 200: Ended },
  refusals,
};
