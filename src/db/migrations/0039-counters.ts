import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // `low` exclusive to `high` inclusive are the ids of the audit rows that are counted. The rollup inserts the only row.
  sql`create table if not exists batchline.statistics_cursor (
    id smallint primary key check (id = 1),
    low bigint not null,
    high bigint not null
  )`,
  // Rows with `overall` are the sums over all tenants, so that reading them costs the same with any number of tenants.
  sql`create table if not exists batchline.statistics_count (
    step integer not null,
    overall boolean not null,
    tenant text not null,
    at timestamptz not null,
    name text not null,
    registered integer not null,
    succeeded integer not null,
    failed integer not null,
    stopped integer not null,
    begun integer not null,
    waited float8 not null,
    longest_wait float8 not null,
    primary key (step, overall, tenant, at, name)
  ) with (fillfactor = 70)`,
  sql`create index if not exists statistics_count_by_time on batchline.statistics_count (step, at)`,
  sql`create table if not exists batchline.statistics_worker (
    step integer not null,
    overall boolean not null,
    tenant text not null,
    at timestamptz not null,
    node_id text not null,
    primary key (step, overall, tenant, at, node_id)
  )`,
  sql`create index if not exists statistics_worker_by_time on batchline.statistics_worker (step, at)`,
  sql`create table if not exists batchline.statistics_failure (
    task_id integer primary key,
    tenant text not null,
    name text not null,
    cause uuid not null,
    at timestamptz not null
  )`,
  sql`create index if not exists statistics_failure_by_time on batchline.statistics_failure (at)`,
];

/** Counters of the statistics, which a background job keeps from the audit rows (docs/decisions/0039-counters.md). */
export const counters: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
