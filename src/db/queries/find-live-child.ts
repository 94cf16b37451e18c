import { sql, type Transaction } from 'kysely';
import { HELD_STATES, TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

const LIVE = sql.join(['New' as const, ...HELD_STATES].map((state) => sql.lit(TaskState[state])));

/** A child that has not ended, of one of these tasks and not one of them itself; `undefined` where there is none. */
export async function findLiveChild(
  trx: Transaction<Schema>,
  ids: readonly number[],
): Promise<{ readonly id: number; readonly parentId: number } | undefined> {
  const list = JSON.stringify(ids);
  const { rows } = await sql<{ id: number; parent_id: number }>`
    select t.id, t.parent_id from batchline.task as t
    where t.parent_id in (select value::int from json_array_elements_text(${list}::text::json))
      and t.state in (${LIVE})
      and t.id not in (select value::int from json_array_elements_text(${list}::text::json))
    limit 1`.execute(trx);
  return rows[0] && { id: rows[0].id, parentId: rows[0].parent_id };
}
