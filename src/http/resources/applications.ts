import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import { SCOPES } from '../../core/caller.ts';
import { notFound } from '../../core/errors.ts';
import { checkText } from '../../core/limits.ts';
import {
  type Application,
  deleteApplication,
  insertApplication,
  listApplications,
} from '../../db/queries/applications.ts';
import type { Schema } from '../../db/schema.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { generateSecret, hashToken } from '../auth/tokens.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { readTaskId } from './batch-task-params.ts';
import {
  createApplicationOperation,
  listApplicationsOperation,
  removeApplicationOperation,
} from './sign-in-part.ts';

const APPLICATION_CONFIG = { answer: 'Application' };

const NewApplication = Type.Object(
  {
    Name: Type.String({ minLength: 1, maxLength: 200 }),
    Scopes: Type.Optional(Type.Array(Type.Enum([...SCOPES]), { minItems: 1 })),
  },
  { additionalProperties: false },
);

/** `/api/v1/Applications`: whose SO-AppToken is known (contract, section 5). For administrators of the whole server. */
export async function applicationRoutes(
  app: FastifyInstance,
  { db, authenticator }: { db: Kysely<Schema>; authenticator: Authenticator },
): Promise<void> {
  app.get(
    '/',
    { config: { ...APPLICATION_CONFIG, operation: listApplicationsOperation } },
    async (request) => {
      const locale = localeOf(request);
      return (await listApplications(db)).map((application) => applicationToWire(application, locale));
    },
  );

  app.post<{ Body: Static<typeof NewApplication> }>(
    '/',
    {
      config: { ...APPLICATION_CONFIG, holdsSecret: true, operation: createApplicationOperation },
      schema: { body: NewApplication },
    },
    async (request, reply) => {
      const { Name, Scopes = null } = request.body;
      checkText('Name', Name, 200);
      const secret = generateSecret();
      const application = await insertApplication(db, {
        name: Name,
        scopes: Scopes,
        hash: hashToken(secret),
      });
      return reply.code(201).send({ ...applicationToWire(application, localeOf(request)), AppToken: secret });
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/:id',
    { config: { operation: removeApplicationOperation } },
    async (request, reply) => {
      const id = readTaskId(request.params.id);
      const found = await deleteApplication(db, id);
      authenticator.forget();
      if (!found) throw notFound`There is no application ${id}.`;
      return reply.code(204).send();
    },
  );
}

function applicationToWire(application: Application, locale: Locale): object {
  return {
    Id: application.id,
    Name: application.name,
    Scopes: application.scopes,
    Created: locale.date(application.created),
  };
}
