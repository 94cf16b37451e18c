import { type Kysely, type Selectable, sql } from 'kysely';
import type { SessionRights } from '../../core/access.ts';
import type { Schema } from '../schema.ts';

/** A SoTicket, the cookie session of a browser, or such a session from a sign-in at the OIDC provider. */
export type SignInKind = 'ticket' | 'cookie' | 'oidc';

/** A ticket or session, without its secret. */
export interface SignIn {
  readonly id: number;
  readonly associateId: number;
  readonly kind: SignInKind;
  /** When it expires if it is not used. */
  readonly expires: Date;
  /** The rights from the claims of the OIDC provider; null for those of the associate. */
  readonly rights: SessionRights | null;
}

/** Lifetime of a ticket or session, in milliseconds. */
export interface Lifetime {
  /** After its last use. */
  readonly idleMs: number;
  /** After it was issued, even if it is in use. */
  readonly maxMs: number;
}

/** Inserts a ticket or session, and deletes expired ones. */
export async function insertSignIn(
  db: Kysely<Schema>,
  signIn: Pick<SignIn, 'associateId' | 'kind' | 'rights'> & { readonly hash: string },
  { idleMs, maxMs }: Lifetime,
): Promise<SignIn> {
  await db.deleteFrom('batchline.sign_in').where('expires', '<=', sql<Date>`now()`).execute();
  const row = await db
    .insertInto('batchline.sign_in')
    .values({
      associate_id: signIn.associateId,
      kind: signIn.kind,
      hash: signIn.hash,
      rights: signIn.rights && JSON.stringify(signIn.rights),
      expires: fromNow(Math.min(idleMs, maxMs)),
      ends: fromNow(maxMs),
    })
    .returning(SIGN_IN_COLUMNS)
    .executeTakeFirstOrThrow();
  return toSignIn(row);
}

const SIGN_IN_COLUMNS = ['id', 'associate_id', 'kind', 'expires', 'rights'] as const;

/**
 * Returns the unexpired ticket or session with this hash, or `undefined`, and extends it. The new expiry is written only
 * after a tenth of the idle time, so that frequent use rarely writes.
 */
export async function useSignIn(
  db: Kysely<Schema>,
  kinds: readonly SignInKind[],
  hash: string,
  idleMs: number,
): Promise<SignIn | undefined> {
  const row = await db
    .selectFrom('batchline.sign_in')
    .select(SIGN_IN_COLUMNS)
    .select(sql<boolean>`expires < least(ends, ${fromNow(idleMs * 0.9)})`.as('due'))
    .where('hash', '=', hash)
    .where('kind', 'in', kinds)
    .where('expires', '>', sql<Date>`now()`)
    .executeTakeFirst();
  if (row === undefined || !row.due) return row && toSignIn(row);
  const extended = await db
    .updateTable('batchline.sign_in')
    .set({ expires: sql<Date>`least(ends, ${fromNow(idleMs)})` })
    .where('id', '=', row.id)
    .returning(SIGN_IN_COLUMNS)
    .executeTakeFirst();
  return extended && toSignIn(extended);
}

/** Revokes a ticket or session. Returns false if there is none. */
export async function deleteSignIn(db: Kysely<Schema>, hash: string): Promise<boolean> {
  const result = await db.deleteFrom('batchline.sign_in').where('hash', '=', hash).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Revokes all tickets and sessions of an associate. */
export async function deleteSignInsOf(db: Kysely<Schema>, associateId: number): Promise<void> {
  await db.deleteFrom('batchline.sign_in').where('associate_id', '=', associateId).execute();
}

function fromNow(ms: number) {
  return sql<Date>`now() + ${ms / 1000}::float8 * interval '1 second'`;
}

function toSignIn(
  row: Pick<Selectable<Schema['batchline.sign_in']>, (typeof SIGN_IN_COLUMNS)[number]>,
): SignIn {
  const { id, kind, expires, rights } = row;
  return { id, associateId: row.associate_id, kind, expires, rights };
}
