import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`alter table batchline.task_audit add column if not exists stopped boolean`,
  // The predicate is IS_STOPPED (src/db/queries/task.ts).
  sql`create index if not exists task_stopped on batchline.task (tenant, id)
    where state = 5 and (stop_note is not null or coalesce(result_message ->> 'template' in (
      'Stopped by {0} (associate {1}) at {2}.', 'Stopped with batch task {0}. {1}',
      'Stopped: another child of batch task {0} has failed.',
      '{0} {1} of its children can''t be cancelled and go on.'), false))`,
];

/** Tells tasks that were stopped apart from those that failed: a column of the history, and an index for lists. */
export const stops: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
