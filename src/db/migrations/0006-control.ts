import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`alter table batchline.task add column priority smallint not null default 0`,
  sql`create table batchline.idempotency_key (
    associate_id int not null,
    key text not null,
    fingerprint text not null,
    answer int,
    created timestamptz not null default now(),
    primary key (associate_id, key)
  )`,
  sql`create index idempotency_key_by_age on batchline.idempotency_key (created)`,
  sql`create table batchline.definition_control (
    name text primary key,
    version int not null,
    paused boolean not null default false,
    paused_by int,
    paused_at timestamptz,
    limits jsonb,
    default_limits jsonb
  )`,
  sql`create table batchline.definition_audit (
    id bigint generated always as identity primary key,
    name text not null,
    at timestamptz not null default clock_timestamp(),
    actor_id int not null,
    action text not null,
    limits jsonb
  )`,
  sql`create index definition_audit_by_name on batchline.definition_audit (name, id)`,
  sql`create table batchline.definition_start (
    name text not null,
    at timestamptz not null default clock_timestamp(),
    runs int not null
  )`,
  sql`create index definition_start_by_name on batchline.definition_start (name, at)`,
  // Queued tasks of one tenant and definition, in the order of claims.
  sql`create index task_due on batchline.task (name, tenant, priority desc, id) where state = 1`,
  sql`create table batchline.schedule (
    id int generated always as identity primary key,
    tenant text not null,
    name text not null,
    owner_id int not null,
    definition text not null,
    parameters text,
    cron text not null,
    time_zone text not null,
    missed_runs text not null,
    missed_limit int not null,
    priority smallint not null,
    paused boolean not null,
    next_run timestamptz,
    last_run timestamptz,
    last_task_id int,
    problem jsonb,
    version int not null default 1,
    created timestamptz not null default now(),
    updated timestamptz not null default now(),
    updated_by int not null
  )`,
  sql`create unique index schedule_by_name on batchline.schedule (tenant, lower(name))`,
  sql`create index schedule_due on batchline.schedule (next_run) where not paused`,
];

/** Adds priorities, idempotency keys, pauses and limits of definitions, and schedules. */
export const control: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
