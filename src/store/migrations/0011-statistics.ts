import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Backend } from '../backend.ts';

/**
 * What happened in the last hours is found by a block range index: rows are added in the order of their time, so that it
 * is small, and costs a new row next to nothing.
 */
export const statistics = (backend: Backend): Migration => ({
  async up(db: Kysely<unknown>): Promise<void> {
    const statement = backend.blockRangeIndexes
      ? sql`create index task_audit_by_time on batchline.task_audit using brin (at) with (pages_per_range = 16)`
      : sql`create index task_audit_by_time on batchline.task_audit (at)`;
    await statement.execute(db);
  },
});
