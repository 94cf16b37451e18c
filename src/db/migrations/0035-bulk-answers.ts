import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Keeps the response of a bulk start with an idempotency key: all of its ids. */
export const bulkAnswers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table batchline.idempotency_key add column if not exists answers int[]`.execute(db);
  },
};
