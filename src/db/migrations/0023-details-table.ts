import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Indexes the tasks whose DetailsTable is 189, which earlier releases wrote and may still write. The maintenance sets it to
 * 205 in small batches (contract, section 1.3); then the index is empty.
 */
export const detailsTable: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create index if not exists task_details_189 on batchline.task (id)
      where details_table = 189 and parameter_object_id is not null`.execute(db);
  },
};
