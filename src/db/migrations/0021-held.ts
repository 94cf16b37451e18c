import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  ...['owner', 'name', 'tenant', 'state', 'created', 'lease'].map(
    (by) => sql`drop index batchline.${sql.id(`task_by_${by}`)}`,
  ),
  // Inactive tasks, for lists. A claim removes a task from them without writing to them.
  sql`create index task_by_owner on batchline.task (tenant, owner_id, id) where state not in (2, 3)`,
  sql`create index task_by_name on batchline.task (tenant, batchline.fold(name), id) where state not in (2, 3)`,
  sql`create index task_by_tenant on batchline.task (tenant, id) where state not in (2, 3)`,
  sql`create index task_by_state on batchline.task (tenant, state, id) where state not in (2, 3)`,
  sql`create index task_by_created on batchline.task (tenant, created, id) where state not in (2, 3)`,
  // Active tasks. The cast prevents the planner from using this index for the writes of runs, which use the primary key.
  sql`create index task_held on batchline.task (tenant, id) where state::int in (2, 3)`,
  // The code deletes both rows together. The constraint made each deletion of an object scan all tasks.
  sql`alter table batchline.task drop constraint if exists task_parameter_object_id_fkey`,
];

/** Indexes active tasks apart from inactive ones, so that claims and heartbeats write few index entries. */
export const held: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
