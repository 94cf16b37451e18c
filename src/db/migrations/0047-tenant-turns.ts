import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Indexes the available tasks of each tenant in the order of claims, for the round robin among tenants. */
export const tenantTurns: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create index if not exists task_available on batchline.task (name, tenant, priority desc, id)
      where state = 1 and job_id is null`.execute(db);
  },
};
