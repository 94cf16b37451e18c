import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { ACCESS, type Caller } from '../../core/access.ts';
import {
  AUDITED_ACTIONS,
  AUDITED_KINDS,
  AUDITED_MEANS,
  type AuditedKind,
} from '../../core/administration.ts';
import { mergePages } from '../../core/cell-pages.ts';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import type { AdministrationFilter, AdministrationRecord } from '../../db/queries/administration-audit.ts';
import {
  type AdministrationDeps,
  MAX_AUDIT_RECORDS,
  readAdministrationAudit,
} from '../../services/administration.ts';
import { callerOf } from '../auth/hooks.ts';
import { askOtherCells, CELLS_MISSING, CellOfRow, CellsQuery } from '../cell-lists.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { DateTime, nullable, type Operation } from '../openapi/operation.ts';
import { queryInteger, queryValue, queryWord } from '../query.ts';

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
    Cell: CellOfRow,
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
    'Lists who changed users, tokens, applications, webhooks, subscriptions, schedules and definitions, latest first.',
  responses: { 200: Type.Array(AdministrationEntry) },
  headers: {
    ...CELLS_MISSING,
    'Batchline-Continue': 'With Cells=all: the value of Continue for the next page, if there is one',
  },
  reads: {
    query: Type.Object({
      Kind: Type.Optional(Type.Enum([...AUDITED_KINDS])),
      ObjectName: Type.Optional(Type.String()),
      ObjectId: Type.Optional(Type.Integer({ minimum: 0, maximum: INT32_MAX })),
      ActorId: Type.Optional(Type.Integer({ minimum: 0, maximum: INT32_MAX })),
      Before: Type.Optional(
        Type.Integer({ minimum: 1, description: 'Returns only entries with a smaller Id' }),
      ),
      Cells: CellsQuery,
      Continue: Type.Optional(
        Type.String({ description: 'With Cells=all: the header Batchline-Continue of the page before' }),
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
    async (request, reply) => {
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
      const caller = callerOf(request);
      if (queryWord(request, 'Cells', ['all']) === undefined) {
        const records = await readAdministrationAudit(deps, caller, filter, limit);
        return records.map((record) => toWire(record, locale));
      }
      if (filter.beforeId !== undefined)
        throw invalid`Before is for one cell; Continue is accepted with Cells.`;
      return listOfAllCells(deps, request, reply, { caller, filter, limit });
    },
  );
}

/** Returns the actions of all cells, latest first. Each cell continues after its own last action of the page before. */
async function listOfAllCells(
  deps: AdministrationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { caller, filter, limit }: { caller: Caller; filter: AdministrationFilter; limit: number },
): Promise<object[]> {
  const name = request.server.cellRouter?.name ?? '';
  const positions = readPositions(queryValue(request, 'Continue'));
  const locale = localeOf(request);
  const given = ['Kind', 'ObjectName', 'ObjectId', 'ActorId'].flatMap((option) => {
    const value = queryValue(request, option);
    return value === undefined ? [] : [[option, value] as [string, string]];
  });
  const pathFor = ({ name: other }: { readonly name: string }): string => {
    const query = new URLSearchParams([...given, ['Top', String(limit)]]);
    if (positions[other] !== undefined) query.set('Before', String(positions[other]));
    return `/api/v1/Administration/Audit?${query}`;
  };
  const [own, answers] = await Promise.all([
    readAdministrationAudit(deps, caller, { ...filter, beforeId: positions[name] }, limit),
    askOtherCells(request, reply, caller, (cell) => ({ path: pathFor(cell), timeZone: UTC })),
  ]);
  const found = answers.map(({ cell, body }) => ({
    cell,
    rows: (body as Entry[]).map((row) => ({ id: row.Id, at: new Date(row.At), row: row as object })),
  }));
  const rows = own.map((record) => ({ id: record.id, at: record.at, row: toWire(record, locale) }));
  const pages = [{ cell: name, rows }, ...found].map((page) => ({
    ...page,
    hasMore: page.rows.length === limit,
  }));
  const merged = mergePages(pages, (a, b) => b.at.getTime() - a.at.getTime(), 0, limit);
  if (merged.hasMore) {
    const passed = [...merged.last].map(([cell, { id }]) => [cell, id]);
    const next = JSON.stringify({ ...positions, ...Object.fromEntries(passed) });
    reply.header('Batchline-Continue', Buffer.from(next).toString('base64url'));
  }
  return merged.rows.map(([cell, { at, row }]) => ({ ...row, At: locale.date(at), Cell: cell }));
}

/** Times with which other cells respond. */
const UTC = 'Etc/UTC, includeTZOffset';

type Entry = Static<typeof AdministrationEntry>;

/** The id of the last action of each cell. @throws RequestError (invalid) */
function readPositions(text = ''): Readonly<Record<string, number>> {
  if (text === '') return {};
  const wrong = invalid`Continue is not the position of a page; the header Batchline-Continue is accepted.`;
  try {
    const found: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof found !== 'object' || found === null || Array.isArray(found)) throw wrong;
    if (!Object.values(found).every((id) => Number.isSafeInteger(id))) throw wrong;
    return found as Record<string, number>;
  } catch {
    throw wrong;
  }
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
