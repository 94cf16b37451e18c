import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`alter table batchline.task
    add column parent_id int,
    add column child_key text,
    add column child_weight int not null default 1,
    add column depth smallint not null default 0`,
  sql`create unique index task_by_child_key on batchline.task (parent_id, child_key) where parent_id is not null`,
  sql`create index task_by_parent on batchline.task (parent_id, id) where parent_id is not null`,
  // Running children only, so that computing the progress of a parent does not read all of them.
  sql`create index task_running_child on batchline.task (parent_id) where parent_id is not null and state = 3`,
  sql`create table batchline.task_family (
    parent_id int primary key,
    total int not null default 0,
    ended int not null default 0,
    failed int not null default 0,
    weight bigint not null default 0,
    weight_ended bigint not null default 0,
    on_failure text not null default 'fail',
    job_id uuid,
    ready_since timestamptz,
    stopping boolean not null default false,
    stop_message jsonb
  )`,
  sql`create table batchline.deleted_child (
    parent_id int not null,
    child_key text not null,
    id int not null,
    primary key (parent_id, child_key)
  )`,
  // For the maintenance. Both contain few rows.
  sql`create index task_family_ready on batchline.task_family (parent_id) where ready_since is not null`,
  sql`create index task_family_stopping on batchline.task_family (parent_id) where stopping`,
];

/** Stores the parents of tasks, and counts of children by parent. */
export const fanOut: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
