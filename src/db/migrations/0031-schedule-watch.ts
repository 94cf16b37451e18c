import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Stores when a server last checked the schedules, and the last period in which none did. */
export const scheduleWatch: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table batchline.schedule_watch (
        id smallint primary key check (id = 1),
        last_look timestamptz not null,
        down_from timestamptz,
        up_since timestamptz
      )`.execute(db);
  },
};
