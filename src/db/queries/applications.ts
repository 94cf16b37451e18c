import type { Kysely, Selectable } from 'kysely';
import { SCOPES, type Scope } from '../../core/caller.ts';
import type { ApplicationTable, Schema } from '../schema.ts';

/** A registered application, without its token. */
export interface Application {
  readonly id: number;
  readonly name: string;
  /** What its calls may do at most; null limits nothing. */
  readonly scopes: readonly Scope[] | null;
  readonly created: Date;
}

/** Registers an application by the hash of its token. */
export async function insertApplication(
  db: Kysely<Schema>,
  application: { readonly name: string; readonly hash: string; readonly scopes: readonly Scope[] | null },
): Promise<Application> {
  const row = await db
    .insertInto('batchline.application')
    .values({
      name: application.name,
      hash: application.hash,
      scopes: application.scopes && [...application.scopes],
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toApplication(row);
}

/** The application whose token has this hash, or `undefined`. */
export async function findApplication(db: Kysely<Schema>, hash: string): Promise<Application | undefined> {
  const row = await db
    .selectFrom('batchline.application')
    .selectAll()
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row && toApplication(row);
}

/** Every application, by id. */
export async function listApplications(db: Kysely<Schema>): Promise<Application[]> {
  const rows = await db.selectFrom('batchline.application').selectAll().orderBy('id').execute();
  return rows.map(toApplication);
}

/** Removes an application; false where there is none. */
export async function deleteApplication(db: Kysely<Schema>, id: number): Promise<boolean> {
  const result = await db.deleteFrom('batchline.application').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

function toApplication(row: Selectable<ApplicationTable>): Application {
  return {
    id: row.id,
    name: row.name,
    scopes:
      row.scopes?.filter((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope)) ?? null,
    created: row.created,
  };
}
