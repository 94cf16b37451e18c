import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { LOG_LEVELS } from '../../core/task.ts';
import { BODY_TYPES } from '../body/parse.ts';
import { DateTime, Int32, nullable, type Operation } from '../openapi/operation.ts';
import { AttemptPayload, AUDIT_PROPERTIES } from './attempts-schema.ts';
import { IGNORED } from './batch-task-params.ts';
import {
  BatchTaskInfo,
  BatchTaskInfoResponse,
  BatchTaskStart,
  BatchTaskState,
  BatchTaskUpdate,
  JsonPatchDocument,
  SelectQuery,
} from './batch-task-schema.ts';
import { COUNTDOWN_START, PUT_SAMPLE } from './samples.ts';

const tag = 'BatchTask';
const LIST_CUT = {
  'Batchline-List-Cut':
    'The number of rows returned. Present only if the list was truncated at the limit of rows or at 8 MB of text',
};
const VERSION = {
  ETag: 'The version of the task in this representation',
  'Last-Modified': 'When the task last changed',
};
const TaskId = Type.Integer({ ...Int32, description: 'The id of the task' });

export const startBatchTaskOperation: Operation = {
  id: 'startBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Starts a batch task and returns its id.',
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
  summary: "Returns one batch task by id, or the caller's own tasks in a state by its name.",
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
    'Other properties of the body are ignored. Properties that are absent keep their values; null clears a text. State must be the current state or an allowed transition; null, All and Unknown leave it unchanged. The payload may be wrapped: `{"BatchTaskInfo": {…}}`.',
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
  summary: 'Applies a JSON Patch or merge patch to the same properties, all or nothing.',
  description:
    'An array is a JSON Patch. An object is a merge patch: other properties are ignored, as in PUT. If the Content-Type is a patch type, the body must have its shape.',
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
    request: { merge: { Description: 'In progress', Response: null } },
    response: { published: PUT_SAMPLE.response },
  },
};

export const deleteBatchTaskOperation: Operation = {
  id: 'deleteBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Deletes a batch task that is not running.',
  responses: { 204: null },
  refusals: [409],
  conditions: 'change',
};

export const stopBatchTaskOperation: Operation = {
  id: 'stopBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Stops a batch task and returns whether it was or will be stopped.',
  responses: { 200: Type.Boolean({ description: 'false if it had already ended or cannot be canceled' }) },
  conditions: 'change',
  examples: { response: { stopped: true } },
};

export const restartBatchTaskOperation: Operation = {
  id: 'restartBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Runs a failed task again under the same id.',
  responses: { 200: BatchTaskInfoResponse },
  refusals: [409],
  reads: { query: SelectQuery },
  conditions: 'change',
};

export const copyBatchTaskOperation: Operation = {
  id: 'copyBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Starts a copy of a task, optionally with other parameters, and returns its id.',
  responses: { 200: TaskId },
  headers: IGNORED,
  refusals: [409, 410],
  reads: {
    body: Type.Pick(Type.Partial(BatchTaskStart), ['ParameterObject', 'StartAt', 'DelaySeconds', 'Priority']),
    bodyIsOptional: true,
  },
  examples: { request: { shorter: { ParameterObject: { seconds: '5' } } }, response: { id: 275 } },
};

const AuditEntry = Type.Object(AUDIT_PROPERTIES, {
  title: 'AuditEntry',
  description: 'A change of state of a task',
});

export const readBatchTaskAuditOperation: Operation = {
  id: 'readBatchTaskAudit',
  access: ACCESS.readOrWork,
  tag,
  summary: 'Lists every change of state of a batch task.',
  responses: { 200: Type.Array(AuditEntry) },
};

export const listBatchTaskAttemptsOperation: Operation = {
  id: 'listBatchTaskAttempts',
  access: ACCESS.readOrWork,
  tag,
  summary: 'Lists the attempts to run a batch task, oldest first, with their errors.',
  description:
    'The attempt in progress is the last; it has no Ended and no Outcome. A page has at most 100 attempts; Batchline-List-Cut says that more follow, after the last Number.',
  responses: { 200: Type.Array(AttemptPayload) },
  headers: LIST_CUT,
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
  summary: 'Returns the latest log lines of the runs of a batch task.',
  responses: { 200: Type.Array(LogLine) },
  headers: LIST_CUT,
};

const Children = Type.Object(
  {
    Total: Type.Integer(),
    Ended: Type.Integer(),
    Failed: Type.Integer(),
    Children: Type.Array(
      Type.Object({
        Key: Type.String({ description: 'The key that the parent gave the child' }),
        Weight: Type.Integer({ description: "The child's share of the parent's progress" }),
        Stopped: Type.Boolean({ description: 'true if it is Failed because it was stopped' }),
        Started: nullable(DateTime),
        Ended: nullable(DateTime),
        Children: Type.Integer({ description: 'The number of its own children' }),
        Task: BatchTaskInfo,
      }),
    ),
  },
  { title: 'Children', description: 'The tasks that a task started, and their counts' },
);

export const listBatchTaskChildrenOperation: Operation = {
  id: 'listBatchTaskChildren',
  access: ACCESS.read,
  tag,
  summary: 'Lists the tasks that a batch task started, with their progress.',
  responses: { 200: Children },
  headers: LIST_CUT,
};

export const getBatchTaskParentOperation: Operation = {
  id: 'getBatchTaskParent',
  access: ACCESS.read,
  tag,
  summary: 'Returns the batch task that started this one.',
  responses: { 200: BatchTaskInfo },
};

const AnyFile = { content: { '*/*': Type.Unsafe<Blob>({ type: 'string', format: 'binary' }) } };
const FILE_HEADERS = {
  'Content-Disposition': 'The file name',
  ETag: 'The version of the file',
  'Repr-Digest': 'The SHA-256 of the file (RFC 9530)',
};

export const getBatchTaskFileOperation: Operation = {
  id: 'getBatchTaskFile',
  access: ACCESS.readOrWork,
  tag,
  summary: 'Downloads the result file of a batch task, or a range of it.',
  responses: { 200: AnyFile, 206: AnyFile },
  headers: FILE_HEADERS,
  refusals: [416],
  conditions: 'file',
};

export const headBatchTaskFileOperation: Operation = {
  ...getBatchTaskFileOperation,
  id: 'headBatchTaskFile',
  access: ACCESS.readOrWork,
  summary: 'Returns the headers of the result file without its content.',
  responses: { 200: null },
  refusals: [],
};
