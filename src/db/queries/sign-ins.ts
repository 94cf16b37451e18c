import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** What was handed out: a SoTicket, or the session of a browser. */
export type SignInKind = 'ticket' | 'cookie';

/** A ticket or session, without its secret. */
export interface SignIn {
  readonly id: number;
  readonly associateId: number;
  /** When it ends unless it is used. */
  readonly expires: Date;
}

/** How long a ticket or session lives, in milliseconds. */
export interface Lifetime {
  /** Since its last use. */
  readonly idleMs: number;
  /** Since it was handed out, however much it is used. */
  readonly maxMs: number;
}

/** Keeps a ticket or session by its hash, and drops those that have expired. */
export async function insertSignIn(
  db: Kysely<Schema>,
  signIn: { readonly associateId: number; readonly kind: SignInKind; readonly hash: string },
  { idleMs, maxMs }: Lifetime,
): Promise<SignIn> {
  await db.deleteFrom('batchline.sign_in').where('expires', '<=', sql<Date>`now()`).execute();
  const row = await db
    .insertInto('batchline.sign_in')
    .values({
      associate_id: signIn.associateId,
      kind: signIn.kind,
      hash: signIn.hash,
      expires: fromNow(Math.min(idleMs, maxMs)),
      ends: fromNow(maxMs),
    })
    .returning(['id', 'associate_id', 'expires'])
    .executeTakeFirstOrThrow();
  return toSignIn(row);
}

/**
 * The ticket or session with this hash that has not expired, or `undefined`. Its use moves its expiry on; that is
 * written once a tenth of its idle time is over, so that steady use writes rarely.
 */
export async function useSignIn(
  db: Kysely<Schema>,
  kind: SignInKind,
  hash: string,
  idleMs: number,
): Promise<SignIn | undefined> {
  const row = await db
    .selectFrom('batchline.sign_in')
    .select(['id', 'associate_id', 'expires'])
    .select(sql<boolean>`expires < least(ends, ${fromNow(idleMs * 0.9)})`.as('due'))
    .where('hash', '=', hash)
    .where('kind', '=', kind)
    .where('expires', '>', sql<Date>`now()`)
    .executeTakeFirst();
  if (row === undefined || !row.due) return row && toSignIn(row);
  const moved = await db
    .updateTable('batchline.sign_in')
    .set({ expires: sql<Date>`least(ends, ${fromNow(idleMs)})` })
    .where('id', '=', row.id)
    .returning(['id', 'associate_id', 'expires'])
    .executeTakeFirst();
  return moved && toSignIn(moved);
}

/** Revokes a ticket or session; false where there is none. */
export async function deleteSignIn(db: Kysely<Schema>, hash: string): Promise<boolean> {
  const result = await db.deleteFrom('batchline.sign_in').where('hash', '=', hash).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Revokes every ticket and session of an associate. */
export async function deleteSignInsOf(db: Kysely<Schema>, associateId: number): Promise<void> {
  await db.deleteFrom('batchline.sign_in').where('associate_id', '=', associateId).execute();
}

function fromNow(ms: number) {
  return sql<Date>`now() + ${ms / 1000}::float8 * interval '1 second'`;
}

function toSignIn(row: { id: number; associate_id: number; expires: Date }): SignIn {
  return { id: row.id, associateId: row.associate_id, expires: row.expires };
}
