import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Records transfers into and out of this database. */
export const move: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table batchline.move (
      source text primary key,
      target text not null,
      started timestamptz not null default now(),
      finished timestamptz
    )`.execute(db);
  },
};
