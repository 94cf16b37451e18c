import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { BINARY_OBJECT_TABLE } from './task-write.ts';

/**
 * Sets the DetailsTable of tasks with a ParameterObject to 205 if an older release wrote 189 (migration 0023), for at
 * most `limit` tasks. Tasks locked by other transactions are left for the next call.
 *
 * @returns the number of updated tasks
 */
export async function moveDetails(db: Kysely<Schema>, limit: number): Promise<number> {
  const { rows } = await sql`
    update batchline.task set details_table = ${BINARY_OBJECT_TABLE}
    where id in (
      select id from batchline.task
      where details_table = 189 and parameter_object_id is not null
      order by id limit ${limit}
      for update skip locked
    )
    returning id`.execute(db);
  return rows.length;
}
