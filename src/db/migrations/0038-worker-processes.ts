import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const statements = [
  // Unlogged, so that heartbeats don't wait for the disk. After a crash or a failover of the database it is empty until the
  // next heartbeats, and signals wake every worker meanwhile.
  sql`create unlogged table if not exists batchline.worker_process (
    node_id text primary key,
    names text[] not null,
    slots integer[] not null,
    seen timestamptz not null default now()
  ) with (fillfactor = 50)`,
];

/** The live processes, so that a signal wakes as many of them as there are tasks. */
export const workerProcesses: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await statement.execute(db);
  },
};
