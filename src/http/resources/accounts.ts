import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { ROLES, SCOPES } from '../../core/access.ts';
import { actorOf } from '../../core/administration.ts';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import type { ApiToken, Application, Associate } from '../../db/queries/account.ts';
import {
  type AccountDeps,
  changeUser,
  createApplication,
  createPasswordLink,
  createUser,
  readApplications,
  readUsers,
  removeApplication,
} from '../../services/accounts.ts';
import {
  createToken,
  expiryAfterDays,
  MAX_TOKEN_DAYS,
  readTokens,
  revokeToken,
  type TokenDeps,
} from '../../services/tokens.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { readTaskId } from './batch-task-params.ts';
import { createPasswordLinkOperation } from './password-links.ts';
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
    // Without one, the account signs in at the OIDC provider, or after setting one by a link.
    Password: Type.Optional(Password),
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

/** The dependencies of the account routes. */
export interface AccountRouteDeps extends AccountDeps {
  /** Its cache is cleared after a change. */
  readonly authenticator: Authenticator;
}

/**
 * `/api/v1/Users`: the associates who can sign in. Administrators of a tenant manage its associates only; all callers may
 * change their own password.
 */
export async function userRoutes(app: FastifyInstance, deps: AccountRouteDeps): Promise<void> {
  app.get('/', { config: { ...USER_CONFIG, operation: listUsersOperation } }, async (request) =>
    (await readUsers(deps, callerOf(request))).map((user) => userToWire(user, localeOf(request))),
  );

  app.post<{ Body: Static<typeof NewUser> }>(
    '/',
    { config: { ...USER_CONFIG, operation: createUserOperation }, schema: { body: NewUser } },
    async (request, reply) => {
      const { Login: login, Name: name, Password: password, Roles: roles = [] } = request.body;
      const wanted = { login, name, password, roles, tenant: request.body.DatabaseSerialNumber };
      const created = await createUser(deps, callerOf(request), wanted);
      return reply.code(201).send(userToWire(created, localeOf(request)));
    },
  );

  app.patch<{ Params: { id: string }; Body: Static<typeof UserChange> }>(
    '/:id',
    { config: { ...USER_CONFIG, operation: changeUserOperation }, schema: { body: UserChange } },
    async (request) => {
      const { Password, Roles: roles, Disabled } = request.body;
      const changed = await changeUser(deps, callerOf(request), readTaskId(request.params.id), {
        ...(Password === undefined ? {} : { password: Password }),
        ...(roles === undefined ? {} : { roles }),
        ...(Disabled === undefined ? {} : { disabled: Disabled }),
      });
      deps.authenticator.clearCache();
      return userToWire(changed, localeOf(request));
    },
  );

  app.post<{ Params: { id: string } }>(
    '/:id/PasswordLink',
    { config: { payload: 'PasswordLink', holdsSecret: true, operation: createPasswordLinkOperation } },
    async (request, reply) => {
      const { secret, expires } = await createPasswordLink(
        deps,
        callerOf(request),
        readTaskId(request.params.id),
      );
      const link = { Url: passwordPage(request, secret), Expires: localeOf(request).date(expires) };
      return reply.code(201).send(link);
    },
  );
}

/** The address of the page where the associate of a link sets a password. The secret is in the fragment, which no log has. */
function passwordPage(request: FastifyRequest, secret: string): string {
  return `${request.protocol}://${request.host}/password#${secret}`;
}

function userToWire(associate: Associate, locale: Locale): object {
  return {
    AssociateId: associate.id,
    Login: associate.login,
    Name: associate.name,
    Roles: associate.roles,
    DatabaseSerialNumber: associate.tenant,
    Disabled: associate.disabled,
    LastSignIn: associate.lastSignIn && locale.date(associate.lastSignIn),
    LastSignInBy: associate.lastSignInBy,
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
export async function applicationRoutes(app: FastifyInstance, deps: AccountRouteDeps): Promise<void> {
  app.get(
    '/',
    { config: { ...APPLICATION_CONFIG, operation: listApplicationsOperation } },
    async (request) => {
      const locale = localeOf(request);
      return (await readApplications(deps)).map((application) => applicationToWire(application, locale));
    },
  );

  app.post<{ Body: Static<typeof NewApplication> }>(
    '/',
    {
      config: { ...APPLICATION_CONFIG, holdsSecret: true, operation: createApplicationOperation },
      schema: { body: NewApplication },
    },
    async (request, reply) => {
      const { Name: name, Scopes: scopes = null } = request.body;
      const { application, secret } = await createApplication(deps, actorOf(callerOf(request)), {
        name,
        scopes,
      });
      return reply.code(201).send({ ...applicationToWire(application, localeOf(request)), AppToken: secret });
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/:id',
    { config: { operation: removeApplicationOperation } },
    async (request, reply) => {
      await removeApplication(deps, actorOf(callerOf(request)), readTaskId(request.params.id));
      deps.authenticator.clearCache();
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

const NewToken = Type.Object(
  {
    Name: Type.String({ minLength: 1, maxLength: 200 }),
    Scopes: Type.Optional(Type.Array(Type.Enum([...SCOPES]), { minItems: 1 })),
    ExpiresInDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: MAX_TOKEN_DAYS })),
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
  deps: TokenDeps & Pick<AccountRouteDeps, 'authenticator'>,
): Promise<void> {
  app.get('/', { config: { ...TOKEN_CONFIG, operation: listTokensOperation } }, async (request) => {
    const locale = localeOf(request);
    return (await readTokens(deps, callerOf(request))).map((token) => tokenToWire(token, locale));
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
      const { token, secret } = await createToken(deps, callerOf(request), wanted);
      return reply.code(201).send({ ...tokenToWire(token, locale), Token: secret });
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/:id',
    { config: { operation: revokeTokenOperation } },
    async (request, reply) => {
      await revokeToken(deps, callerOf(request), readTaskId(request.params.id));
      deps.authenticator.clearCache();
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
    return ExpiresInDays === undefined ? undefined : expiryAfterDays(ExpiresInDays, now);
  }
  if (ExpiresInDays !== undefined) {
    throw invalid`Both Expires and ExpiresInDays are given; one of them is accepted.`;
  }
  return locale.readDate(Expires, 'Expires');
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
    LastUsed: token.lastUsed && locale.date(token.lastUsed),
  };
}
