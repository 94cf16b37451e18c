import { type TObject, Type } from 'typebox';
import { CancellationBehaviour, type CancellationBehaviourName } from '../../core/task.ts';
import { STORED_STATES, TaskState, type TaskStateName } from '../../core/task-state.ts';
import { AnyObject, DateTime, dictionary, Int32, nullable } from '../openapi/operation.ts';
import { StartBody } from './batch-task-params.ts';

/** Every state name of SuperOffice. */
export const BatchTaskState = Type.Enum(Object.keys(TaskState) as TaskStateName[], {
  title: 'BatchTaskState',
  description:
    'Responses have the name. Requests accept the name, case-insensitively, or the number. All and Unknown are never the state of a task.',
});

/** A state that a task can be in. */
export const StoredState = Type.Enum([...STORED_STATES], {
  title: 'StoredState',
  description: 'A state that a task can be in',
});

const Cancellation = Type.Enum(Object.keys(CancellationBehaviour) as CancellationBehaviourName[], {
  title: 'BatchTaskCancellationBehaviour',
});

/** The schema of TableRight and FieldRight. */
const Right = Type.Object(
  {
    Mask: Type.String({ examples: ['FULL', 'Select, Update'] }),
    Reason: Type.String({ description: "Why the caller has no further rights, in the caller's language" }),
  },
  { title: 'Right' },
);

const FieldProperty = Type.Object(
  {
    FieldRight: Right,
    FieldType: Type.String({ examples: ['System.Int32'] }),
    FieldLength: Type.Integer({
      description: 'In bytes, or in characters for strings; 0 if there is no limit',
    }),
  },
  { title: 'FieldProperty' },
);

const ParameterObject = Type.Unsafe<Record<string, unknown> | null>({
  ...AnyObject,
  type: ['object', 'null'],
  description: 'The parameters of the run. A start also accepts an array of { Key, Value }',
});

const Description = Type.String({
  description: 'Set by the start or an update; at most 254 characters',
});

/** The properties that a start accepts. */
const startable = {
  Name: Type.String({ description: 'The name of the definition' }),
  AssociateId: Type.Integer({
    description: 'The owner; 0 for a system task. Only administrators can set it',
  }),
  DetailsTable: Int32,
  DetailsRecord: Int32,
  IsSystemTask: Type.Boolean({ description: 'Not started by an associate. Only administrators can set it' }),
  IsInternalTask: Type.Boolean({ description: 'The task is deleted when it ends' }),
  ParameterObject,
  DatabaseSerialNumber: Type.String({ description: 'The tenant' }),
  Context: Type.String({ description: 'Context for the run; not interpreted by the server' }),
  Description,
  Response: Type.String(),
  Request: Type.String(),
  FileName: Type.String({ description: 'The file of the task' }),
};

/** A BatchTaskInfo in responses (contract, section 1). */
export const BatchTaskInfo = Type.Object(
  {
    Id: Int32,
    ...startable,
    LastStarted: DateTime,
    Created: DateTime,
    StartCount: Type.Integer({ minimum: 0, description: 'Number of runs; 0 if it never ran' }),
    Result: Type.String({ description: 'Written by the run' }),
    State: BatchTaskState,
    ProgressDescription: Type.String({ description: 'The current stage' }),
    ProgressPercent: Type.Integer({ description: '0 to 100' }),
    CancellationBehaviour: Cancellation,
    TableRight: Right,
    FieldProperties: dictionary<import('typebox').Static<typeof FieldProperty>>(FieldProperty, {
      description: 'The rights on each property',
    }),
  },
  { title: 'BatchTaskInfo', description: 'A batch task' },
);

/** Makes every property of an object nullable, for `$select`. */
const selected = <Schema extends TObject>({ properties }: Schema) =>
  Type.Object(Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, nullable(one)])));

/** A BatchTaskInfo after `$select`: properties that are not selected are null. */
const SelectedBatchTaskInfo = Type.Object(
  {
    ...selected(BatchTaskInfo).properties,
    TableRight: nullable(selected(Right)),
    FieldProperties: nullable(
      dictionary(
        Type.Object({ ...selected(FieldProperty).properties, FieldRight: nullable(selected(Right)) }),
      ),
    ),
  },
  {
    title: 'SelectedBatchTaskInfo',
    description: 'A batch task after $select: properties that are not selected are null',
  },
);

/** A BatchTaskInfo in responses, with or without `$select`. */
export const BatchTaskInfoResponse = Type.Union([BatchTaskInfo, SelectedBatchTaskInfo]);

/** The query of calls that return BatchTaskInfos. */
export const SelectQuery = Type.Object({
  $select: Type.Optional(
    Type.String({
      description:
        'The properties to return, such as `Name,TableRight/Mask`; all others are null. Unknown names are ignored',
    }),
  ),
});

/** The body of a start. */
export const BatchTaskStart = Type.Object(
  { ...Type.Partial(Type.Object(startable)).properties, ...StartBody.properties, Name: startable.Name },
  {
    title: 'BatchTaskStart',
    description:
      'The BatchTaskInfo to start, with start options. Names are case-insensitive. Other properties are ignored; unknown ones are listed in the header Batchline-Ignored',
  },
);

const text = (name: string) =>
  Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: `${name}. Unchanged if absent; null clears it`,
  });

/** The properties that PUT changes. Other properties of a BatchTaskInfo are accepted and ignored. */
export const BatchTaskUpdate = Type.Object(
  {
    State: Type.Optional(
      Type.Union([BatchTaskState, Type.Integer(), Type.Null()], {
        description: 'An allowed transition; null, All and Unknown leave the state unchanged',
      }),
    ),
    Description: Type.Optional(text('Description')),
    Response: Type.Optional(text('Response')),
    Request: Type.Optional(text('Request')),
  },
  {
    title: 'BatchTaskUpdate',
    additionalProperties: true,
    description:
      'A BatchTaskInfo of which only State, Description, Response and Request are read. Names are case-insensitive',
  },
);

/** The operations of RFC 6902 that PUT and PATCH support. */
export const JsonPatchDocument = Type.Array(
  Type.Object({
    op: Type.Enum(['add', 'replace', 'remove', 'test']),
    path: Type.String({
      examples: ['/Description'],
      description: 'Names are case-insensitive; the leading slash is optional',
    }),
    value: Type.Optional(Type.Unknown()),
  }),
  {
    title: 'JsonPatch',
    description:
      'RFC 6902 without move and copy. Only State, Description, Response and Request can be changed; test compares any value',
  },
);
