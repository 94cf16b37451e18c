import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** How many processes ran tasks in one step of time. */
export interface WorkerCount {
  /** When the step begins. */
  readonly at: Date;
  /** Processes that began or ended a run in it. */
  readonly workers: number;
}

/**
 * How many processes have begun or ended runs since then, by step; steps without one are left out. A definition's
 * processes run others too, so they are counted over all definitions.
 *
 * @param tenant whose tasks; `null` for all
 */
export async function countWorkers(
  db: Kysely<Schema>,
  tenant: string | null,
  since: Date,
  stepSeconds: number,
): Promise<WorkerCount[]> {
  const { rows } = await sql<{ readonly at: string; readonly workers: number }>`
    select
      floor(extract(epoch from at) / ${stepSeconds}::float8)::bigint * ${stepSeconds}::int as at,
      count(distinct node_id)::int as workers
    from batchline.task_audit
    where at >= ${since} and (${tenant}::text is null or tenant = ${tenant})
      and node_id is not null and ${TaskState.Started} in (from_state, to_state)
    group by 1 order by 1`.execute(db);
  return rows.map(({ at, workers }) => ({ at: new Date(Number(at) * 1000), workers }));
}
