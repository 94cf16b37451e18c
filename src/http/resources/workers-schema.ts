import { type TObject, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { MAX_RETRIES, MAX_RETRY_DELAY, MAX_RETRY_FACTOR } from '../../core/run-outcome.ts';
import { CancellationBehaviour, type CancellationBehaviourName } from '../../core/task.ts';
import { LOG_LEVELS } from '../../db/queries/task-log.ts';
import type { Operation } from '../openapi/operation.ts';
import { LeaseChildren, StartedChildren, Waiting } from './children-schema.ts';

const CLOSED = { additionalProperties: false } as const;
const SECONDS_OF_A_DAY = 86_400;

const Name = Type.String({
  pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$',
  description: 'Letters, digits, "_", "-" and ".", at most 100',
});
const Delay = Type.Number({ minimum: 0, maximum: MAX_RETRY_DELAY, description: 'Seconds' });
const Count = Type.Integer({ minimum: 0, maximum: MAX_RETRIES });

/** A definition as a worker declares it. */
export const Declaration = Type.Object(
  {
    Name,
    Description: Type.String({ maxLength: 1000 }),
    Parameters: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'JSON Schema of an object' }),
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
        description: 'Without a sign of life for this long a run counts as lost',
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

/** The longest poll, in seconds. */
const MAX_POLL_SECONDS = 30;

/** `POST /Workers/Acquire` */
export const Acquire = Type.Object(
  {
    Worker: Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: '^[^\\0]*$',
      description: 'What the worker calls itself',
    }),
    Definitions: Type.Array(Name, { minItems: 1, maxItems: 100 }),
    Limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: '1 where it is absent' })),
    WaitSeconds: Type.Optional(
      Type.Number({ minimum: 0, maximum: MAX_POLL_SECONDS, description: '0 where it is absent: no waiting' }),
    ),
  },
  CLOSED,
);

const Call = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'What the worker calls this call, a UUID say: by it the waiting can be ended',
});
/** The query of `POST /Workers/Acquire`: not in the body, where a server that does not know it would refuse it. */
export const AcquireQuery = Type.Object({ Call: Type.Optional(Call) });
/** The query of `DELETE /Workers/Acquire`. */
export const EndAcquireQuery = Type.Object({ Call });

const AcquiredTask = Type.Object({
  Lease: Type.String(),
  LeaseSeconds: Type.Integer(),
  Attempt: Type.Integer(),
  Failures: Type.Integer({ description: 'Runs that have failed before' }),
  Losses: Type.Integer({ description: 'Runs whose worker was lost before' }),
  Task: Type.Object({}, { additionalProperties: true, description: 'BatchTaskInfo' }),
  Parameters: Type.Object({}, { additionalProperties: true }),
  ParentId: Type.Union([Type.Integer(), Type.Null()], { description: 'The task that has started it' }),
  Checkpoint: Type.Unknown({ description: 'The last checkpoint of any attempt, or null' }),
  TraceParent: Type.Union([Type.String(), Type.Null()], {
    description: 'traceparent of the start (W3C Trace Context), or null',
  }),
  TraceState: Type.Union([Type.String(), Type.Null()], { description: 'Its tracestate, or null' }),
});

/** The answer of Acquire. */
export const Acquired = Type.Object({ Tasks: Type.Array(AcquiredTask) });

const progress = {
  ProgressPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
  ProgressDescription: Type.Optional(Type.String()),
};

/** A body that may be missing. */
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
          description: 'How long to wait for a stop; at most a third of the lease is waited',
        }),
      ),
    },
    CLOSED,
  ),
);

/** The answer of Renew. */
const Renewed = Type.Object({
  Stop: Type.Boolean({ description: 'The run is to end now; the lease is not renewed any more' }),
  Reason: Type.String({ description: 'Who has asked to stop it and when' }),
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
      Result: Type.Optional(Type.Unknown({ description: 'A string as it is, anything else as JSON' })),
      ...progress,
    },
    CLOSED,
  ),
);

/** `POST /Workers/Leases/{lease}/Fail` */
export const Fail = Type.Object(
  {
    Message: Type.String(),
    Retry: Type.Optional(
      Type.Boolean({ description: 'false where another run would fail too; true where it is absent' }),
    ),
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
          description: 'false where the run never began: it counts as no start; true where it is absent',
        }),
      ),
      ...progress,
    },
    CLOSED,
  ),
);

/** The answer of Succeed, Fail and Return. */
export const Ended = Type.Object({
  State: Type.String(),
  NextRunInSeconds: Type.Union([Type.Number(), Type.Null()]),
});

const tag = 'Workers';
/** A lease that is over or was never there is refused with 409 or 404. */
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
  examples: { request: { resize: { Definitions: [{ Name: 'resize', Description: 'Resizes pictures' }] } } },
};

export const forgetDefinitionOperation: Operation = {
  id: 'forgetDefinition',
  access: ACCESS.administerServer,
  tag,
  summary: 'Forgets a definition that workers have declared.',
  responses: { 204: null },
  refusals,
};

export const acquireTasksOperation: Operation = {
  id: 'acquireTasks',
  access: ACCESS.work,
  tag,
  summary: 'Claims tasks for a worker; waits for them up to 30 s.',
  responses: { 200: Acquired },
  examples: { request: { one: { Worker: 'host-1', Definitions: ['resize'], Limit: 1, WaitSeconds: 30 } } },
};

export const endAcquireOperation: Operation = {
  id: 'endAcquire',
  access: ACCESS.work,
  tag,
  summary: 'Has a waiting Acquire answered at once.',
  responses: { 204: null },
};

export const renewLeaseOperation: Operation = {
  id: 'renewLease',
  access: ACCESS.work,
  tag,
  summary: 'Renews a lease, writes progress, tells whether to stop.',
  responses: { 200: Renewed },
  refusals,
  examples: { request: { half: { ProgressPercent: 50, ProgressDescription: 'half of it' } } },
};

export const keepCheckpointOperation: Operation = {
  id: 'keepCheckpoint',
  access: ACCESS.work,
  tag,
  summary: 'Keeps a value that the next attempt finds.',
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
  summary: 'The children of the task.',
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
  summary: 'Ends the run: the task has succeeded.',
  responses: { 200: Ended },
  refusals,
  examples: {
    request: { done: { Result: '12 pictures' } },
    response: { ended: { State: 'Succeeded', NextRunInSeconds: null } },
  },
};

export const failTaskOperation: Operation = {
  id: 'failTask',
  access: ACCESS.work,
  tag,
  summary: 'Ends the run: it has failed; it may be tried again.',
  responses: { 200: Ended },
  refusals,
  examples: { request: { final: { Message: 'the picture is broken', Retry: false } } },
};

export const returnTaskOperation: Operation = {
  id: 'returnTask',
  access: ACCESS.work,
  tag,
  summary: 'Gives the task back, to be run again.',
  responses: { 200: Ended },
  refusals,
};
