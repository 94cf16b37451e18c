import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Stores the retention rules that definitions declare, for processes that don't have their modules. */
export const ownRetention: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table batchline.own_retention (
        name_key text primary key,
        rules jsonb not null
      )`.execute(db);
  },
};
