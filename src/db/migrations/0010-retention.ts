import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // Ended tasks only, so that claims and heartbeats do not write to it.
  sql`create index task_ended on batchline.task (name, state, updated) where state in (4, 5, 6)`,
  sql`create table batchline.retention (
    name_key text primary key,
    rules jsonb not null,
    updated timestamptz not null default now(),
    updated_by int not null
  )`,
];

/** Stores retention rules, and indexes ended tasks by their last change. */
export const retention: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
