import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A block range index finds the last hours: rows are added in the order of their time, so it is small and cheap. */
export const statistics: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create index task_audit_by_time on batchline.task_audit using brin (at) with (pages_per_range = 16)`.execute(
      db,
    );
  },
};
