import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // Available tasks, in the order of claims.
  sql`create index task_ready on batchline.task (name, priority desc, id) where state = 1 and job_id is null`,
  // Delayed tasks.
  sql`create index task_delayed on batchline.task (id) where state = 1 and job_id is not null`,
  sql`drop index batchline.task_waiting`,
];

/** Indexes available tasks apart from delayed ones, so that claims skip these. */
export const ready: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
