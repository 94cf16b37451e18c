import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // Null for the rights of the owner, as before this migration.
  sql`alter table batchline.task add column run_as jsonb`,
  sql`alter table batchline.schedule add column run_as jsonb`,
  // Null for the roles of the owner.
  sql`alter table batchline.webhook add column roles text[]`,
  sql`alter table batchline.api_token
    add column parent_id int references batchline.api_token (id) on delete cascade,
    add column roles text[],
    add column tenant text`,
  sql`create index if not exists api_token_by_parent on batchline.api_token (parent_id)`,
];

/** Stores the rights of a sign-in with the tasks, schedules, webhooks and tokens that it creates. */
export const rights: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
