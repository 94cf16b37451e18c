import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // What a claim takes, in its order: tasks that are New and wait for no job.
  sql`create index task_ready on batchline.task (name, priority desc, id) where state = 1 and job_id is null`,
  // What the recovery looks through: those that wait for one.
  sql`create index task_delayed on batchline.task (id) where state = 1 and job_id is not null`,
  sql`drop index batchline.task_waiting`,
];

/** Tasks that are due are claimed from their own table; jobs deliver what is due later. */
export const ready: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
