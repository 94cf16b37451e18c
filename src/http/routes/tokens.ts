import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import { type Caller, isAdministrator, SCOPES, type Scope } from '../../domain/caller.ts';
import { forbidden, invalid, missing } from '../../domain/errors.ts';
import { checkText, INT32_MAX } from '../../domain/limits.ts';
import { message } from '../../domain/message.ts';
import { getAssociate } from '../../store/associates/associates.ts';
import type { Schema } from '../../store/schema.ts';
import {
  type ApiToken,
  deleteToken,
  insertToken,
  listTokens,
  type TokenOwners,
} from '../../store/tokens/tokens.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf } from '../auth/sign-in.ts';
import { generateToken, hashToken } from '../auth/tokens.ts';
import { type Locale, localeOf } from '../localization/locale.ts';
import { readTaskId } from '../wire/task-id.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_DAYS = 3650;

const NewToken = Type.Object(
  {
    Name: Type.String({ minLength: 1, maxLength: 200 }),
    Scopes: Type.Optional(Type.Array(Type.Enum([...SCOPES]), { minItems: 1 })),
    ExpiresInDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: MOST_DAYS })),
    Expires: Type.Optional(Type.String()),
    /** What the scope `worker` is for. */
    Definitions: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1 })),
    AssociateId: Type.Optional(Type.Integer({ minimum: 1, maximum: INT32_MAX })),
  },
  { additionalProperties: false },
);

const CONFIG = { answer: 'Token' };

/** `/api/v1/Tokens`: bearer tokens. One's own; administrators have those of everybody, or of everybody in their tenant. */
export async function tokenRoutes(
  app: FastifyInstance,
  {
    db,
    authenticator,
    serialNumber,
  }: { db: Kysely<Schema>; authenticator: Authenticator; serialNumber: string },
): Promise<void> {
  app.get('/', { config: CONFIG }, async (request) => {
    const caller = callerOf(request);
    const tokens = await listTokens(db, ownersFor(caller));
    const locale = localeOf(request);
    return tokens.map((token) => toWire(token, locale));
  });

  app.post<{ Body: Static<typeof NewToken> }>(
    '/',
    { config: CONFIG, schema: { body: NewToken } },
    async (request, reply) => {
      const caller = callerOf(request);
      const {
        Name,
        Scopes = ['read', 'write'],
        AssociateId = caller.associateId,
        Definitions,
      } = request.body;
      checkText('Name', Name, 200);
      if (AssociateId !== caller.associateId && !isAdministrator(caller)) {
        throw forbidden`Tokens for other associates are made by administrators.`;
      }
      const excess = Scopes.filter((scope) => !caller.scopes.includes(scope));
      if (excess.length > 0)
        throw forbidden`This sign-in can't give the scopes ${excess.join(', ')}: it doesn't have them.`;
      const definitions = checkWorkerScope(caller, Scopes, Definitions);
      const associate = await getAssociate(db, AssociateId);
      const isOthers = AssociateId !== caller.associateId && caller.tenant !== null;
      if (associate === undefined || (isOthers && associate.tenant !== caller.tenant))
        throw invalid`AssociateId is ${AssociateId}, but there is no such associate.`;
      const locale = localeOf(request);
      const expires = readExpiry(request.body, locale, new Date());
      const secret = generateToken(associate.tenant ?? serialNumber);
      const token = await insertToken(db, {
        associateId: AssociateId,
        name: Name,
        scopes: Scopes,
        definitions,
        expires,
        hash: hashToken(secret),
      });
      return reply.code(201).send({ ...toWire(token, locale), Token: secret });
    },
  );

  app.delete<{ Params: { id: string } }>('/:id', async (request, reply) => {
    const caller = callerOf(request);
    const id = readTaskId(request.params.id);
    const found = await deleteToken(db, id, ownersFor(caller));
    authenticator.forget();
    if (!found) throw missing`There is no token ${id}.`;
    return reply.code(204).send();
  });
}

/** Whose tokens the caller may see and revoke. */
function ownersFor(caller: Caller): TokenOwners | undefined {
  const { associateId, tenant } = caller;
  if (!isAdministrator(caller)) return { associateId };
  return tenant === null ? undefined : { associateId, tenant };
}

/** When a new token ends: at `Expires`, or `ExpiresInDays` from now, or never. */
function readExpiry(
  { Expires, ExpiresInDays }: Static<typeof NewToken>,
  locale: Locale,
  now: Date,
): Date | null {
  if (Expires === undefined) {
    return ExpiresInDays === undefined ? null : new Date(now.getTime() + ExpiresInDays * DAY_MS);
  }
  if (ExpiresInDays !== undefined) {
    throw invalid`Both Expires and ExpiresInDays are given; one of them is accepted.`;
  }
  const expires = locale.readDate(Expires, 'Expires');
  const days = (expires.getTime() - now.getTime()) / DAY_MS;
  if (days <= 0 || days > MOST_DAYS) {
    throw invalid`Expires is ${Expires}; a time in the next ${MOST_DAYS} days is accepted.`;
  }
  return expires;
}

/** The definitions that a new token is for, in lower case; `null` where it is no worker's. */
function checkWorkerScope(
  caller: Caller,
  scopes: readonly Scope[],
  definitions: readonly string[] | undefined,
): string[] | null {
  if (!scopes.includes('worker')) {
    if (definitions !== undefined) throw invalid`Definitions is for tokens with the scope worker.`;
    return null;
  }
  if (!isAdministrator(caller)) throw forbidden`Tokens with the scope worker are made by administrators.`;
  if (definitions === undefined)
    throw invalid`Definitions is missing; the names of the definitions that the worker runs are accepted.`;
  for (const name of definitions) checkText(message`A name in Definitions`, name, 100);
  return definitions.map((name) => name.toLowerCase());
}

function toWire(token: ApiToken, locale: Locale): object {
  return {
    Id: token.id,
    Name: token.name,
    AssociateId: token.associateId,
    Scopes: token.scopes,
    Definitions: token.definitions,
    Created: locale.utcDate(token.created),
    Expires: token.expires === null ? null : locale.date(token.expires),
  };
}
