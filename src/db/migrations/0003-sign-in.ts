import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`create table batchline.sign_in (
    id int generated always as identity primary key,
    associate_id int not null references batchline.associate (id) on delete cascade,
    kind text not null,
    hash text not null unique,
    created timestamptz not null default now(),
    expires timestamptz not null,
    ends timestamptz not null
  )`,
  sql`create index sign_in_by_expiry on batchline.sign_in (expires)`,
  sql`create index sign_in_by_associate on batchline.sign_in (associate_id)`,
  sql`create table batchline.application (
    id int generated always as identity primary key,
    name text not null,
    hash text not null unique,
    scopes text[],
    created timestamptz not null default now()
  )`,
];

/** Creates the tables of tickets, cookie sessions and applications. */
export const signIn: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
