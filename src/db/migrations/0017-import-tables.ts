import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Whose the tables of imports are: the tenant's whose import has made one. */
export const importTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table batchline.import_table (name text primary key, tenant text not null)`.execute(db);
  },
};
