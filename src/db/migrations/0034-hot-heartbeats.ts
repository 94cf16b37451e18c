import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // Retention finds ended tasks by `run_after`, which the end of a task sets and nothing changes later.
  sql`create index if not exists task_over on batchline.task (name, state, run_after) where state in (4, 5, 6)`,
  // It held `updated`, so no heartbeat and no change of a text was a heap-only tuple (HOT) update.
  sql`drop index if exists batchline.task_ended`,
  // Room on each page for the new versions of its rows, which HOT updates need; for pages from now on.
  sql`alter table batchline.task set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.05)`,
];

/** Makes heartbeats, progress and changes of texts heap-only tuple updates, which write no index. */
export const hotHeartbeats: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
