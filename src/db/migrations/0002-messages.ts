import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`alter table batchline.task
    add column progress_message jsonb,
    add column result_message jsonb,
    add column stop_message jsonb`,
  sql`alter table batchline.task_audit add column reason_message jsonb`,
];

/** Stores generated texts as messages too, so that they can be translated. */
export const messages: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
