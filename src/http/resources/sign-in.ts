import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { SignInConfig } from '../../config.ts';
import { ACCESS, type Caller, ROLES, SCOPES } from '../../core/access.ts';
import { forbidden, invalid, type RequestError } from '../../core/errors.ts';
import type { Associate } from '../../db/queries/account.ts';
import { hashToken } from '../../services/secrets.ts';
import { callerFor, type SignIns } from '../../services/sign-ins.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf, isByProvider, refuseCrossSite, registerSignIn, schemeOf } from '../auth/hooks.ts';
import { clearSessionCookies, credentialsOf, setSessionCookies, xsrfTokenOf } from '../auth/schemes.ts';
import { LOGIN_PATH } from '../cell-routing.ts';
import { localeOf } from '../i18n/locale.ts';
import { DateTime, Int32, nullable, type Operation } from '../openapi/operation.ts';
import { checkCustomer, tenantSegment } from '../query.ts';
import { OIDC_SIGN_OUT, offerOf } from './oidc-sign-in.ts';

const tag = 'Sign-in';

const XsrfToken = Type.String({ description: 'For cookie sessions: the required value of X-XSRF-TOKEN' });
const identity = {
  AssociateId: Type.Integer(),
  Login: Type.String(),
  Name: Type.String(),
  Roles: Type.Array(Type.String()),
  Tenant: nullable(Type.String()),
  Scopes: Type.Array(Type.Enum([...SCOPES])),
};
const Session = Type.Object(
  {
    ...identity,
    XsrfToken: Type.Optional(XsrfToken),
    SignOutUrl: Type.Optional(
      Type.String({ description: 'For sessions of the OIDC provider: the path that signs out there' }),
    ),
  },
  { title: 'Session', description: 'The signed-in associate' },
);
const SignedIn = Type.Object(
  {
    ...identity,
    Ticket: Type.Optional(Type.String({ description: 'A SoTicket; absent if Cookie is true' })),
    XsrfToken: Type.Optional(XsrfToken),
    Expires: DateTime,
  },
  { title: 'SignedIn' },
);

const SignInMethods = Type.Object(
  {
    Schemes: Type.Array(Type.String(), { description: 'The enabled sign-in methods' }),
    Password: Type.Boolean({ description: 'false if people can sign in at the OIDC provider only' }),
    Oidc: nullable(
      Type.Object({
        Name: Type.String({ description: 'The name of the provider, for a button' }),
        Start: Type.String({
          description:
            'The path that begins the sign-in. Its parameter return is the path of the page afterwards',
        }),
        Redirect: Type.Boolean({ description: 'true if the page begins it without asking' }),
      }),
    ),
  },
  { title: 'SignInMethods' },
);

const signInMethodsOperation: Operation = {
  id: 'getSignInMethods',
  access: ACCESS.open,
  tag,
  summary: 'Returns the sign-in methods, and the sign-in at the OIDC provider if it is set up.',
  responses: { 200: SignInMethods },
};

const signInOperation: Operation = {
  id: 'signIn',
  access: ACCESS.open,
  tag,
  summary: 'Signs in with Login and Password and returns a SoTicket, or sets a session cookie.',
  responses: { 200: SignedIn },
  refusals: [401, 403, 429],
  examples: { request: { ticket: { Login: 'admin', Password: 'correct horse' } } },
};

const getSessionOperation: Operation = {
  id: 'getSession',
  access: ACCESS.anySignIn,
  tag,
  summary: 'Returns the signed-in associate.',
  responses: { 200: Session },
};

const signOutOperation: Operation = {
  id: 'signOut',
  access: ACCESS.anySignIn,
  tag,
  summary: 'Signs out: revokes the SoTicket or session of the request.',
  responses: { 204: null },
};

const User = Type.Object(
  {
    AssociateId: Type.Integer(),
    Login: Type.String(),
    Name: Type.String(),
    Roles: Type.Array(Type.Enum([...ROLES])),
    DatabaseSerialNumber: nullable(Type.String()),
    Disabled: Type.Boolean(),
    LastSignIn: nullable(DateTime),
    LastSignInBy: nullable(
      Type.Enum(['password', 'oidc', 'basic', 'jwt'], {
        description: 'oidc: at the OIDC provider. Uses of tokens are not sign-ins; tokens have LastUsed',
      }),
    ),
  },
  { title: 'User', description: 'An associate who can sign in' },
);

export const listUsersOperation: Operation = {
  id: 'listUsers',
  access: ACCESS.readAsAdministrator,
  tag,
  summary: 'Lists the associates who can sign in.',
  responses: { 200: Type.Array(User) },
};

export const createUserOperation: Operation = {
  id: 'createUser',
  access: ACCESS.administer,
  tag,
  summary: 'Creates an associate.',
  responses: { 201: User },
  refusals: [409],
  examples: { request: { anna: { Login: 'anna', Password: 'a long password', Roles: ['viewer'] } } },
};

export const changeUserOperation: Operation = {
  id: 'changeUser',
  access: ACCESS.changeAccount,
  tag,
  summary: 'Changes the password or roles of an associate, or disables it.',
  responses: { 200: User },
  refusals: [409],
  examples: { request: { disable: { Disabled: true } } },
};

const token = {
  Id: Int32,
  Name: Type.String(),
  AssociateId: Type.Integer(),
  Scopes: Type.Array(Type.Enum([...SCOPES])),
  Definitions: nullable(Type.Array(Type.String())),
  Roles: nullable(
    Type.Array(Type.Enum([...ROLES]), {
      description: 'The token has at most these roles of its associate; null means all',
    }),
  ),
  DatabaseSerialNumber: nullable(
    Type.String({ description: 'The tenant that the token is bound to; null means that of its associate' }),
  ),
  ParentId: nullable(
    Type.Integer({ description: 'The token that created this one; revoking it revokes this one too' }),
  ),
  Created: DateTime,
  Expires: nullable(DateTime),
  LastUsed: nullable(DateTime),
};
const Token = Type.Object(token, { title: 'Token', description: 'An API token (bearer token)' });
const CreatedToken = Type.Object(
  { ...token, Token: Type.String({ description: 'The secret, which is returned only once' }) },
  { title: 'CreatedToken' },
);

export const listTokensOperation: Operation = {
  id: 'listTokens',
  access: ACCESS.read,
  tag,
  summary: 'Lists API tokens, without their secrets.',
  responses: { 200: Type.Array(Token) },
};

export const createTokenOperation: Operation = {
  id: 'createToken',
  access: ACCESS.write,
  tag,
  summary: 'Creates an API token.',
  responses: { 201: CreatedToken },
  examples: { request: { nightly: { Name: 'nightly job', Scopes: ['read', 'write'], ExpiresInDays: 90 } } },
};

export const revokeTokenOperation: Operation = {
  id: 'revokeToken',
  access: ACCESS.write,
  tag,
  summary: 'Revokes an API token.',
  responses: { 204: null },
};

const application = {
  Id: Int32,
  Name: Type.String(),
  Scopes: nullable(
    Type.Array(Type.Enum([...SCOPES]), {
      description: 'Limits the scopes of calls with its SO-AppToken; null means no limit',
    }),
  ),
  Created: DateTime,
};
const Application = Type.Object(application, { title: 'Application' });
const CreatedApplication = Type.Object(
  { ...application, AppToken: Type.String({ description: 'The SO-AppToken, which is returned only once' }) },
  { title: 'CreatedApplication' },
);

export const listApplicationsOperation: Operation = {
  id: 'listApplications',
  access: ACCESS.readAsServerAdministrator,
  tag,
  summary: 'Lists the registered applications.',
  responses: { 200: Type.Array(Application) },
};

export const createApplicationOperation: Operation = {
  id: 'createApplication',
  access: ACCESS.administerServer,
  tag,
  summary: 'Registers an application and returns its SO-AppToken.',
  responses: { 201: CreatedApplication },
  examples: { request: { import: { Name: 'Nightly import', Scopes: ['read', 'write'] } } },
};

export const removeApplicationOperation: Operation = {
  id: 'removeApplication',
  access: ACCESS.administerServer,
  tag,
  summary: 'Removes an application.',
  responses: { 204: null },
};

const CONFIG = { payload: 'SignIn', holdsSecret: true } as const;

/** Maximum body size: enough for the longest login and password in any format. */
const BODY_LIMIT = 65_536;

const Credentials = Type.Object(
  {
    Login: Type.String({ maxLength: 1000 }),
    Password: Type.String({ maxLength: 1000 }),
    Cookie: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const LoginOfCell = Type.Object({ Login: Type.String({ maxLength: 1000 }) }, { additionalProperties: false });

const LOGIN_CONFIG = {
  undocumented: 'other cells ask whether this one has a login',
  access: ACCESS.open,
} as const;

interface SignInDeps {
  readonly signIns: SignIns;
  readonly authenticator: Authenticator;
  readonly config: SignInConfig;
}

/** `/api/v1/SignIn`: issues SoTickets and cookie sessions, returns the signed-in associate, signs out (contract, section 5). */
export async function signInRoutes(app: FastifyInstance, deps: SignInDeps): Promise<void> {
  const { signIns, authenticator, config } = deps;

  app.post<{ Body: Static<typeof Credentials> }>(
    '/',
    {
      bodyLimit: Math.min(app.initialConfig.bodyLimit ?? BODY_LIMIT, BODY_LIMIT),
      config: { ...CONFIG, operation: signInOperation },
      schema: { body: Credentials },
    },
    async (request, reply) => {
      if (!config.passwords) throw passwordsDisabled(config);
      const { Login, Password, Cookie = false } = request.body;
      const scheme = Cookie ? 'cookie' : 'ticket';
      if (!authenticator.schemes.includes(scheme))
        throw invalid`Sign-in by ${scheme} is disabled; ${authenticator.schemes.join(', ')} are accepted.`;
      refuseCrossSite(request);
      const { cellRouter } = app;
      if (cellRouter !== undefined && !(await authenticator.hasLogin(Login)))
        if (await cellRouter.routeLogin(request, reply, Login, request.body)) return reply;
      const credentials = credentialsOf(request);
      const associate = await authenticator.signInByPassword(Login, Password, scheme, credentials);
      // Fails now rather than issuing a ticket that this URL would not accept.
      checkCustomer(associate.tenant, tenantSegment(request.raw));
      const idleMs = Cookie ? config.sessionIdleMs : config.ticketIdleMs;
      // A new sign-in in the same browser replaces the previous session.
      const replaced =
        Cookie && credentials.session !== undefined ? hashToken(credentials.session) : undefined;
      const { secret, expires } = await signIns.issueSecret(
        scheme,
        associate.id,
        { idleMs, maxMs: config.maxMs },
        replaced,
      );
      await signIns.record(associate, 'password');
      authenticator.trust(secret);
      const secrets = Cookie ? { XsrfToken: setSessionCookies(reply, secret) } : { Ticket: secret };
      return reply.header('Cache-Control', 'no-store').send({
        ...secrets,
        Expires: localeOf(request).date(expires),
        ...toWire(callerFor(associate), associate),
      });
    },
  );

  const { cellRouter } = app;
  if (cellRouter !== undefined)
    app.post<{ Body: Static<typeof LoginOfCell> }>(
      LOGIN_PATH.slice(LOGIN_PATH.lastIndexOf('/')),
      { config: LOGIN_CONFIG, schema: { body: LoginOfCell } },
      async (request) => {
        if (cellRouter.calls.vouchedCaller(request) !== null) throw forbidden`This call is for other cells.`;
        return { Found: await authenticator.hasLogin(request.body.Login) };
      },
    );

  app.get(
    '/Methods',
    { config: { payload: 'SignInMethods', operation: signInMethodsOperation } },
    (_request, reply) => {
      reply.header('Cache-Control', 'no-store');
      return {
        Schemes: authenticator.schemes,
        Password: config.passwords,
        Oidc: offerOf(config.oidcClient),
      };
    },
  );

  await app.register(async (signedIn) => {
    registerSignIn(signedIn, authenticator);

    signedIn.get(
      '/',
      { config: { ...CONFIG, xsrf: 'none', operation: getSessionOperation } },
      async (request, reply) => {
        const caller = callerOf(request);
        return reply.header('Cache-Control', 'no-store').send({
          ...xsrfTokenFor(request),
          ...(config.oidcClient?.clientSignOut && isByProvider(request) ? { SignOutUrl: OIDC_SIGN_OUT } : {}),
          ...toWire(caller, await signIns.getAssociate(caller.associateId)),
        });
      },
    );

    signedIn.delete(
      '/',
      { config: { operation: signOutOperation } },
      async (request, reply: FastifyReply) => {
        const scheme = schemeOf(request);
        const { session, authorization = '' } = credentialsOf(request);
        if (scheme === 'cookie' && session !== undefined) {
          await signIns.revokeSecret(session);
          clearSessionCookies(reply);
        } else if (scheme === 'ticket') {
          await signIns.revokeSecret(authorization.replace(/^\S+\s+/, ''));
        } else {
          throw invalid`This request is authenticated by ${scheme}, which has no session to end; a SoTicket or a cookie session is accepted.`;
        }
        authenticator.clearCache();
        return reply.code(204).send();
      },
    );
  });
}

function passwordsDisabled({ oidcClient }: SignInConfig): RequestError {
  return oidcClient === undefined
    ? forbidden`Sign-in with a password is disabled on this server; tokens of its OIDC issuer are accepted.`
    : forbidden`Sign-in with a password is disabled on this server; sign in with ${oidcClient.clientName}.`;
}

/** The XSRF token of a cookie session, for pages that have been reloaded. */
function xsrfTokenFor(request: FastifyRequest): object {
  const { session } = credentialsOf(request);
  return schemeOf(request) === 'cookie' && session !== undefined ? { XsrfToken: xsrfTokenOf(session) } : {};
}

function toWire(caller: Caller, associate: Associate | undefined): object {
  return {
    AssociateId: caller.associateId,
    Login: caller.login,
    Name: associate?.name ?? caller.login,
    Roles: caller.roles,
    Tenant: caller.tenant,
    Scopes: caller.scopes,
  };
}
