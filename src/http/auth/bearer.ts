import type { Kysely } from 'kysely';
import type { Caller } from '../../core/caller.ts';
import { unauthenticated } from '../../core/errors.ts';
import { type Associate, getAssociate } from '../../db/queries/account.ts';
import { type ApiToken, findToken } from '../../db/queries/tokens.ts';
import type { Schema } from '../../db/schema.ts';
import { callerFor, type Scheme, type SignedIn } from './scheme.ts';
import { hashToken } from './tokens.ts';

/** `Authorization: Bearer` with a token of ours. */
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

/** A token of a tenant is void once its associate is bound to another tenant. */
function fits(token: ApiToken, associate: Associate): boolean {
  return token.tenant === null || associate.tenant === null || associate.tenant === token.tenant;
}

/** The caller of a token: its associate, with at most the rights of the sign-in that created the token. */
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
