import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Counts the crashes of each definition, and stores why it is paused. */
export const crashes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table batchline.definition_control
      add column crashes int not null default 0,
      add column paused_reason text,
      add column paused_message jsonb`.execute(db);
  },
};
