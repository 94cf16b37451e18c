import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** What tasks of one definition did in one step of time. */
export interface ChangeCount {
  /** When the step begins. */
  readonly at: Date;
  /** The definition's name; empty for tasks that have been deleted since. */
  readonly name: string;
  readonly registered: number;
  readonly succeeded: number;
  /** Runs that ended a task as Failed. */
  readonly failed: number;
  /** First runs that began, and how many seconds their tasks had been due, on average and at most. */
  readonly begun: number;
  readonly waited: number;
  readonly longestWait: number;
}

interface Row extends Omit<ChangeCount, 'at'> {
  readonly at: string;
}

/**
 * What tasks did since then, by step and definition.
 *
 * @param tenant whose tasks; `null` for all
 */
export async function countChanges(
  db: Kysely<Schema>,
  tenant: string | null,
  since: Date,
  stepSeconds: number,
): Promise<ChangeCount[]> {
  const ended = sql`a.to_state in (${TaskState.Succeeded}, ${TaskState.SucceededManualCleanup})`;
  const wasEnded = sql`a.from_state in (${TaskState.Succeeded}, ${TaskState.SucceededManualCleanup})`;
  const firstRun = sql`a.to_state = ${TaskState.Started} and a.attempt = 1`;
  // A task that runs again is due later than its first run was: its registration is what is left to go by.
  const wait = sql`extract(epoch from a.at - case when t.run_after <= a.at then t.run_after else t.created end)`;
  const { rows } = await sql<Row>`
    select
      floor(extract(epoch from a.at) / ${stepSeconds}::float8)::bigint * ${stepSeconds}::int as at,
      coalesce(t.name, '') as name,
      count(*) filter (where a.from_state is null)::int as registered,
      count(*) filter (where ${ended} and ${wasEnded} is not true)::int as succeeded,
      count(*) filter (where a.to_state = ${TaskState.Failed})::int as failed,
      count(*) filter (where ${firstRun})::int as begun,
      coalesce(avg(${wait}) filter (where ${firstRun}), 0)::float8 as waited,
      coalesce(max(${wait}) filter (where ${firstRun}), 0)::float8 as "longestWait"
    from batchline.task_audit as a left join batchline.task as t on t.id = a.task_id
    where a.at >= ${since} and (${tenant}::text is null or a.tenant = ${tenant})
    group by 1, 2 order by 1, 2`.execute(db);
  return rows.map((row) => ({ ...row, at: new Date(Number(row.at) * 1000) }));
}
