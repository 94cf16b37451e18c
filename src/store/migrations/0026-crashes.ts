import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Counts how often a definition has ended its process, and keeps why it is paused. */
export const crashes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table batchline.definition_control
      add column crashes int not null default 0,
      add column paused_reason text,
      add column paused_message jsonb`.execute(db);
  },
};
