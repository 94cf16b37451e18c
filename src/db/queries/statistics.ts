import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import {
  CAUSE,
  COUNTED_COLUMNS,
  COUNTED_STEPS,
  type CountedRange,
  countable,
  countsOf,
  intervalOf,
} from './statistics-rollup.ts';
import { IS_ACTIVE } from './task.ts';

/** State changes of the tasks of one definition in one interval. */
export interface ChangeCount {
  /** Start of the interval. */
  readonly at: Date;
  /** The definition's name; empty for tasks that were deleted before they were counted. */
  readonly name: string;
  readonly registered: number;
  readonly succeeded: number;
  /** Tasks that failed. */
  readonly failed: number;
  /** Tasks that were stopped. */
  readonly stopped: number;
  /** First runs that started, and the average and maximum time that their tasks had been due (seconds). */
  readonly begun: number;
  readonly waited: number;
  readonly longestWait: number;
}

interface Row extends Omit<ChangeCount, 'at'> {
  readonly at: number;
}

/** The period of statistics, and whose. */
export interface StatisticsScope {
  /** Tenant of the tasks; `null` for all. */
  readonly tenant: string | null;
  /** Start of the period, at the start of an interval. */
  readonly since: Date;
  /** Length of its intervals, a multiple of one of `COUNTED_STEPS`. */
  readonly stepSeconds: number;
  /** Which rows were counted a moment ago (`readCountedRange`), so that the planner knows how few are not. */
  readonly seen: CountedRange | undefined;
}

/**
 * The audit rows `a` of the period that are not counted yet: those after the counted ones, and, until all of an upgraded
 * database are counted, those before. One statement reads them and the counters, so that each row is read once.
 */
function uncounted({ tenant, since, seen }: StatisticsScope): RawBuilder<unknown> {
  const all = sql`9223372036854775807`;
  // The range only grows, so that the seen bounds exclude no uncounted row.
  const newer = sql`a.id > ${seen?.high ?? 0}
    and a.id > coalesce((select c.high from batchline.statistics_cursor as c), ${all})`;
  const older = sql`a.id <= coalesce((select c.low from batchline.statistics_cursor as c), ${all})`;
  const period = sql`a.at >= ${since} and ${isOf(tenant, sql`a.tenant`)}`;
  // OFFSET keeps the conditions of the period out of the inner query, so that it reads by id.
  return sql`
    select * from (
      select ${COUNTED_COLUMNS}, true as is_new from batchline.task_audit as a where ${newer} order by a.id offset 0
    ) as a where ${period}
    ${seen?.low === 0 ? sql`` : sql`union all select ${COUNTED_COLUMNS}, false from batchline.task_audit as a where ${older} and ${period}`}`;
}

function isOf(tenant: string | null, column: RawBuilder<unknown>): RawBuilder<boolean> {
  return tenant === null ? sql`true` : sql`${column} = ${tenant}`;
}

/** The conditions on the counters of a period. They are those of the longest intervals that `stepSeconds` is a multiple of. */
function counted({ tenant, since, stepSeconds }: StatisticsScope): RawBuilder<boolean> {
  const step = COUNTED_STEPS.findLast((seconds) => stepSeconds % seconds === 0) ?? COUNTED_STEPS[0];
  return sql`step = ${step} and overall = ${tenant === null} and tenant = ${tenant ?? ''} and at >= ${since}`;
}

/** Counts state changes of tasks by interval and definition. */
export async function countChanges(db: Kysely<Schema>, scope: StatisticsScope): Promise<ChangeCount[]> {
  const length = sql`${scope.stepSeconds}::int`;
  const { rows } = await sql<Row>`
    select
      extract(epoch from ${intervalOf(sql`at`, length)})::float8 as at, name,
      sum(registered)::int as registered, sum(succeeded)::int as succeeded, sum(failed)::int as failed,
      sum(stopped)::int as stopped, sum(begun)::int as begun,
      coalesce(sum(waited) / nullif(sum(begun), 0), 0)::float8 as waited, max(longest_wait)::float8 as "longestWait"
    from (
      select at, name, registered, succeeded, failed, stopped, begun, waited, longest_wait
      from batchline.statistics_count where ${counted(scope)}
      union all
      select at, name, registered, succeeded, failed, stopped, begun, waited, longest_wait
      from (${countsOf(sql`(${countable(uncounted(scope))})`, length)}) as u
    ) as c
    group by 1, 2 order by 1, 2`.execute(db);
  return rows.map((row) => ({ ...row, at: new Date(row.at * 1000) }));
}

/** Queue lengths of one definition. */
export interface QueueCount {
  readonly name: string;
  /** Tasks that are New and due. */
  readonly due: number;
  /** Tasks that are New and not due yet. */
  readonly later: number;
  /** When the oldest due task became due; null if none is due. */
  readonly oldest: Date | null;
  /** Age of that time by the database's clock, in seconds. */
  readonly oldestSeconds: number | null;
  /** Running tasks. */
  readonly running: number;
}

/**
 * Counts due, delayed and running tasks by definition. It reads only indexes of tasks that have not ended.
 *
 * @param tenant tenant of the tasks; `null` for all
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
      where ${IS_ACTIVE} and t.lease_until is not null
    ) as live
    where ${tenant}::text is null or tenant = ${tenant}
    group by name order by name`.execute(db);
  return rows;
}

/** Number of processes that ran tasks in one interval. */
export interface WorkerCount {
  /** Start of the interval. */
  readonly at: Date;
  /** Processes that started or ended a run. */
  readonly workers: number;
}

/**
 * Counts the processes that started or ended runs, by interval; intervals without any are omitted. It covers all
 * definitions, because a process runs tasks of many.
 */
export async function countWorkers(db: Kysely<Schema>, scope: StatisticsScope): Promise<WorkerCount[]> {
  const { rows } = await sql<{ readonly at: number; readonly workers: number }>`
    select extract(epoch from ${intervalOf(sql`at`, sql`${scope.stepSeconds}::int`)})::float8 as at,
      count(distinct node_id)::int as workers
    from (
      select at, node_id from batchline.statistics_worker where ${counted(scope)}
      union all
      select a.at, a.node_id from (${countable(uncounted(scope))}) as a where a.node_id is not null
    ) as w
    group by 1 order by 1`.execute(db);
  return rows.map(({ at, workers }) => ({ at: new Date(at * 1000), workers }));
}

/** Failed tasks of one definition with the same reason. */
export interface FailureGroup {
  readonly name: string;
  readonly tasks: number;
  /** The task that failed last, with the time and its Result. */
  readonly lastId: number;
  readonly lastAt: Date;
  readonly result: string;
  readonly resultMessage: MessageData | null;
}

/**
 * Groups the tasks that have failed, without a stop, and are still Failed by their Result: by its template, or by its text
 * without numbers. Largest groups first.
 */
export async function groupFailures(
  db: Kysely<Schema>,
  scope: StatisticsScope,
  limit: number,
): Promise<FailureGroup[]> {
  const { tenant, since } = scope;
  const { rows } = await sql<FailureGroup>`
    with tail as materialized (
      select a.* from (${uncounted(scope)}) as a where ${sql.lit(TaskState.Failed)} in (a.from_state, a.to_state)
    ), failure as materialized (
      select f.task_id, f.name, f.cause, f.at from batchline.statistics_failure as f
      where f.at >= ${since} and ${isOf(tenant, sql`f.tenant`)}
        and not exists (select 1 from tail as n where n.is_new and n.task_id = f.task_id)
      union all
      select t.id, t.name, ${CAUSE}, max(a.at)
      from (${countable(sql`select * from tail`)}) as a join batchline.task as t on t.id = a.task_id
      where a.is_failure and not exists (
        select 1 from batchline.statistics_failure as f where f.task_id = t.id
          and not exists (select 1 from tail as n where n.is_new and n.task_id = t.id))
      group by t.id
    ), largest as (
      select f.name, f.cause, count(*)::int as tasks, max(f.at) as at
      from failure as f group by f.name, f.cause order by 3 desc, 1 limit ${limit}
    )
    select l.name, l.tasks, t.id as "lastId", l.at as "lastAt", t.result, t.result_message as "resultMessage"
    from (
      select l.name, l.tasks, l.at, max(f.task_id) as task_id
      from largest as l join failure as f on f.name = l.name and f.cause = l.cause and f.at = l.at
      group by l.name, l.cause, l.tasks, l.at
    ) as l
    join batchline.task as t on t.id = l.task_id
    order by 2 desc, 1`.execute(db);
  return rows;
}
