import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import { SCOPES } from '../../core/caller.ts';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import type { ApiToken } from '../../db/queries/tokens.ts';
import type { Schema } from '../../db/schema.ts';
import { createToken, readTokens, revokeToken } from '../../services/accounts.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf } from '../auth/hooks.ts';
import { generateToken, hashToken } from '../auth/tokens.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { readTaskId } from './batch-task-params.ts';
import { createTokenOperation, listTokensOperation, revokeTokenOperation } from './sign-in-part.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS = 3650;

const NewToken = Type.Object(
  {
    Name: Type.String({ minLength: 1, maxLength: 200 }),
    Scopes: Type.Optional(Type.Array(Type.Enum([...SCOPES]), { minItems: 1 })),
    ExpiresInDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: MAX_DAYS })),
    Expires: Type.Optional(Type.String()),
    /** What the scope `worker` is for. */
    Definitions: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1 })),
    AssociateId: Type.Optional(Type.Integer({ minimum: 1, maximum: INT32_MAX })),
  },
  { additionalProperties: false },
);

const TOKEN_CONFIG = { answer: 'Token' };

/** `/api/v1/Tokens`: bearer tokens. Associates manage their own, administrators those of their tenant or server. */
export async function tokenRoutes(
  app: FastifyInstance,
  {
    db,
    authenticator,
    serialNumber,
  }: { db: Kysely<Schema>; authenticator: Authenticator; serialNumber: string },
): Promise<void> {
  app.get('/', { config: { ...TOKEN_CONFIG, operation: listTokensOperation } }, async (request) => {
    const locale = localeOf(request);
    return (await readTokens(db, callerOf(request))).map((token) => tokenToWire(token, locale));
  });

  app.post<{ Body: Static<typeof NewToken> }>(
    '/',
    {
      config: { ...TOKEN_CONFIG, holdsSecret: true, operation: createTokenOperation },
      schema: { body: NewToken },
    },
    async (request, reply) => {
      const { Name, Scopes, AssociateId, Definitions } = request.body;
      const locale = localeOf(request);
      const wanted = {
        name: Name,
        scopes: Scopes,
        definitions: Definitions,
        associateId: AssociateId,
        expires: readExpiry(request.body, locale, new Date()),
      };
      const { token, secret } = await createToken(db, callerOf(request), wanted, (tenant) => {
        const made = generateToken(tenant ?? serialNumber);
        return { secret: made, hash: hashToken(made) };
      });
      return reply.code(201).send({ ...tokenToWire(token, locale), Token: secret });
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/:id',
    { config: { operation: revokeTokenOperation } },
    async (request, reply) => {
      await revokeToken(db, callerOf(request), readTaskId(request.params.id));
      authenticator.forget();
      return reply.code(204).send();
    },
  );
}

/** When a new token is to expire: at `Expires`, or `ExpiresInDays` from now; `undefined` if neither is given. */
function readExpiry(
  { Expires, ExpiresInDays }: Static<typeof NewToken>,
  locale: Locale,
  now: Date,
): Date | undefined {
  if (Expires === undefined) {
    return ExpiresInDays === undefined ? undefined : new Date(now.getTime() + ExpiresInDays * DAY_MS);
  }
  if (ExpiresInDays !== undefined) {
    throw invalid`Both Expires and ExpiresInDays are given; one of them is accepted.`;
  }
  const expires = locale.readDate(Expires, 'Expires');
  const days = (expires.getTime() - now.getTime()) / DAY_MS;
  if (days <= 0 || days > MAX_DAYS) {
    throw invalid`Expires is ${Expires}; a time in the next ${MAX_DAYS} days is accepted.`;
  }
  return expires;
}

function tokenToWire(token: ApiToken, locale: Locale): object {
  return {
    Id: token.id,
    Name: token.name,
    AssociateId: token.associateId,
    Scopes: token.scopes,
    Definitions: token.definitions,
    Roles: token.roles,
    DatabaseSerialNumber: token.tenant,
    ParentId: token.parentId,
    Created: locale.utcDate(token.created),
    Expires: token.expires === null ? null : locale.date(token.expires),
  };
}
