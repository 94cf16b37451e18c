import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/**
 * Inserts a link by which an associate sets a password, in place of earlier ones, and deletes expired links.
 *
 * @returns when it expires
 */
export async function insertPasswordLink(
  db: Kysely<Schema>,
  link: { readonly associateId: number; readonly hash: string },
  validHours: number,
): Promise<Date> {
  await db
    .deleteFrom('batchline.password_link')
    .where((eb) =>
      eb.or([eb('associate_id', '=', link.associateId), eb('expires', '<=', eb.fn<Date>('now'))]),
    )
    .execute();
  const { expires } = await db
    .insertInto('batchline.password_link')
    .values({
      associate_id: link.associateId,
      hash: link.hash,
      expires: sql<Date>`now() + ${validHours}::float8 * interval '1 hour'`,
    })
    .returning('expires')
    .executeTakeFirstOrThrow();
  return expires;
}

/** Returns true if there is an unexpired link with this hash. */
export async function findPasswordLink(db: Kysely<Schema>, hash: string): Promise<boolean> {
  const row = await db
    .selectFrom('batchline.password_link')
    .select('id')
    .where('hash', '=', hash)
    .where('expires', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return row !== undefined;
}

/** Returns the associate of an unexpired link, and deletes the link; `undefined` if there is none. */
export async function takePasswordLink(db: Kysely<Schema>, hash: string): Promise<number | undefined> {
  const row = await db
    .deleteFrom('batchline.password_link')
    .where('hash', '=', hash)
    .where('expires', '>', sql<Date>`now()`)
    .returning('associate_id')
    .executeTakeFirst();
  return row?.associate_id;
}
