import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Records which processes and remote workers run tasks, of which definitions, and when each was last seen. */
export const workerPresence: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table if not exists batchline.worker (
        owner text not null,
        names_key text not null,
        names text[] not null,
        tenant text,
        last_seen timestamptz not null default now(),
        primary key (owner, names_key)
      )`.execute(db);
  },
};
