import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type Caller, isAdministrator } from '../../core/caller.ts';
import { invalid, notFound } from '../../core/errors.ts';
import { findUpload, listUploads, type NewUpload, type Upload } from '../../db/queries/uploads.ts';
import { isUploadId, UPLOAD_PREFIX } from '../../files/files.ts';
import type { TaskDeps } from '../../services/context.ts';
import { callerOf } from '../auth/hooks.ts';
import { readContentDigest } from '../content-digest.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { queryValue } from '../query.ts';
import { createUploadOperation, deleteUploadOperation, listUploadsOperation } from './uploads.ts';

const CONFIG = { answer: 'Upload' };

/**
 * `/api/v1/Uploads`: input files. `POST …?Name=customers.csv` keeps the body, of any type; the answer's File is what a
 * parameter such as csv-import's `file` takes. GET lists the own ones; DELETE removes one, of anybody's for
 * administrators.
 */
export async function uploadRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  const { sql } = tasks.database;
  const ownerOf = (caller: Caller) => ({
    associateId: caller.associateId,
    tenant: caller.tenant ?? tasks.serialNumber,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.post(
    '/',
    { config: { ...CONFIG, operation: createUploadOperation }, bodyLimit: Number.MAX_SAFE_INTEGER }, // the files' own limit counts
    async (request, reply) => {
      const caller = callerOf(request);
      const name = queryValue(request, 'Name');
      if (name === undefined) throw invalid`Name is missing in the query; the file name is accepted.`;
      if (request.body === undefined)
        throw invalid`The body is missing; the content of the file, with a Content-Type, is accepted.`;
      const digest = request.headers['content-digest'];
      const sha256 = digest === undefined ? undefined : readContentDigest(String(digest));
      const upload = await tasks.files.keepUpload(ownerOf(caller), name, request.body as Readable, {
        bytes: Number(request.headers['content-length'] ?? 0),
        sha256,
      });
      return reply.code(201).send(newToWire(upload));
    },
  );

  app.get('/', { config: { ...CONFIG, operation: listUploadsOperation } }, async (request) => {
    const locale = localeOf(request);
    const uploads = await listUploads(sql, ownerOf(callerOf(request)), tasks.listLimit);
    return uploads.map((upload) => toWire(upload, locale));
  });

  app.delete<{ Params: { id: string } }>(
    '/:id',
    { config: { operation: deleteUploadOperation } },
    async (request, reply) => {
      const caller = callerOf(request);
      const id = request.params.id.replace(UPLOAD_PREFIX, '');
      const upload = isUploadId(id) ? await findUpload(sql, id) : undefined;
      if (upload === undefined || !mayDelete(caller, upload))
        throw notFound`There is no upload "${id}" of yours.`;
      await tasks.files.removeUpload(id);
      return reply.code(204).send();
    },
  );
}

function mayDelete(caller: Caller, upload: Upload): boolean {
  if (caller.tenant !== null && caller.tenant !== upload.tenant) return false;
  return upload.associateId === caller.associateId || isAdministrator(caller);
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
