import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Indexes delayed tasks by due time, for the stager. */
export const staged: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create index if not exists task_staged on batchline.task (run_after)
      where state = 1 and job_id is not null`.execute(db);
  },
};
