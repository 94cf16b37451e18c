import type { Kysely } from 'kysely';
import { unauthenticated } from '../../domain/errors.ts';
import { getAssociate } from '../../store/associates/associates.ts';
import type { Schema } from '../../store/schema.ts';
import { findToken } from '../../store/tokens/tokens.ts';
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
    if (associate === undefined || associate.disabled)
      throw unauthenticated`The token is wrong, revoked or expired.`;
    const caller = callerFor(associate, token?.scopes ?? []);
    return {
      caller: token?.definitions ? { ...caller, definitions: token.definitions } : caller,
      scheme: 'bearer',
    };
  }
}
