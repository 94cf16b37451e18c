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
  // What waits of one tenant and definition, in the order of its turns.
  sql`create index task_due on batchline.task (name, tenant, priority desc, id) where state = 1`,
];

/** Priorities, the answers of starts that may be sent twice, and pauses and limits of definitions. */
export const control: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
