import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Converts texts to lower case by Unicode if the database supports it (PostgreSQL 17 and newer), else by its locale. */
const FOLDING = sql<{ body: string }>`
  select case when exists (select 1 from pg_catalog.pg_collation where collname = 'pg_c_utf8')
    then 'select lower($1 collate pg_catalog.pg_c_utf8)' else 'select lower($1)' end as body`;

/** Lets lists compare names case-insensitively, and sort by name and creation time through an index. */
export const archive: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createFold(db);
    await sql`drop index batchline.task_by_name`.execute(db);
    await sql`create index task_by_name on batchline.task (tenant, batchline.fold(name), id)`.execute(db);
    await sql`create index task_by_created on batchline.task (tenant, created, id)`.execute(db);
  },
};

async function createFold(db: Kysely<unknown>): Promise<void> {
  const { rows } = await FOLDING.execute(db);
  await sql`create function batchline.fold(text) returns text
    language sql immutable strict parallel safe as ${sql.lit(rows[0]?.body ?? '')}`.execute(db);
}
