import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { invalid } from '../../core/errors.ts';
import type { TaskDeps } from '../../services/context.ts';
import { keepResultFile } from '../../services/keep-result-file.ts';
import { readLease } from '../../services/leases.ts';
import { callerOf } from '../auth/hooks.ts';
import { readContentDigest } from '../content-digest.ts';
import { uploadResultFileOperation } from './workers-part.ts';

const Params = Type.Object({ lease: Type.String() });
const Query = Type.Object({
  Name: Type.String({ minLength: 1, description: 'The file name; it becomes FileName' }),
});
const Headers = Type.Object({
  'content-length': Type.String(),
  'content-digest': Type.String({ description: 'RFC 9530: sha-256=:<base64>:' }),
});

/** `PUT /api/v1/Workers/Leases/{lease}/File?Name=…`: a worker's result file, streamed, its size and hash checked. */
export async function workerFileRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.put<{ Params: { lease: string }; Querystring: { Name: string } }>(
    '/Leases/:lease/File',
    {
      bodyLimit: Number.MAX_SAFE_INTEGER, // the files' own limit counts
      config: { operation: uploadResultFileOperation },
      schema: { params: Params, querystring: Query, headers: Headers },
    },
    async (request, reply) => {
      const lease = readLease(request.params.lease);
      const said = {
        bytes: Number(request.headers['content-length']),
        sha256: readContentDigest(String(request.headers['content-digest'])),
      };
      if (request.body === undefined)
        throw invalid`The body is missing; the content of the file, with a Content-Type, is accepted.`;
      await keepResultFile(
        tasks,
        callerOf(request),
        lease,
        request.query.Name,
        request.body as Readable,
        said,
      );
      return reply.code(204).send();
    },
  );
}
