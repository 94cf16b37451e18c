import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** Parents whose children are to be stopped and have not all been told. */
export async function listStopping(db: Kysely<Schema>, limit: number): Promise<number[]> {
  const { rows } = await sql<{ parent_id: number }>`
    select f.parent_id from batchline.task_family as f where f.stopping order by f.parent_id limit ${limit}`.execute(
    db,
  );
  return rows.map((row) => row.parent_id);
}
