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
];

/** Start options: priorities, and the answers of starts that may be sent twice. */
export const control: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
