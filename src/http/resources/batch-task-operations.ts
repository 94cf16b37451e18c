import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { LOG_LEVELS } from '../../db/queries/task-log.ts';
import { BULK_ACTIONS } from '../../services/bulk.ts';
import { BODY_TYPES } from '../body/parse.ts';
import type { Operation } from '../openapi/operation.ts';
import { DateTime, Int32, nullable } from '../openapi/operation.ts';
import { IGNORED } from './batch-task-params.ts';
import {
  BatchTaskInfo,
  BatchTaskInfoResponse,
  BatchTaskStart,
  BatchTaskState,
  BatchTaskUpdate,
  JsonPatchDocument,
  SelectQuery,
  StoredState,
} from './batch-task-schema.ts';
import { COUNTDOWN_START, PUT_SAMPLE } from './samples.ts';

const tag = 'BatchTask';
const LIST_CUT = {
  'Batchline-List-Cut':
    'How many rows the list has, if it was cut: at the limit of the server, or at 8 MB of texts',
};
const VERSION = {
  ETag: 'The version of the task, as this caller sees it',
  'Last-Modified': 'When the task changed last',
};
const TaskId = Type.Integer({ ...Int32, description: 'The id of the task' });

export const startBatchTaskOperation: Operation = {
  id: 'startBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Starts a batch task; answers its id.',
  responses: { 200: TaskId },
  headers: IGNORED,
  refusals: [409, 410],
  reads: { body: BatchTaskStart },
  examples: { request: { countdown: COUNTDOWN_START }, response: { id: 274 } },
};

const TaskOrState = Type.Union([Int32, BatchTaskState], {
  description: 'The id of a task, or the name of a state',
});

export const getBatchTaskOperation: Operation = {
  id: 'getBatchTask',
  access: ACCESS.readOrWork,
  tag,
  summary: 'One batch task by its id, or the own ones in a state by its name.',
  responses: { 200: Type.Union([BatchTaskInfoResponse, Type.Array(BatchTaskInfoResponse)]) },
  headers: { ...VERSION, ...LIST_CUT },
  reads: { params: Type.Object({ id: TaskOrState }), query: SelectQuery },
  conditions: 'read',
  examples: { response: { published: PUT_SAMPLE.response } },
};

const payloads = Object.fromEntries(BODY_TYPES.map((type) => [type, BatchTaskUpdate]));
const payloadOrPatch = Type.Union([BatchTaskUpdate, JsonPatchDocument]);

export const updateBatchTaskOperation: Operation = {
  id: 'updateBatchTask',
  access: ACCESS.writeOrWork,
  tag,
  summary: 'Updates State, Description, Response and Request.',
  description:
    'Only these four are updated; everything else in the body is ignored. A property that is absent stays, null clears a text. State must be a legal move or the same state; null, All and Unknown leave it as it is. The payload may be wrapped: `{"BatchTaskInfo": {…}}`.',
  responses: { 200: BatchTaskInfoResponse },
  headers: VERSION,
  refusals: [409],
  reads: {
    query: SelectQuery,
    body: { content: { ...payloads, 'application/json-patch+json': payloadOrPatch } },
  },
  conditions: 'change',
  examples: { request: { published: PUT_SAMPLE.request }, response: { published: PUT_SAMPLE.response } },
};

export const patchBatchTaskOperation: Operation = {
  ...updateBatchTaskOperation,
  id: 'patchBatchTask',
  access: ACCESS.writeOrWork,
  summary: 'The same by JSON Patch or merge patch, all or nothing.',
  description:
    'A list is a JSON Patch, an object is merged: other properties are ignored, as in PUT. Under a patch type the body must have the shape that fits.',
  reads: {
    query: SelectQuery,
    body: {
      content: {
        ...payloads,
        'application/json': payloadOrPatch,
        'text/json': payloadOrPatch,
        'application/json-patch+json': JsonPatchDocument,
      },
    },
  },
  examples: {
    request: { merge: { Description: 'on its way', Response: null } },
    response: { published: PUT_SAMPLE.response },
  },
};

export const deleteBatchTaskOperation: Operation = {
  id: 'deleteBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Deletes a batch task.',
  responses: { 204: null },
  refusals: [409],
  conditions: 'change',
};

export const stopBatchTaskOperation: Operation = {
  id: 'stopBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Stops a batch task; answers whether it was or will be stopped.',
  responses: { 200: Type.Boolean({ description: 'false: it had ended, or can not be cancelled' }) },
  conditions: 'change',
  examples: { response: { stopped: true } },
};

export const restartBatchTaskOperation: Operation = {
  id: 'restartBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Runs a failed task again under its id.',
  responses: { 200: BatchTaskInfoResponse },
  refusals: [409],
  reads: { query: SelectQuery },
  conditions: 'change',
};

const BulkOutcome = Type.Object(
  {
    Action: Type.Enum([...BULK_ACTIONS]),
    DryRun: Type.Boolean(),
    Matched: Type.Integer(),
    Done: Type.Integer(),
    Refused: Type.Array(Type.Object({ Id: Int32, Reason: Type.String() })),
    LastId: nullable(Type.Integer({ description: 'The last task that was looked at' })),
    More: Type.Boolean({ description: 'There are more that match' }),
  },
  { title: 'BulkOutcome' },
);

export const bulkBatchTasksOperation: Operation = {
  id: 'bulkBatchTasks',
  access: ACCESS.write,
  tag,
  summary: 'Stops, restarts or deletes the tasks of a filter; a dry run changes nothing.',
  responses: { 200: BulkOutcome },
  examples: { request: { dryRun: { Action: 'Restart', Filter: "state eq 'Failed'", DryRun: true } } },
};

export const copyBatchTaskOperation: Operation = {
  id: 'copyBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Starts a task like this one, with other parameters if given; answers its id.',
  responses: { 200: TaskId },
  headers: IGNORED,
  refusals: [409, 410],
  reads: {
    body: Type.Pick(Type.Partial(BatchTaskStart), ['ParameterObject', 'StartAt', 'DelaySeconds', 'Priority']),
    bodyIsOptional: true,
  },
  examples: { request: { shorter: { ParameterObject: { seconds: '5' } } }, response: { id: 275 } },
};

const AuditEntry = Type.Object(
  {
    At: DateTime,
    ActorId: Type.Integer({ description: 'The associate; 0 for the server' }),
    Runtime: nullable(Type.String()),
    From: nullable(StoredState),
    To: StoredState,
    Attempt: Type.Integer(),
    Reason: Type.String(),
  },
  { title: 'AuditEntry', description: 'A change of the state of a task' },
);

export const readBatchTaskAuditOperation: Operation = {
  id: 'readBatchTaskAudit',
  access: ACCESS.readOrWork,
  tag,
  summary: 'Every change of the state of a batch task.',
  responses: { 200: Type.Array(AuditEntry) },
};

const LogLine = Type.Object(
  {
    Id: Type.Integer(),
    At: DateTime,
    Attempt: Type.Integer(),
    Level: Type.Enum([...LOG_LEVELS]),
    Message: Type.String(),
  },
  { title: 'LogLine' },
);

export const readBatchTaskLogOperation: Operation = {
  id: 'readBatchTaskLog',
  access: ACCESS.readOrWork,
  tag,
  summary: 'What the runs of a batch task have logged last.',
  responses: { 200: Type.Array(LogLine) },
  headers: LIST_CUT,
};

const Children = Type.Object(
  {
    Total: Type.Integer(),
    Ended: Type.Integer(),
    Failed: Type.Integer(),
    Children: Type.Array(Type.Object({ Key: Type.String(), Weight: Type.Integer(), Task: BatchTaskInfo })),
  },
  { title: 'Children', description: 'The tasks that a task has started, and how far they have come' },
);

export const listBatchTaskChildrenOperation: Operation = {
  id: 'listBatchTaskChildren',
  access: ACCESS.read,
  tag,
  summary: 'The batch tasks that a batch task has started, and how far they have come.',
  responses: { 200: Children },
  headers: LIST_CUT,
};

export const getBatchTaskParentOperation: Operation = {
  id: 'getBatchTaskParent',
  access: ACCESS.read,
  tag,
  summary: 'The batch task that has started this one.',
  responses: { 200: BatchTaskInfo },
};

const AnyFile = { content: { '*/*': Type.Unsafe<Blob>({ type: 'string', format: 'binary' }) } };
const FILE_HEADERS = {
  'Content-Disposition': 'The name of the file',
  ETag: 'The version of the file',
  'Repr-Digest': 'Its SHA-256 (RFC 9530)',
};

export const getBatchTaskFileOperation: Operation = {
  id: 'getBatchTaskFile',
  access: ACCESS.readOrWork,
  tag,
  summary: 'The result file of a batch task, or a range of it.',
  responses: { 200: AnyFile, 206: AnyFile },
  headers: FILE_HEADERS,
  refusals: [416],
  conditions: 'file',
};

export const headBatchTaskFileOperation: Operation = {
  ...getBatchTaskFileOperation,
  id: 'headBatchTaskFile',
  access: ACCESS.readOrWork,
  summary: 'What the result file is, without its content.',
  responses: { 200: null },
  refusals: [],
};
