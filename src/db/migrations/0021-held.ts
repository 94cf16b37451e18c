import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  ...['owner', 'name', 'tenant', 'state', 'created', 'lease'].map(
    (by) => sql`drop index batchline.${sql.id(`task_by_${by}`)}`,
  ),
  // What lists read of tasks that nobody holds. A claim takes a task out of them, which writes nothing.
  sql`create index task_by_owner on batchline.task (tenant, owner_id, id) where state not in (2, 3)`,
  sql`create index task_by_name on batchline.task (tenant, batchline.fold(name), id) where state not in (2, 3)`,
  sql`create index task_by_tenant on batchline.task (tenant, id) where state not in (2, 3)`,
  sql`create index task_by_state on batchline.task (tenant, state, id) where state not in (2, 3)`,
  sql`create index task_by_created on batchline.task (tenant, created, id) where state not in (2, 3)`,
  // The others. It is said in a way that the planner takes for no other condition: a run's own writes go by the id.
  sql`create index task_held on batchline.task (tenant, id) where state::int in (2, 3)`,
  // Both rows are written and deleted together. To look after that, each deleted object went through all tasks.
  sql`alter table batchline.task drop constraint if exists task_parameter_object_id_fkey`,
];

/** Tasks that somebody holds are in an index of their own and in no other. */
export const held: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
