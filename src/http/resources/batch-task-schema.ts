import { type TObject, Type } from 'typebox';
import { CancellationBehaviour, type CancellationBehaviourName } from '../../core/task.ts';
import { STORED_STATES, TaskState, type TaskStateName } from '../../core/task-state.ts';
import { AnyObject, DateTime, dictionary, Int32, nullable } from '../openapi/operation.ts';
import { StartBody } from './batch-task-params.ts';

/** Every name that SuperOffice knows. */
export const BatchTaskState = Type.Enum(Object.keys(TaskState) as TaskStateName[], {
  title: 'BatchTaskState',
  description:
    'Out by name; in by name in any casing, or by number. All and Unknown are never the state of a task.',
});

/** A state that a task can be in. */
export const StoredState = Type.Enum([...STORED_STATES], {
  title: 'StoredState',
  description: 'A state that a task can be in',
});

const Cancellation = Type.Enum(Object.keys(CancellationBehaviour) as CancellationBehaviourName[], {
  title: 'BatchTaskCancellationBehaviour',
});

/** TableRight, and FieldRight. */
const Right = Type.Object(
  {
    Mask: Type.String({ examples: ['FULL', 'Select, Update'] }),
    Reason: Type.String({ description: 'Why it is not more, in the language of the caller' }),
  },
  { title: 'Right' },
);

const FieldProperty = Type.Object(
  {
    FieldRight: Right,
    FieldType: Type.String({ examples: ['System.Int32'] }),
    FieldLength: Type.Integer({ description: 'Bytes, or characters of a text; 0 where there is no limit' }),
  },
  { title: 'FieldProperty' },
);

const ParameterObject = Type.Unsafe<Record<string, unknown> | null>({
  ...AnyObject,
  type: ['object', 'null'],
  description: 'What the definition takes. At the start a list of { Key, Value } is accepted too',
});

const Description = Type.String({
  description: 'Set by whoever started it, or by Update; at most 254 characters',
});

/** What a caller may set at the start. Names may be in any casing; what else is there is ignored. */
const startable = {
  Name: Type.String({ description: 'The definition that runs' }),
  AssociateId: Type.Integer({ description: 'The owner; 0 for a system task. Set by administrators' }),
  DetailsTable: Int32,
  DetailsRecord: Int32,
  IsSystemTask: Type.Boolean({ description: 'Not initiated by an associate. Set by administrators' }),
  IsInternalTask: Type.Boolean({ description: 'Leaves no row' }),
  ParameterObject,
  DatabaseSerialNumber: Type.String({ description: 'The tenant' }),
  Context: Type.String({ description: 'For the task that runs' }),
  Description,
  Response: Type.String(),
  Request: Type.String(),
  FileName: Type.String({ description: 'File of the task' }),
};

/** A BatchTaskInfo as answers have it (contract, section 1). */
export const BatchTaskInfo = Type.Object(
  {
    Id: Int32,
    ...startable,
    LastStarted: DateTime,
    Created: DateTime,
    StartCount: Type.Integer({ minimum: 0, description: '0: never executed' }),
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

/** An object whose properties are null if `$select` does not name them. */
const selected = <Schema extends TObject>({ properties }: Schema) =>
  Type.Object(Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, nullable(one)])));

/** A BatchTaskInfo after `$select`: what is not selected is null. */
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
  { title: 'SelectedBatchTaskInfo', description: 'A batch task after $select: what is not selected is null' },
);

/** A BatchTaskInfo in responses, with or without `$select`. */
export const BatchTaskInfoResponse = Type.Union([BatchTaskInfo, SelectedBatchTaskInfo]);

/** The query of calls that return BatchTaskInfos. */
export const SelectQuery = Type.Object({
  $select: Type.Optional(
    Type.String({
      description:
        'Properties to keep, such as `Name,TableRight/Mask`; the others are null. Unknown names are passed over',
    }),
  ),
});

/** What starts a task. */
export const BatchTaskStart = Type.Object(
  { ...Type.Partial(Type.Object(startable)).properties, ...StartBody.properties, Name: startable.Name },
  {
    title: 'BatchTaskStart',
    description:
      'A BatchTaskInfo to start, and our own options of a start; names in any casing. Other properties are ignored, and unknown ones listed in the header Batchline-Ignored',
  },
);

const text = (name: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description: `${name}: absent stays, null clears` });

/** What PUT changes; everything else that a BatchTaskInfo has is accepted and ignored. */
export const BatchTaskUpdate = Type.Object(
  {
    State: Type.Optional(
      Type.Union([BatchTaskState, Type.Integer(), Type.Null()], {
        description: 'A legal move; null, All and Unknown leave it as it is',
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
      'A BatchTaskInfo: State, Description, Response and Request count, in any casing; more is ignored',
  },
);

/** The operations of RFC 6902 that PUT and PATCH take. */
export const JsonPatchDocument = Type.Array(
  Type.Object({
    op: Type.Enum(['add', 'replace', 'remove', 'test']),
    path: Type.String({
      examples: ['/Description'],
      description: 'Names match in any casing, the leading slash is optional',
    }),
    value: Type.Optional(Type.Unknown()),
  }),
  {
    title: 'JsonPatch',
    description:
      'RFC 6902, without move and copy. State, Description, Response and Request can change; test compares any value',
  },
);
