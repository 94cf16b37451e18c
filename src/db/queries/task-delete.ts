import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { deleteChildCounts, recordDeletedChildren } from './children.ts';

/** Deletes tasks with their ParameterObjects, attempts, logs, failures in the statistics and counts of children, but not the children. Deletes audit rows only if `leaveNoTrace`. */
export async function deleteTaskRows(
  trx: Transaction<Schema>,
  ids: readonly number[],
  leaveNoTrace: boolean,
): Promise<void> {
  if (ids.length === 0) return;
  const list = JSON.stringify(ids);
  if (!leaveNoTrace) {
    // Events of deleted tasks still need their owner and definition. The first row has them, unless a release before 0.3.0
    // started the task; then the last row gets them. An update of each row would write new versions of them all and of their index entries.
    await sql`
      update batchline.task_audit as a set owner_id = t.owner_id, name = t.name
      from batchline.task as t
      where t.id = any (${ids}::int[]) and not t.is_internal
        and not exists (select 1 from batchline.task_audit as n where n.task_id = t.id and n.name is not null)
        and a.id = (select max(l.id) from batchline.task_audit as l where l.task_id = t.id)`.execute(trx);
  }
  const deleted = await sql<{
    id: number;
    parameter_object_id: number | null;
    parent_id: number | null;
    child_key: string | null;
  }>`
    delete from batchline.task
    where id in (select value::int from json_array_elements_text(${list}::text::json))
    returning id, parameter_object_id, parent_id, child_key`.execute(trx);
  await deleteChildCounts(trx, ids);
  await recordDeletedChildren(
    trx,
    deleted.rows.filter((row) => row.parent_id !== null),
  );
  const objects = deleted.rows.map((row) => row.parameter_object_id).filter((id) => id !== null);
  if (objects.length > 0) {
    await sql`
      delete from batchline.binary_object
      where id in (select value::int from json_array_elements_text(${JSON.stringify(objects)}::text::json))`.execute(
      trx,
    );
  }
  await sql`delete from batchline.task_attempt where task_id = any (${ids}::int[])`.execute(trx);
  await sql`delete from batchline.statistics_failure where task_id = any (${ids}::int[])`.execute(trx);
  await sql`delete from batchline.task_search where task_id = any (${ids}::int[])`.execute(trx);
  await sql`
    delete from batchline.task_log
    where task_id in (select value::int from json_array_elements_text(${list}::text::json))`.execute(trx);
  if (leaveNoTrace) {
    await sql`
      delete from batchline.task_audit
      where task_id in (select value::int from json_array_elements_text(${list}::text::json))`.execute(trx);
  }
}
