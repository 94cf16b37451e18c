import { type Kysely, sql, type Transaction } from 'kysely';
import type { EndedState } from '../../core/retention.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** The names of the definitions that have ended tasks: one step in the index for each. */
export async function namesWithEndedTasks(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    with recursive names as (
      (select name from batchline.task where state in (4, 5, 6) order by name limit 1)
      union all
      select (
        select t.name from batchline.task as t
        where t.state in (4, 5, 6) and t.name > n.name order by t.name limit 1
      ) from names as n where n.name is not null
    )
    select name from names where name is not null`.execute(db);
  return rows.map((row) => row.name);
}

/**
 * Locks tasks of a definition that have ended in this state and were last changed before then, the oldest first.
 * Those that somebody else has locked are passed over, and children whose parent has not ended: it may yet read them.
 */
export async function lockEndedTasks(
  trx: Transaction<Schema>,
  name: string,
  state: EndedState,
  before: Date,
  limit: number,
): Promise<number[]> {
  // The state as a constant, so that the index for ended tasks serves it.
  const { rows } = await sql<{ id: number }>`
    select t.id from batchline.task as t
    where t.name = ${name} and t.state = ${sql.lit(TaskState[state])} and t.updated < ${before}
      and not exists (select 1 from batchline.task as p where p.id = t.parent_id and p.state in (1, 2, 3))
    order by t.updated
    limit ${limit}
    for update of t skip locked`.execute(trx);
  return rows.map((row) => row.id);
}
