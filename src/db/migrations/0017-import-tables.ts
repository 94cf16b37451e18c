import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Stores the tenant that owns each table of imported data. */
export const importTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table batchline.import_table (name text primary key, tenant text not null)`.execute(db);
  },
};
