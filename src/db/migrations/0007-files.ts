import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  sql`create table batchline.result_file (
    task_id int primary key references batchline.task (id) on delete cascade,
    attempt int not null,
    name text not null,
    key text not null unique,
    bytes bigint not null,
    sha256 text not null,
    created timestamptz not null default now()
  )`,
  sql`alter table batchline.task add column file_attempt int`,
  sql`alter table batchline.upload add column last_used timestamptz not null default now()`,
  sql`create index upload_by_owner on batchline.upload (tenant, associate_id, created)`,
  sql`create index upload_by_use on batchline.upload (last_used)`,
];

/** Stores the result files of tasks, and the last use of uploads. */
export const files: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
