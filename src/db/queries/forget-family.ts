import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** Forgets what was counted of the children of these tasks. */
export async function deleteChildCounts(
  trx: Transaction<Schema>,
  parentIds: readonly number[],
): Promise<void> {
  const list = JSON.stringify(parentIds);
  await sql`
    delete from batchline.task_family
    where parent_id in (select value::int from json_array_elements_text(${list}::text::json))`.execute(trx);
  await sql`
    delete from batchline.deleted_child
    where parent_id in (select value::int from json_array_elements_text(${list}::text::json))`.execute(trx);
}

/** Keeps the keys of deleted children while their parents are there. */
export async function keepKeys(
  trx: Transaction<Schema>,
  children: readonly {
    readonly id: number;
    readonly parent_id: number | null;
    readonly child_key: string | null;
  }[],
): Promise<void> {
  if (children.length === 0) return;
  await sql`
    insert into batchline.deleted_child (parent_id, child_key, id)
    select d.parent_id, d.child_key, d.id
    from json_to_recordset(${JSON.stringify(children)}::text::json) as d (id int, parent_id int, child_key text)
    join batchline.task_family as f on f.parent_id = d.parent_id`.execute(trx);
}
