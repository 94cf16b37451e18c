import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`create table batchline.subscription (
    id int generated always as identity primary key,
    owner_id int not null,
    tenant text,
    scopes text[] not null,
    roles text[],
    channel text not null,
    target text not null,
    secret text not null,
    occasions text[] not null,
    names text[] not null,
    own boolean not null,
    task_id int,
    late_seconds int,
    failure_percent int,
    window_minutes int,
    language text not null,
    time_zone text not null,
    active boolean not null,
    disabled_reason jsonb,
    after_event bigint not null,
    checked timestamptz not null default now(),
    last_queued timestamptz,
    dead_in_a_row int not null default 0,
    created timestamptz not null default now(),
    updated timestamptz not null default now()
  )`,
  // The definitions whose failure rate is above the threshold, so that a subscription reports it once.
  sql`create table batchline.subscription_alert (
    subscription_id int not null references batchline.subscription (id) on delete cascade,
    name text not null,
    since timestamptz not null default now(),
    primary key (subscription_id, name)
  )`,
  // Deliveries of subscriptions are in the queue of webhooks. Earlier releases claim only those of webhooks.
  sql`alter table batchline.webhook_delivery alter column webhook_id drop not null, add column subscription_id int`,
  // All rows have null, so that no scan of the table is needed.
  sql`alter table batchline.webhook_delivery add constraint webhook_delivery_subscription_id_fkey
    foreign key (subscription_id) references batchline.subscription (id) on delete cascade not valid`,
  sql`create index if not exists webhook_delivery_by_subscription
    on batchline.webhook_delivery (subscription_id, id) where subscription_id is not null`,
  sql`create index if not exists webhook_delivery_waiting_by_subscription
    on batchline.webhook_delivery (subscription_id, id) where subscription_id is not null and state = 'Waiting'`,
  // Earlier releases advance the cursor of webhooks without creating deliveries of subscriptions.
  sql`insert into batchline.webhook_cursor (id, position) select 2, position from batchline.webhook_cursor where id = 1`,
];

/** Creates the tables of notification subscriptions, whose deliveries share the queue of webhooks. */
export const subscriptions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
