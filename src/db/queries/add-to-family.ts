import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** Counts new children of a task. From now on nobody stops its children because of what was before. */
export async function addChild(
  trx: Transaction<Schema>,
  parentId: number,
  children: number,
  weight: number,
): Promise<{ readonly total: number }> {
  const { rows } = await sql<{ total: number }>`
    insert into batchline.task_family as f (parent_id, total, weight) values (${parentId}, ${children}, ${weight})
    on conflict (parent_id) do update set
      total = f.total + excluded.total, weight = f.weight + excluded.weight, stopping = false, stop_message = null
    returning f.total`.execute(trx);
  return { total: rows[0]?.total ?? 0 };
}
