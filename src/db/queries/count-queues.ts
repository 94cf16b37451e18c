import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_HELD } from './held-tasks.ts';

/** How much there is to do for one definition. */
export interface QueueCount {
  readonly name: string;
  /** Tasks that are New and due. */
  readonly due: number;
  /** Tasks that are New and not due yet. */
  readonly later: number;
  /** Since when the longest waiting of those that are due has been so; null where there is none. */
  readonly oldest: Date | null;
  /** How long ago that was, in seconds of the database's clock. */
  readonly oldestSeconds: number | null;
  /** Tasks that somebody runs. */
  readonly running: number;
}

/**
 * How much there is to do now, by definition. Both parts are read by indexes of live tasks alone.
 *
 * @param tenant whose tasks; `null` for all
 */
export async function countQueues(db: Kysely<Schema>, tenant: string | null): Promise<QueueCount[]> {
  const { rows } = await sql<QueueCount>`
    select
      name,
      count(*) filter (where is_new and run_after <= now())::int as due,
      count(*) filter (where is_new and run_after > now())::int as later,
      min(run_after) filter (where is_new and run_after <= now()) as oldest,
      extract(epoch from now() - min(run_after) filter (where is_new and run_after <= now()))::float8
        as "oldestSeconds",
      count(*) filter (where not is_new)::int as running
    from (
      select name, tenant, run_after, true as is_new from batchline.task where state = ${sql.lit(TaskState.New)}
      union all
      select t.name, t.tenant, t.run_after, false from batchline.task as t
      where ${IS_HELD} and t.lease_until is not null
    ) as live
    where ${tenant}::text is null or tenant = ${tenant}
    group by name order by name`.execute(db);
  return rows;
}
