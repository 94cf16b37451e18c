import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Indexes audit rows by time. A BRIN index is small and cheap, because rows are added in order of time. */
export const statistics: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create index task_audit_by_time on batchline.task_audit using brin (at) with (pages_per_range = 16)`.execute(
      db,
    );
  },
};
