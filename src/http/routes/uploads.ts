import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { forbidden, invalid } from '../../domain/errors.ts';
import type { TaskParts } from '../../tasks/task-parts.ts';
import { callerOf } from '../auth/sign-in.ts';

/**
 * `POST /api/v1/Uploads?Name=customers.csv`: the body, of any type, is kept as an input file. The answer's File
 * is what a parameter such as csv-import's `file` takes.
 */
export async function uploadRoutes(app: FastifyInstance, { tasks }: { tasks: TaskParts }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.post<{ Querystring: Record<string, string | undefined> }>(
    '/',
    { config: { answer: 'Upload' }, bodyLimit: Number.MAX_SAFE_INTEGER }, // the files' own limit counts
    async (request, reply) => {
      const caller = callerOf(request);
      if (!caller.scopes.includes('write'))
        throw forbidden`You may not upload files: this sign-in may only read.`;
      const name = Object.entries(request.query).find(([key]) => key.toLowerCase() === 'name')?.[1];
      if (name === undefined) throw invalid`Name is missing in the query; the file name is accepted.`;
      if (request.body === undefined)
        throw invalid`The body is missing; the content of the file, with a Content-Type, is accepted.`;
      const owner = { associateId: caller.associateId, tenant: caller.tenant ?? tasks.serialNumber };
      const upload = await tasks.files.keepUpload(owner, name, request.body as Readable);
      return reply.code(201).send({
        File: `upload:${upload.id}`,
        Name: upload.name,
        Bytes: upload.bytes,
        Sha256: upload.sha256,
      });
    },
  );
}
