import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Stores the number of crashes of each definition, and the reason of its pause. */
export const crashes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table batchline.definition_control
      add column crashes int not null default 0,
      add column paused_reason text,
      add column paused_message jsonb`.execute(db);
  },
};
