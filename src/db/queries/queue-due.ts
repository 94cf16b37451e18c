import { sql, type Transaction } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import type { Delivery } from './queue.ts';

/** How much of each tenant may run, and what does. */
export interface TenantRoom {
  readonly perTenant: number;
  readonly running: ReadonlyMap<string, number>;
}

/**
 * Due tasks of a definition, of each tenant no more than it has room for: by priority, then the oldest first. It
 * steps from tenant to tenant in an index, so that what waits of a full one costs nothing.
 */
export async function selectDueWithinLimits(
  trx: Transaction<Schema>,
  name: string,
  { perTenant, running }: TenantRoom,
  limit: number,
): Promise<Delivery[]> {
  const waiting = sql`t.state = ${sql.lit(TaskState.New)} and t.name = ${name}`;
  const { rows } = await sql<{ id: number; job_id: string | null }>`
    with recursive tenants as (
      (select t.tenant from batchline.task as t where ${waiting} order by t.tenant limit 1)
      union all
      select (
        select t.tenant from batchline.task as t where ${waiting} and t.tenant > x.tenant order by t.tenant limit 1
      ) from tenants as x where x.tenant is not null
    )
    select d.id, d.job_id
    from tenants as x
    left join json_each_text(${JSON.stringify(Object.fromEntries(running))}::text::json) as r on r.key = x.tenant
    cross join lateral (
      select t.id, t.job_id, t.priority, row_number() over (order by t.priority desc, t.id) as place
      from batchline.task as t
      where ${waiting} and t.tenant = x.tenant and t.run_after <= now()
      order by t.priority desc, t.id
      limit ${perTenant}
    ) as d
    where x.tenant is not null and d.place <= ${perTenant}::int - coalesce(r.value::int, 0)
    order by d.priority desc, d.id
    limit ${limit}`.execute(trx);
  return rows.map((row) => ({ taskId: row.id, jobId: row.job_id }));
}
