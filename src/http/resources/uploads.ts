import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Operation } from '../openapi/operation.ts';
import { DateTime } from '../openapi/schemas.ts';

const tag = 'Uploads';

const created = {
  File: Type.String({ description: "What a parameter such as csv-import's file takes" }),
  Name: Type.String(),
  Bytes: Type.Integer(),
  Sha256: Type.String({ description: 'In hex' }),
};
const CreatedUpload = Type.Object(created, { title: 'CreatedUpload' });
const UploadSchema = Type.Object({ ...created, Created: DateTime, LastUsed: DateTime }, { title: 'Upload' });

export const createUploadOperation: Operation = {
  id: 'createUpload',
  access: ACCESS.write,
  tag,
  summary: 'Uploads an input file for tasks.',
  answers: { 201: CreatedUpload },
  refusals: [413],
  reads: {
    query: Type.Object({ Name: Type.String({ description: 'The file name' }) }),
    headers: Type.Object({
      'Content-Digest': Type.Optional(
        Type.String({ description: 'sha-256=:<the hash in base64>: (RFC 9530); checked where it is there' }),
      ),
    }),
    body: { content: { '*/*': Type.Unsafe<Blob>({ type: 'string', format: 'binary' }) } },
  },
};

export const listUploadsOperation: Operation = {
  id: 'listUploads',
  access: ACCESS.read,
  tag,
  summary: 'The own uploads.',
  answers: { 200: Type.Array(UploadSchema) },
};

export const deleteUploadOperation: Operation = {
  id: 'deleteUpload',
  access: ACCESS.write,
  tag,
  summary: 'Deletes an upload.',
  answers: { 204: null },
  reads: { params: Type.Object({ id: Type.String({ description: 'Its File' }) }) },
};
