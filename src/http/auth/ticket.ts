import type { Kysely } from 'kysely';
import { unauthenticated } from '../../core/errors.ts';
import { getAssociate } from '../../db/queries/account.ts';
import { type SignInKind, useSignIn } from '../../db/queries/sign-ins.ts';
import type { Schema } from '../../db/schema.ts';
import { callerFor, type Scheme, type SignedIn } from './scheme.ts';
import { hashToken } from './tokens.ts';

/** What `POST /api/v1/SignIn` has handed out: `Authorization: SoTicket` with a ticket, or the session of a cookie. */
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
      throw unauthenticated`The sign-in is wrong, was signed out or has expired; POST /api/v1/SignIn gives a new one.`;
    return { caller: callerFor(associate), scheme: this.#kind, notAfter: signIn?.expires.getTime() ?? 0 };
  }
}
