import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Leaves half of each new page of tasks free, so that the versions of a claim and an end are written to the page of their
 * row: less write-ahead log, and a smaller table in the end (docs/decisions/0052-claims-and-ends.md).
 */
export const pageSpace: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table batchline.task set (fillfactor = 50)`.execute(db);
  },
};
