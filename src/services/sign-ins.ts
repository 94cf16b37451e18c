import type { Kysely } from 'kysely';
import { type Caller, SCOPES, type Scope, type SessionRights } from '../core/access.ts';
import { SERVER } from '../core/administration.ts';
import {
  type ApiToken,
  type Application,
  type Associate,
  findApplication,
  findAssociate,
  findToken,
  getAssociate,
  type NewAssociate,
  recordSignIn,
  recordTokenUse,
  type SignInMeans,
} from '../db/queries/account.ts';
import {
  deleteSignIn,
  insertSignIn,
  type Lifetime,
  type SignInKind,
  useSignIn,
} from '../db/queries/session.ts';
import type { Schema } from '../db/schema.ts';
import { addUser } from './accounts.ts';
import { generateSession, generateTicket, hashToken } from './secrets.ts';

/** A caller whose secret is valid, and until when. */
export interface ValidSecret {
  readonly caller: Caller;
  /** `null` for a token that never expires. */
  readonly expires: Date | null;
  /** The kind of a ticket or session. */
  readonly kind?: SignInKind;
}

/** A new ticket or session. */
export interface IssuedSecret {
  readonly secret: string;
  readonly expires: Date;
}

/** The accounts, tokens, tickets, sessions and applications, as sign-ins need them. */
export class SignIns {
  readonly #db: Kysely<Schema>;
  readonly #cell: string | undefined;

  /** @param cell the cell of this process, if there are cells */
  constructor(db: Kysely<Schema>, cell?: string) {
    this.#db = db;
    this.#cell = cell;
  }

  /** Returns the associate with this login, case-insensitively, or `undefined`. */
  findAssociate(login: string): Promise<Associate | undefined> {
    return findAssociate(this.#db, login);
  }

  /** Returns the associate with this id, or `undefined`. */
  getAssociate(id: number): Promise<Associate | undefined> {
    return getAssociate(this.#db, id);
  }

  /** Creates an associate. @throws RequestError (conflict) if the login is taken */
  createAssociate(associate: NewAssociate): Promise<Associate> {
    return addUser(this.#db, SERVER, associate);
  }

  /** Returns the application with this SO-AppToken, or `undefined`. */
  findApplication(appToken: string): Promise<Application | undefined> {
    return findApplication(this.#db, hashToken(appToken));
  }

  /** Returns the caller of an API token; `undefined` if it is wrong, revoked or expired. */
  async findToken(secret: string): Promise<ValidSecret | undefined> {
    const token = await findToken(this.#db, hashToken(secret));
    const associate = token && (await getAssociate(this.#db, token.associateId));
    const caller = token && associate && callerOfToken(associate, token);
    if (caller && isMinuteAgo(token.lastUsed)) await recordTokenUse(this.#db, token.id);
    return caller && { caller, expires: token.expires };
  }

  /**
   * Returns the caller of a ticket or session and extends it; `undefined` if it is wrong, was signed out or has expired.
   *
   * @param idleMs how long it is valid without use
   */
  async useSecret(
    kinds: readonly SignInKind[],
    secret: string,
    idleMs: number,
  ): Promise<ValidSecret | undefined> {
    const signIn = await useSignIn(this.#db, kinds, hashToken(secret), idleMs);
    const associate = signIn && (await getAssociate(this.#db, signIn.associateId));
    if (signIn === undefined || associate === undefined || associate.disabled) return undefined;
    const { rights, kind, expires } = signIn;
    const caller = rights === null ? callerFor(associate) : callerWithRights(associate, rights);
    return caller && { caller, expires, kind };
  }

  /**
   * Issues a ticket or session.
   *
   * @param replaced the hash of the previous session of the browser, which ends
   * @param rights the rights from the claims of the OIDC provider; null for those of the associate
   */
  async issueSecret(
    kind: SignInKind,
    associateId: number,
    lifetime: Lifetime,
    replaced: string | undefined,
    rights: SessionRights | null = null,
  ): Promise<IssuedSecret> {
    if (replaced !== undefined) await deleteSignIn(this.#db, replaced);
    const secret = kind === 'ticket' ? generateTicket(this.#cell) : generateSession(this.#cell);
    const { expires } = await insertSignIn(
      this.#db,
      { associateId, kind, hash: hashToken(secret), rights },
      lifetime,
    );
    return { secret, expires };
  }

  /** Records a sign-in of an associate, which is written at most once a minute. */
  async record(associate: Pick<Associate, 'id' | 'lastSignIn'>, by: SignInMeans): Promise<void> {
    if (isMinuteAgo(associate.lastSignIn)) await recordSignIn(this.#db, associate.id, by);
  }

  /** Ends a ticket or session. */
  async revokeSecret(secret: string): Promise<void> {
    await deleteSignIn(this.#db, hashToken(secret));
  }
}

/** True if the time is at least a minute ago, or null. The database checks it again, by its own clock. */
function isMinuteAgo(time: Date | null): boolean {
  return time === null || Date.now() - time.getTime() >= 60_000;
}

/** Creates the caller of an associate with these scopes. */
export function callerFor(associate: Associate, scopes: readonly Scope[] = SCOPES): Caller {
  return {
    associateId: associate.id,
    login: associate.login,
    roles: associate.roles,
    tenant: associate.tenant,
    scopes,
  };
}

/**
 * Creates the caller of an associate with the rights from the claims of an OIDC issuer. Returns `undefined` if the
 * associate belongs to another tenant than the claims.
 */
export function callerWithRights(associate: Associate, rights: SessionRights): Caller | undefined {
  const { roles, tenant, scopes } = rights;
  if (tenant !== null && associate.tenant !== null && associate.tenant !== tenant) return undefined;
  return {
    ...callerFor(associate, scopes),
    roles: roles ?? associate.roles,
    tenant: tenant ?? associate.tenant,
    ...(roles === null && tenant === null ? {} : { narrowed: true }),
  };
}

/**
 * Creates the caller of a token: its associate, with at most the rights of the credentials that created the token. Returns
 * `undefined` if the associate is disabled, or belongs to another tenant than the one that the token is bound to.
 */
export function callerOfToken(associate: Associate, token: ApiToken): Caller | undefined {
  const { id, expires, scopes, roles, tenant, definitions } = token;
  if (associate.disabled) return undefined;
  if (tenant !== null && associate.tenant !== null && associate.tenant !== tenant) return undefined;
  return {
    ...callerFor(associate, scopes),
    roles: associate.roles.filter((role) => roles?.includes(role) ?? true),
    tenant: associate.tenant ?? tenant,
    token: { id, expires },
    ...(definitions === null ? {} : { definitions }),
    ...(roles === null && tenant === null ? {} : { narrowed: true }),
  };
}
