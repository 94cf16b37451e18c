import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // Sessions from the OIDC provider have a kind of their own, so that older programs, which don't know these rights, refuse
  // them rather than give them all rights of the associate. Null for all rights.
  sql`alter table batchline.sign_in add column if not exists rights jsonb`,
  sql`alter table batchline.associate
    add column if not exists last_sign_in timestamptz,
    add column if not exists last_sign_in_by text`,
  sql`alter table batchline.api_token add column if not exists last_used timestamptz`,
  sql`create table if not exists batchline.password_link (
    id int generated always as identity primary key,
    associate_id int not null references batchline.associate (id) on delete cascade,
    hash text not null unique,
    created timestamptz not null default now(),
    expires timestamptz not null
  )`,
  // Has no foreign keys, because records stay after the people and objects that they name are deleted.
  sql`create table if not exists batchline.administration_audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    associate_id int not null,
    login text not null,
    means text not null,
    tenant text,
    action text not null,
    kind text not null,
    object_id text,
    object_name text not null,
    changes jsonb not null
  )`,
  sql`create index if not exists administration_audit_by_object
    on batchline.administration_audit (kind, object_id, id)`,
  sql`create index if not exists administration_audit_by_tenant on batchline.administration_audit (tenant, id)`,
];

/** Sign-in with the company's account, last sign-ins, links to set a password, and the audit of administration. */
export const people: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
