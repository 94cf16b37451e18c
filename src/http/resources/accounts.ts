import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import { type Caller, isAdministrator, isFullSignIn, ROLES, SCOPES } from '../../core/caller.ts';
import { forbidden, invalid, notFound } from '../../core/errors.ts';
import { checkText, INT32_MAX } from '../../core/limits.ts';
import {
  type ApiToken,
  type Application,
  type Associate,
  deleteApplication,
  deleteSignInsOf,
  getAssociate,
  insertApplication,
  insertAssociate,
  listApplications,
  listAssociates,
  updateAssociate,
} from '../../db/queries/account.ts';
import type { Schema } from '../../db/schema.ts';
import { createToken, readTokens, revokeToken } from '../../services/accounts.ts';
import { checkPassword, hashPassword } from '../../services/password-hash.ts';
import { generateSecret, generateToken, hashToken } from '../../services/secrets.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { readTaskId } from './batch-task-params.ts';
import {
  changeUserOperation,
  createApplicationOperation,
  createTokenOperation,
  createUserOperation,
  listApplicationsOperation,
  listTokensOperation,
  listUsersOperation,
  removeApplicationOperation,
  revokeTokenOperation,
} from './sign-in.ts';

const Password = Type.String({
  minLength: 1,
  maxLength: 1000,
  description: 'The minimum length is the setting BATCHLINE_MIN_PASSWORD_LENGTH',
});
const Roles = Type.Array(Type.Enum([...ROLES]));

const NewUser = Type.Object(
  {
    Login: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^:\\s\\0]+$' }),
    Name: Type.Optional(Type.String({ maxLength: 200 })),
    Password,
    Roles: Type.Optional(Roles),
    DatabaseSerialNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 39 })),
  },
  { additionalProperties: false },
);

const UserChange = Type.Object(
  { Password: Type.Optional(Password), Roles: Type.Optional(Roles), Disabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
);

const USER_CONFIG = { payload: 'User' };

/**
 * `/api/v1/Users`: the associates who can sign in. Administrators of a tenant manage its associates only; all callers may
 * change their own password.
 */
export async function userRoutes(
  app: FastifyInstance,
  {
    db,
    authenticator,
    minPasswordLength,
  }: { db: Kysely<Schema>; authenticator: Authenticator; minPasswordLength: number },
): Promise<void> {
  app.get('/', { config: { ...USER_CONFIG, operation: listUsersOperation } }, async (request) => {
    const caller = callerOf(request);
    return (await listAssociates(db, caller.tenant)).map(userToWire);
  });

  app.post<{ Body: Static<typeof NewUser> }>(
    '/',
    { config: { ...USER_CONFIG, operation: createUserOperation }, schema: { body: NewUser } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { Login, Name, Password: password, Roles: roles, DatabaseSerialNumber } = request.body;
      checkText('Name', Name ?? '', 200);
      checkPassword(password, minPasswordLength);
      checkText('DatabaseSerialNumber', DatabaseSerialNumber ?? '', 39);
      if (caller.tenant !== null && (DatabaseSerialNumber ?? caller.tenant) !== caller.tenant)
        throw forbidden`You may not create associates for DatabaseSerialNumber "${DatabaseSerialNumber ?? ''}"; yours is "${caller.tenant}".`;
      const associate = await insertAssociate(db, {
        login: Login,
        name: Name ?? Login,
        passwordHash: await hashPassword(password),
        roles: roles ?? [],
        tenant: DatabaseSerialNumber ?? caller.tenant,
      });
      return reply.code(201).send(userToWire(associate));
    },
  );

  app.patch<{ Params: { id: string }; Body: Static<typeof UserChange> }>(
    '/:id',
    { config: { ...USER_CONFIG, operation: changeUserOperation }, schema: { body: UserChange } },
    async (request) => {
      const id = readTaskId(request.params.id);
      const caller = callerOf(request);
      const isOwn = id === caller.associateId;
      const isOwnPassword = isOwn && Object.keys(request.body).join() === 'Password';
      checkAdministrator(isAdministrator(caller) || isOwnPassword);
      if (isOwn && !isFullSignIn(caller))
        throw forbidden`These credentials have fewer rights than their associate and can't change the account; sign in with the password.`;
      if (!isWithin(caller, await getAssociate(db, id))) throw notFound`There is no associate ${id}.`;
      const { Password: password, Roles: roles, Disabled } = request.body;
      if (password !== undefined) checkPassword(password, minPasswordLength);
      const changed = await updateAssociate(db, id, {
        passwordHash: password === undefined ? undefined : await hashPassword(password),
        disabled: Disabled,
        roles,
      });
      // Revokes the tickets and sessions that were issued for the old password.
      if (password !== undefined || Disabled === true) await deleteSignInsOf(db, id);
      authenticator.clearCache();
      if (changed === undefined) throw notFound`There is no associate ${id}.`;
      return userToWire(changed);
    },
  );
}

/** True if the associate is the caller, or the caller's tenant includes the associate. */
function isWithin(caller: Caller, associate: Associate | undefined): boolean {
  if (associate === undefined) return false;
  return associate.id === caller.associateId || caller.tenant === null || associate.tenant === caller.tenant;
}

function checkAdministrator(allowed: boolean): void {
  if (!allowed) throw forbidden`This call is for administrators.`;
}

function userToWire(associate: Associate): object {
  return {
    AssociateId: associate.id,
    Login: associate.login,
    Name: associate.name,
    Roles: associate.roles,
    DatabaseSerialNumber: associate.tenant,
    Disabled: associate.disabled,
  };
}

const APPLICATION_CONFIG = { payload: 'Application' };

const NewApplication = Type.Object(
  {
    Name: Type.String({ minLength: 1, maxLength: 200 }),
    Scopes: Type.Optional(Type.Array(Type.Enum([...SCOPES]), { minItems: 1 })),
  },
  { additionalProperties: false },
);

/** `/api/v1/Applications`: the applications with an SO-AppToken (contract, section 5). For administrators of the server. */
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
      authenticator.clearCache();
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

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS = 3650;

const NewToken = Type.Object(
  {
    Name: Type.String({ minLength: 1, maxLength: 200 }),
    Scopes: Type.Optional(Type.Array(Type.Enum([...SCOPES]), { minItems: 1 })),
    ExpiresInDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: MAX_DAYS })),
    Expires: Type.Optional(Type.String()),
    /** The definitions that a token with the scope `worker` may run. */
    Definitions: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1 })),
    AssociateId: Type.Optional(Type.Integer({ minimum: 1, maximum: INT32_MAX })),
  },
  { additionalProperties: false },
);

const TOKEN_CONFIG = { payload: 'Token' };

/** `/api/v1/Tokens`: bearer tokens. Associates manage their own, administrators those of their tenant or the server. */
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
        const generated = generateToken(tenant ?? serialNumber);
        return { secret: generated, hash: hashToken(generated) };
      });
      return reply.code(201).send({ ...tokenToWire(token, locale), Token: secret });
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/:id',
    { config: { operation: revokeTokenOperation } },
    async (request, reply) => {
      await revokeToken(db, callerOf(request), readTaskId(request.params.id));
      authenticator.clearCache();
      return reply.code(204).send();
    },
  );
}

/** The expiry of a new token: `Expires`, or `ExpiresInDays` from now; `undefined` if neither is given. */
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
