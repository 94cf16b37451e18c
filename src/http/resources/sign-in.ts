import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { type Static, Type } from 'typebox';
import type { SignInConfig } from '../../config.ts';
import type { Caller } from '../../core/caller.ts';
import { invalid } from '../../core/errors.ts';
import { type Associate, getAssociate } from '../../db/queries/account.ts';
import { deleteSignIn, insertSignIn } from '../../db/queries/sign-ins.ts';
import type { Schema } from '../../db/schema.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { clearSessionCookies, setSessionCookies } from '../auth/cookies.ts';
import { presentedBy } from '../auth/credentials.ts';
import { refuseCrossSite } from '../auth/forgery.ts';
import { callerOf, registerSignIn, schemeOf } from '../auth/hooks.ts';
import { callerFor } from '../auth/scheme.ts';
import { generateSecret, generateTicket, hashToken, xsrfTokenOf } from '../auth/tokens.ts';
import { localeOf } from '../i18n/locale.ts';
import { checkCustomer, tenantSegment } from '../urls.ts';
import { getSessionOperation, signInOperation, signOutOperation } from './sign-in-part.ts';

const CONFIG = { answer: 'SignIn', holdsSecret: true } as const;

/** Enough for the longest login and password in any format. */
const BODY_LIMIT = 65_536;

const Credentials = Type.Object(
  {
    Login: Type.String({ maxLength: 1000 }),
    Password: Type.String({ maxLength: 1000 }),
    Cookie: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

interface SignInDeps {
  readonly db: Kysely<Schema>;
  readonly authenticator: Authenticator;
  readonly config: SignInConfig;
}

/** `/api/v1/SignIn`: hands out SoTickets and cookie sessions, tells who is signed in, and signs out (contract, section 5). */
export async function signInRoutes(app: FastifyInstance, parts: SignInDeps): Promise<void> {
  const { db, authenticator, config } = parts;

  app.post<{ Body: Static<typeof Credentials> }>(
    '/',
    {
      bodyLimit: Math.min(app.initialConfig.bodyLimit ?? BODY_LIMIT, BODY_LIMIT),
      config: { ...CONFIG, operation: signInOperation },
      schema: { body: Credentials },
    },
    async (request, reply) => {
      const { Login, Password, Cookie = false } = request.body;
      const scheme = Cookie ? 'cookie' : 'ticket';
      if (!authenticator.schemes.includes(scheme))
        throw invalid`Signing in by ${scheme} is turned off here; ${authenticator.schemes.join(', ')} are accepted.`;
      refuseCrossSite(request);
      const credentials = presentedBy(request);
      const associate = await authenticator.signInByPassword(Login, Password, scheme, credentials);
      // No ticket is issued that would be refused at this address.
      checkCustomer(associate.tenant, tenantSegment(request.raw));
      const secret = Cookie ? generateSecret() : generateTicket();
      const idleMs = Cookie ? config.sessionIdleMs : config.ticketIdleMs;
      // Whoever signs in again in the same browser leaves no session behind.
      if (Cookie && credentials.session !== undefined) await deleteSignIn(db, hashToken(credentials.session));
      const { expires } = await insertSignIn(
        db,
        { associateId: associate.id, kind: scheme, hash: hashToken(secret) },
        { idleMs, maxMs: config.maxMs },
      );
      authenticator.handedOut(secret);
      const answer = Cookie ? { XsrfToken: setSessionCookies(reply, secret) } : { Ticket: secret };
      return reply.header('Cache-Control', 'no-store').send({
        ...answer,
        Expires: localeOf(request).date(expires),
        ...toWire(callerFor(associate), associate),
      });
    },
  );

  await app.register(async (signedIn) => {
    registerSignIn(signedIn, authenticator);

    signedIn.get(
      '/',
      { config: { ...CONFIG, xsrf: 'none', operation: getSessionOperation } },
      async (request, reply) => {
        const caller = callerOf(request);
        return reply
          .header('Cache-Control', 'no-store')
          .send({ ...xsrfTokenFor(request), ...toWire(caller, await getAssociate(db, caller.associateId)) });
      },
    );

    signedIn.delete(
      '/',
      { config: { operation: signOutOperation } },
      async (request, reply: FastifyReply) => {
        const scheme = schemeOf(request);
        const { session, authorization = '' } = presentedBy(request);
        if (scheme === 'cookie' && session !== undefined) {
          await deleteSignIn(db, hashToken(session));
          clearSessionCookies(reply);
        } else if (scheme === 'ticket') {
          await deleteSignIn(db, hashToken(authorization.replace(/^\S+\s+/, '')));
        } else {
          throw invalid`This call was signed in by ${scheme}, which has nothing to sign out of; a SoTicket or a cookie session is accepted.`;
        }
        authenticator.forget();
        return reply.code(204).send();
      },
    );
  });
}

/** The XSRF token of a cookie session, for a page that has lost it. */
function xsrfTokenFor(request: FastifyRequest): object {
  const { session } = presentedBy(request);
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
