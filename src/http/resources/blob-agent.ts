import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Operation } from '../openapi/operation.ts';
import { Int32 } from '../openapi/schemas.ts';

const tag = 'BLOB';
const reads = { body: Type.Object({ BatchTaskId: Int32 }), bodyIsOptional: true } as const;
const examples = { request: { arguments: { BatchTaskId: 274 } } };

const Base64 = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'The bytes in base64; null if the task has no output',
});

export const getOutputFromBatchOperation: Operation = {
  id: 'BLOB_GetOutputFromBatch',
  access: ACCESS.readOrWork,
  tag,
  summary: "A batch task's output: its result file.",
  description:
    'Bytes if Accept prefers application/octet-stream, none if there is no output; else base64 or null. An unknown task has no output.',
  answers: {
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

export const cleanupBatchTaskOperation: Operation = {
  id: 'BLOB_CleanupBatchTask',
  access: ACCESS.write,
  tag,
  summary: 'Removes a batch task with its binary objects and its result file.',
  description: 'The natural end of SucceededManualCleanup. An unknown task is no error.',
  answers: { 204: null },
  refusals: [409],
  reads,
  examples,
};
