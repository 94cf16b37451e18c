import { type Kysely, sql } from 'kysely';
import type { ChildCounts } from '../../core/children.ts';
import type { Schema } from '../schema.ts';

/** How far the children of a task have come; all zero where it has none. */
export async function readChildCounts(db: Kysely<Schema>, parentId: number): Promise<ChildCounts> {
  const { rows } = await sql<ChildCounts>`
    select f.total, f.ended, f.failed from batchline.task_family as f where f.parent_id = ${parentId}`.execute(
    db,
  );
  return rows[0] ?? { total: 0, ended: 0, failed: 0 };
}
