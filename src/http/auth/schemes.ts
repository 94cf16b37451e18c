import type { Kysely } from 'kysely';
import type { Caller } from '../../core/caller.ts';
import { unauthenticated } from '../../core/errors.ts';
import {
  type ApiToken,
  type Associate,
  findToken,
  getAssociate,
  type SignInKind,
  useSignIn,
} from '../../db/queries/account.ts';
import type { Schema } from '../../db/schema.ts';
import { hashToken } from '../../services/secrets.ts';
import type { PasswordCheck } from './password-check.ts';
import { callerFor, type Scheme, type SignedIn } from './scheme.ts';

/** `Authorization: Basic`: base64 of login:password in UTF-8. */
export class BasicScheme implements Scheme {
  readonly #passwords: PasswordCheck;

  constructor(passwords: PasswordCheck) {
    this.#passwords = passwords;
  }

  async signIn(credentials: string, address: string): Promise<SignedIn> {
    const text = Buffer.from(credentials, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon === -1)
      throw unauthenticated`The Basic credentials are malformed; base64 of login:password is accepted.`;
    const associate = await this.#passwords.check(text.slice(0, colon), text.slice(colon + 1), address);
    return { caller: callerFor(associate), scheme: 'basic' };
  }
}

/** `Authorization: Bearer` with an API token. */
export class BearerScheme implements Scheme {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async signIn(secret: string): Promise<SignedIn> {
    const token = await findToken(this.#db, hashToken(secret));
    const associate = token && (await getAssociate(this.#db, token.associateId));
    if (token === undefined || associate === undefined || associate.disabled || !fits(token, associate))
      throw unauthenticated`The token is wrong, revoked or expired.`;
    return {
      caller: callerOf(associate, token),
      scheme: 'bearer',
      ...(token.expires === null ? {} : { notAfter: token.expires.getTime() }),
    };
  }
}

/** A token that is bound to a tenant is invalid once its associate belongs to another tenant. */
function fits(token: ApiToken, associate: Associate): boolean {
  return token.tenant === null || associate.tenant === null || associate.tenant === token.tenant;
}

/** The caller of a token: its associate, with at most the rights of the credentials that created the token. */
function callerOf(associate: Associate, token: ApiToken): Caller {
  const { id, expires, scopes, roles, tenant, definitions } = token;
  return {
    ...callerFor(associate, scopes),
    roles: associate.roles.filter((role) => roles?.includes(role) ?? true),
    tenant: associate.tenant ?? tenant,
    token: { id, expires },
    ...(definitions === null ? {} : { definitions }),
    ...(roles === null && tenant === null ? {} : { narrowed: true }),
  };
}

/** Credentials from `POST /api/v1/SignIn`: `Authorization: SoTicket` with a ticket, or a session cookie. */
export class TicketScheme implements Scheme {
  readonly #db: Kysely<Schema>;
  readonly #kind: SignInKind;
  readonly #idleMs: number;

  constructor(db: Kysely<Schema>, kind: SignInKind, idleMs: number) {
    this.#db = db;
    this.#kind = kind;
    this.#idleMs = idleMs;
  }

  async signIn(secret: string): Promise<SignedIn> {
    const signIn = await useSignIn(this.#db, this.#kind, hashToken(secret), this.#idleMs);
    const associate = signIn && (await getAssociate(this.#db, signIn.associateId));
    if (associate === undefined || associate.disabled)
      throw unauthenticated`The ticket or session is wrong, was signed out or has expired; POST /api/v1/SignIn issues a new one.`;
    return { caller: callerFor(associate), scheme: this.#kind, notAfter: signIn?.expires.getTime() ?? 0 };
  }
}
