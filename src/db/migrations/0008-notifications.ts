import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // Owner and definition of a deleted task, which its events need; null while the task exists.
  sql`alter table batchline.task_audit add column owner_id int, add column name text`,
  sql`create table batchline.webhook (
    id int generated always as identity primary key,
    owner_id int not null,
    tenant text,
    scopes text[] not null,
    url text not null,
    secret text not null,
    names text[] not null,
    states smallint[] not null,
    own boolean not null,
    active boolean not null,
    disabled_reason jsonb,
    after_event bigint not null,
    dead_in_a_row int not null default 0,
    created timestamptz not null default now(),
    updated timestamptz not null default now()
  )`,
  sql`create table batchline.webhook_cursor (id int primary key, position bigint not null)`,
  sql`insert into batchline.webhook_cursor (id, position) values (1, 0)`,
  sql`create table batchline.webhook_delivery (
    id bigint generated always as identity primary key,
    webhook_id int not null references batchline.webhook (id) on delete cascade,
    event_id bigint,
    body text not null,
    state text not null default 'Waiting',
    tries int not null default 0,
    next_try timestamptz not null default now(),
    created timestamptz not null default now(),
    ended timestamptz,
    status int,
    answer text not null default '',
    error text not null default '',
    unique (webhook_id, event_id)
  )`,
  sql`create index webhook_delivery_due on batchline.webhook_delivery (next_try) where state = 'Waiting'`,
  sql`create index webhook_delivery_by_webhook on batchline.webhook_delivery (webhook_id, id)`,
  sql`create index webhook_delivery_ended on batchline.webhook_delivery (ended) where ended is not null`,
];

/** Creates the tables of webhooks and deliveries, and keeps the owner and definition of deleted tasks. */
export const notifications: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
