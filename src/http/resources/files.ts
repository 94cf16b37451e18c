import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { invalid } from '../../core/errors.ts';
import type { NewUpload, Upload } from '../../db/queries/file.ts';
import { UPLOAD_PREFIX } from '../../files/files.ts';
import type { TaskDeps } from '../../services/access.ts';
import { createUpload, deleteUpload, readResultFile, readUploads } from '../../services/files.ts';
import { readTaskHistory } from '../../services/read-tasks.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { DateTime, type Operation } from '../openapi/operation.ts';
import { queryValue } from '../query.ts';
import { readContentDigest, sendFile } from '../send-file.ts';
import { writeAuditEntry } from './attempts-schema.ts';
import {
  getBatchTaskFileOperation,
  headBatchTaskFileOperation,
  readBatchTaskAuditOperation,
} from './batch-task-operations.ts';
import { readTaskId } from './batch-task-params.ts';

const tag = 'Uploads';

const created = {
  File: Type.String({ description: 'The value for file parameters, such as file of csv-import' }),
  Name: Type.String(),
  Bytes: Type.Integer(),
  Sha256: Type.String({ description: 'Hexadecimal SHA-256 of the content' }),
};
const CreatedUpload = Type.Object(created, { title: 'CreatedUpload' });
const UploadSchema = Type.Object({ ...created, Created: DateTime, LastUsed: DateTime }, { title: 'Upload' });

const createUploadOperation: Operation = {
  id: 'createUpload',
  access: ACCESS.write,
  tag,
  summary: 'Uploads an input file for tasks.',
  responses: { 201: CreatedUpload },
  refusals: [413],
  reads: {
    query: Type.Object({ Name: Type.String({ description: 'The file name' }) }),
    headers: Type.Object({
      'Content-Digest': Type.Optional(
        Type.String({ description: 'sha-256=:<base64>: (RFC 9530); verified if present' }),
      ),
    }),
    body: { content: { '*/*': Type.Unsafe<Blob>({ type: 'string', format: 'binary' }) } },
  },
};

const listUploadsOperation: Operation = {
  id: 'listUploads',
  access: ACCESS.read,
  tag,
  summary: "Lists the caller's own uploads.",
  responses: { 200: Type.Array(UploadSchema) },
};

const deleteUploadOperation: Operation = {
  id: 'deleteUpload',
  access: ACCESS.write,
  tag,
  summary: 'Deletes an upload.',
  responses: { 204: null },
  reads: { params: Type.Object({ id: Type.String({ description: 'The File of the upload' }) }) },
};

const CONFIG = { payload: 'Upload' };

/**
 * `/api/v1/Uploads`: input files. `POST …?Name=customers.csv` stores the body, of any type; parameters such as `file` of
 * csv-import take the File of the response. GET lists the caller's own uploads; administrators can DELETE any.
 */
export async function uploadRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.post(
    '/',
    { config: { ...CONFIG, operation: createUploadOperation }, bodyLimit: Number.MAX_SAFE_INTEGER }, // the limit of files applies
    async (request, reply) => {
      const name = queryValue(request, 'Name');
      if (name === undefined) throw invalid`Name is missing in the query; set it to the file name.`;
      if (request.body === undefined)
        throw invalid`The body is missing; send the content of the file with a Content-Type.`;
      const digest = request.headers['content-digest'];
      const sha256 = digest === undefined ? undefined : readContentDigest(String(digest));
      const upload = await createUpload(tasks, callerOf(request), name, request.body as Readable, {
        bytes: Number(request.headers['content-length'] ?? 0),
        sha256,
      });
      return reply.code(201).send(newToWire(upload));
    },
  );

  app.get('/', { config: { ...CONFIG, operation: listUploadsOperation } }, async (request) => {
    const locale = localeOf(request);
    return (await readUploads(tasks, callerOf(request))).map((upload) => toWire(upload, locale));
  });

  app.delete<{ Params: { id: string } }>(
    '/:id',
    { config: { operation: deleteUploadOperation } },
    async (request, reply) => {
      await deleteUpload(tasks, callerOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}

function newToWire(upload: NewUpload): object {
  return {
    File: UPLOAD_PREFIX + upload.id,
    Name: upload.name,
    Bytes: upload.bytes,
    Sha256: upload.sha256,
  };
}

function toWire(upload: Upload, locale: Locale): object {
  return {
    ...newToWire(upload),
    Created: locale.date(upload.created),
    LastUsed: locale.date(upload.lastUsed),
  };
}

type ById = { Params: { id: string } };

/** `/api/v1/BatchTask/{id}/File` and `…/Audit`: the result file and the history of a task (contract, section 8). */
export async function taskFileRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.route<ById>({
    method: ['GET', 'HEAD'],
    url: '/:id/File',
    config: {
      ownType: true,
      xsrf: 'sameSite',
      operation: { GET: getBatchTaskFileOperation, HEAD: headBatchTaskFileOperation },
    },
    handler: async (request, reply) => {
      const file = await readResultFile(tasks, callerOf(request), readTaskId(request.params.id));
      return sendFile(request, reply, file);
    },
  });

  app.get<ById>(
    '/:id/Audit',
    { config: { payload: 'AuditEntry', operation: readBatchTaskAuditOperation } },
    async (request) => {
      const entries = await readTaskHistory(tasks, callerOf(request), readTaskId(request.params.id));
      const locale = localeOf(request);
      return entries.map((entry) => writeAuditEntry(entry, locale));
    },
  );
}
