import { type Kysely, sql, type Transaction } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import type { Delivery } from './queue.ts';

/** The limit of concurrent runs per tenant, and the current numbers. */
export interface TenantRoom {
  readonly perTenant: number;
  readonly running: ReadonlyMap<string, number>;
}

/**
 * Selects due tasks of a definition within the limit of each tenant, by priority, then oldest first. It skips from tenant
 * to tenant in an index, so that the queue of a tenant at its limit is not read.
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

/**
 * Locks due tasks of one tenant, by priority, then oldest first, for a worker that is restricted to the tenant. Skips
 * locked tasks, which another process is claiming.
 */
export async function lockDueTasks(
  trx: Transaction<Schema>,
  tenant: string,
  name: string,
  limit: number,
): Promise<Delivery[]> {
  const { rows } = await sql<{ id: number; job_id: string | null }>`
    select t.id, t.job_id from batchline.task as t
    where t.tenant = ${tenant} and t.state = ${TaskState.New} and t.name = ${name}
      and t.run_after <= now()
    order by t.priority desc, t.id
    limit ${limit}
    for update of t skip locked`.execute(trx);
  return rows.map((row) => ({ taskId: row.id, jobId: row.job_id }));
}

/** Result of one promotion. */
export interface Promotion {
  /** The definition of each promoted task; a name appears once for each of its tasks. */
  readonly names: readonly string[];
  /** Seconds until the next task is due, by the database's clock; null if no task is delayed. */
  readonly nextInSeconds: number | null;
}

/**
 * Promotes due tasks: makes those available that are New, due, and not available yet (`job_id` is set). Skips tasks that
 * another process is promoting.
 *
 * @param limit maximum number of tasks
 */
export async function promoteDue(db: Kysely<Schema>, limit: number): Promise<Promotion> {
  const { rows } = await sql<{ names: string[]; next: number | null }>`
    with due as (
      select t.id from batchline.task as t
      where t.state = ${sql.lit(TaskState.New)} and t.job_id is not null and t.run_after <= now()
      order by t.run_after limit ${limit}
      for update of t skip locked
    ),
    promoted as (
      update batchline.task as t set job_id = null from due as d
      where t.id = d.id and t.state = ${sql.lit(TaskState.New)}
      returning t.name
    )
    select (select coalesce(json_agg(p.name), '[]') from promoted as p) as names,
      (select extract(epoch from min(t.run_after) - now()) from batchline.task as t
        where t.state = ${sql.lit(TaskState.New)} and t.job_id is not null and t.run_after > now())::float8 as next`.execute(
    db,
  );
  const [row] = rows;
  return { names: row?.names ?? [], nextInSeconds: row?.next ?? null };
}
