import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Lets the stager find delayed tasks by their due time. */
export const staged: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create index if not exists task_staged on batchline.task (run_after)
      where state = 1 and job_id is not null`.execute(db);
  },
};
