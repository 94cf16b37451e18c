import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`create table batchline.worker_definition (
    name_key text primary key,
    name text not null,
    description text not null,
    parameters text,
    cancellation smallint not null,
    retry text not null,
    lease_seconds int not null,
    declared timestamptz not null default now(),
    declared_by int not null,
    last_seen timestamptz not null default now()
  )`,
  sql`create table batchline.task_log (
    id bigint generated always as identity primary key,
    task_id int not null,
    attempt int not null,
    at timestamptz not null default clock_timestamp(),
    level text not null,
    message text not null
  )`,
  sql`create index task_log_by_task on batchline.task_log (task_id, id)`,
  sql`alter table batchline.api_token add column definitions text[]`,
];

/** Stores the definitions of workers, the logs of runs, and the definitions that a worker's token is limited to. */
export const workers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
