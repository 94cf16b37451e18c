import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Keeps a record of each attempt. It is written once, at the end of the attempt, and deleted with the task. */
export const attempts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table batchline.task_attempt (
        task_id int not null,
        number int not null,
        worker text,
        claimed timestamptz,
        started timestamptz,
        ended timestamptz not null default now(),
        outcome smallint not null,
        error jsonb,
        progress_percent smallint not null,
        progress_description text not null,
        progress_message jsonb,
        next_delay float8,
        reason text not null,
        reason_message jsonb,
        primary key (task_id, number)
      )`.execute(db);
  },
};
