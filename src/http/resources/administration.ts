import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import {
  AUDITED_ACTIONS,
  AUDITED_KINDS,
  AUDITED_MEANS,
  type AuditedKind,
} from '../../core/administration.ts';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import type { AdministrationRecord } from '../../db/queries/administration-audit.ts';
import {
  type AdministrationDeps,
  MAX_AUDIT_RECORDS,
  readAdministrationAudit,
} from '../../services/administration.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { DateTime, nullable, type Operation } from '../openapi/operation.ts';
import { queryInteger, queryValue } from '../query.ts';

const AdministrationEntry = Type.Object(
  {
    Id: Type.Integer(),
    At: DateTime,
    ActorId: Type.Integer({ description: 'The associate; 0 for operators and the server' }),
    Actor: Type.String({ description: 'The login of the associate; empty for operators and the server' }),
    Means: Type.Enum([...AUDITED_MEANS], {
      description:
        'A sign-in, an API token, a link to set a password, the command line on the server, or the server itself',
    }),
    Action: Type.Enum([...AUDITED_ACTIONS]),
    Kind: Type.Enum([...AUDITED_KINDS]),
    ObjectId: nullable(Type.Integer({ description: 'null for definitions, which have a name only' })),
    ObjectName: Type.String(),
    DatabaseSerialNumber: nullable(Type.String()),
    Changes: Type.Array(
      Type.Object({
        Property: Type.String(),
        From: nullable(Type.String({ description: 'null if it was not set, or is confidential' })),
        To: nullable(Type.String({ description: 'null if it is not set, or is confidential' })),
      }),
    ),
  },
  { title: 'AdministrationEntry', description: 'An administrative action' },
);

const listAdministrationOperation: Operation = {
  id: 'listAdministrationAudit',
  access: ACCESS.readAsAdministrator,
  tag: 'Sign-in',
  summary:
    'Lists who changed users, tokens, applications, webhooks, schedules and definitions, latest first.',
  responses: { 200: Type.Array(AdministrationEntry) },
  reads: {
    query: Type.Object({
      Kind: Type.Optional(Type.Enum([...AUDITED_KINDS])),
      ObjectName: Type.Optional(Type.String()),
      ObjectId: Type.Optional(Type.Integer({ minimum: 0, maximum: INT32_MAX })),
      ActorId: Type.Optional(Type.Integer({ minimum: 0, maximum: INT32_MAX })),
      Before: Type.Optional(
        Type.Integer({ minimum: 1, description: 'Returns only entries with a smaller Id' }),
      ),
      Top: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_AUDIT_RECORDS, default: 100 })),
    }),
  },
};

/** `/api/v1/Administration/Audit`: administrative actions. Administrators of a tenant see those of their tenant. */
export async function administrationRoutes(app: FastifyInstance, deps: AdministrationDeps): Promise<void> {
  app.get(
    '/Audit',
    { config: { payload: 'AdministrationEntry', operation: listAdministrationOperation } },
    async (request) => {
      const locale = localeOf(request);
      const id = { min: 0, max: INT32_MAX };
      const filter = {
        kind: readKind(queryValue(request, 'Kind')),
        objectName: queryValue(request, 'ObjectName'),
        objectId: queryInteger(request, 'ObjectId', id),
        actorId: queryInteger(request, 'ActorId', id),
        beforeId: queryInteger(request, 'Before', { min: 1, max: Number.MAX_SAFE_INTEGER }),
      };
      const limit = queryInteger(request, 'Top', { min: 1, max: MAX_AUDIT_RECORDS }) ?? 100;
      const records = await readAdministrationAudit(deps, callerOf(request), filter, limit);
      return records.map((record) => toWire(record, locale));
    },
  );
}

function readKind(text: string | undefined): AuditedKind | undefined {
  if (text === undefined) return undefined;
  const kind = AUDITED_KINDS.find((one) => one.toLowerCase() === text.toLowerCase());
  if (kind === undefined)
    throw invalid`${'Kind'} is "${text.slice(0, 40)}"; ${AUDITED_KINDS.join(', ')} is accepted.`;
  return kind;
}

function toWire({ actor, changes, ...record }: AdministrationRecord, locale: Locale): object {
  return {
    Id: record.id,
    At: locale.date(record.at),
    ActorId: actor.associateId,
    Actor: actor.login,
    Means: actor.means,
    Action: record.action,
    Kind: record.kind,
    ObjectId: record.objectId,
    ObjectName: record.objectName,
    DatabaseSerialNumber: record.tenant,
    Changes: changes.map(({ property, from, to }) => ({ Property: property, From: from, To: to })),
  };
}
