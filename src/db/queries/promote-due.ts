import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** Result of one promotion. */
export interface Promotion {
  /** The definition of each promoted task; a name appears once for each of its tasks. */
  readonly names: readonly string[];
  /** Seconds until the next task is due, by the database's clock; null if none waits for its time. */
  readonly nextInSeconds: number | null;
}

/**
 * Makes due tasks available: those that are New, due, and not available yet (`job_id` is set). Tasks that another
 * process is promoting are skipped.
 *
 * @param limit the most tasks
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
