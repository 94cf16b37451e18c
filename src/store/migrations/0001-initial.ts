import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`create table batchline.binary_object (
    id int generated always as identity primary key,
    tenant text not null,
    content text not null
  )`,
  sql`create table batchline.task (
    id int generated always as identity primary key,
    tenant text not null,
    name text not null,
    owner_id int not null,
    is_internal boolean not null,
    details_table int not null,
    details_record int not null,
    parameter_object_id int references batchline.binary_object (id),
    created timestamptz not null default now(),
    updated timestamptz not null default now(),
    updated_by int not null default 0,
    updated_count int not null default 0,
    last_started timestamptz,
    start_count int not null default 0,
    context text not null,
    result text not null default '',
    state smallint not null,
    description text not null,
    response text not null,
    request text not null,
    progress_description text not null default '',
    progress_percent smallint not null default 0,
    file_name text not null,
    cancellation smallint not null,
    attempt int not null default 0,
    failures int not null default 0,
    losses int not null default 0,
    job_id uuid,
    run_after timestamptz not null default now(),
    lease_owner text,
    lease_until timestamptz,
    stop_note text,
    checkpoint jsonb
  ) with (fillfactor = 80)`,
  // Lists: a caller's own tasks, by definition, and everything, each newest first within a tenant.
  sql`create index task_by_owner on batchline.task (tenant, owner_id, id)`,
  sql`create index task_by_name on batchline.task (tenant, name, id)`,
  sql`create index task_by_tenant on batchline.task (tenant, id)`,
  sql`create index task_by_state on batchline.task (tenant, state, id)`,
  // What the maintenance looks for; both hold live tasks only, so finished ones cost nothing.
  sql`create index task_by_lease on batchline.task (lease_until) where lease_until is not null`,
  sql`create index task_waiting on batchline.task (id) where state = 1`,
  sql`create table batchline.task_audit (
    id bigint generated always as identity primary key,
    task_id int not null,
    tenant text not null,
    at timestamptz not null default clock_timestamp(),
    actor_id int not null,
    node_id text,
    from_state smallint,
    to_state smallint not null,
    attempt int not null,
    reason text not null
  )`,
  sql`create index task_audit_by_task on batchline.task_audit (task_id, id)`,
  sql`create table batchline.associate (
    id int generated always as identity primary key,
    login text not null,
    login_key text not null unique,
    name text not null,
    password_hash text not null,
    roles text[] not null,
    tenant text,
    disabled boolean not null default false,
    created timestamptz not null default now()
  )`,
  sql`create table batchline.api_token (
    id int generated always as identity primary key,
    associate_id int not null references batchline.associate (id) on delete cascade,
    name text not null,
    hash text not null unique,
    scopes text[] not null,
    created timestamptz not null default now(),
    expires timestamptz
  )`,
  sql`create table batchline.upload (
    id uuid primary key,
    associate_id int not null,
    tenant text not null,
    name text not null,
    bytes bigint not null,
    sha256 text not null,
    created timestamptz not null default now()
  )`,
];

/** The first tables. */
export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
