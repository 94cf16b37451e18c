import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Finds the tasks whose details still name table 189 for their ParameterObject: those of releases before 0.3, which
 * may run beside this one and write more. The housekeeping moves them to 205 (contract, section 1.3) in small batches,
 * after which the index is empty.
 */
export const detailsTable: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create index if not exists task_details_189 on batchline.task (id)
      where details_table = 189 and parameter_object_id is not null`.execute(db);
  },
};
