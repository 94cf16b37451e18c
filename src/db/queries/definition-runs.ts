import { type Kysely, type RawBuilder, sql } from 'kysely';
import { AttemptOutcome } from '../../core/attempt.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import type { FailureGroup } from './statistics.ts';
import { IS_STOPPED } from './task.ts';

/** Percentiles of durations in seconds. */
export interface Percentiles {
  /** Number of durations that they are computed from. */
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Percentiles of the time until the first run of a task, and of the duration of its last run; `null` without any. */
export interface RunTimes {
  readonly waiting: Percentiles | null;
  readonly running: Percentiles | null;
}

/** The tasks of a definition that ended last. */
interface Sample {
  readonly name: string;
  /** Tenant of the tasks; `null` for all. */
  readonly tenant: string | null;
  /** Tasks that ended before are left out. */
  readonly since: Date;
  /** Maximum number of tasks. */
  readonly limit: number;
}

/** Selects ended tasks, latest first, through the index `task_over`, so that the time doesn't depend on the history. */
function lastEnded({ name, tenant, since, limit }: Sample, states: readonly number[]): RawBuilder<unknown> {
  const parts = states.map(
    (state) => sql`(
      select t.* from batchline.task as t
      where t.name = ${name} and t.state = ${sql.lit(state)} and t.run_after >= ${since}
        and (${tenant}::text is null or t.tenant = ${tenant})
      order by t.run_after desc limit ${limit})`,
  );
  return sql`(
    select t.* from (${sql.join(parts, sql` union all `)}) as t order by t.run_after desc limit ${limit})`;
}

/** Computes percentiles of the waiting and running times of the tasks that ended last. */
export async function readRunTimes(db: Kysely<Schema>, sample: Sample): Promise<RunTimes> {
  const over = [TaskState.Succeeded, TaskState.Failed, TaskState.SucceededManualCleanup] as const;
  const of = (value: RawBuilder<unknown>, prefix: string): RawBuilder<unknown> => sql`
    count(${value})::int as ${sql.ref(`${prefix}Count`)},
    percentile_disc(array[0.5, 0.95, 0.99, 1]) within group (order by ${value})::float8[] as ${sql.ref(prefix)}`;
  const { rows } = await sql<TimesRow>`
    select ${of(sql`waited`, 'waiting')}, ${of(sql`ran`, 'running')}
    from (
      select
        extract(epoch from greatest(f.started - t.created, interval '0'))::float8 as waited,
        extract(epoch from l.ended - l.started)::float8 as ran
      from ${lastEnded(sample, over)} as t
      left join lateral (
        select a.started from batchline.task_attempt as a
        where a.task_id = t.id and a.started is not null order by a.number limit 1
      ) as f on true
      left join lateral (
        select a.started, a.ended from batchline.task_attempt as a
        where a.task_id = t.id and a.started is not null and a.outcome <> ${AttemptOutcome.Waiting}
        order by a.number desc limit 1
      ) as l on true
    ) as times`.execute(db);
  const [row] = rows;
  return {
    waiting: percentilesOf(row?.waitingCount ?? 0, row?.waiting ?? null),
    running: percentilesOf(row?.runningCount ?? 0, row?.running ?? null),
  };
}

interface TimesRow {
  readonly waitingCount: number;
  readonly waiting: readonly number[] | null;
  readonly runningCount: number;
  readonly running: readonly number[] | null;
}

function percentilesOf(count: number, values: readonly number[] | null): Percentiles | null {
  if (count === 0 || values === null) return null;
  const [p50 = 0, p95 = 0, p99 = 0, max = 0] = values;
  return { count, p50, p95, p99, max };
}

/**
 * Groups the failed tasks that ended last, without stopped ones, by their Result: by its template, or by its text without
 * numbers. Largest groups first.
 */
export async function groupLastFailures(
  db: Kysely<Schema>,
  sample: Sample,
  groups: number,
): Promise<FailureGroup[]> {
  const { rows } = await sql<FailureGroup>`
    select
      t.name,
      count(*)::int as tasks,
      (array_agg(t.id order by t.run_after desc, t.id desc))[1] as "lastId",
      max(t.run_after) as "lastAt",
      (array_agg(t.result order by t.run_after desc, t.id desc))[1] as result,
      (array_agg(t.result_message order by t.run_after desc, t.id desc))[1] as "resultMessage"
    from ${lastEnded(sample, [TaskState.Failed])} as t
    where not ${IS_STOPPED}
    group by t.name, coalesce(t.result_message ->> 'template', regexp_replace(left(t.result, 200), '\\d+', '#', 'g'))
    order by 2 desc, 4 desc limit ${groups}`.execute(db);
  return rows;
}
