import { type Kysely, sql } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_ACTIVE, IS_STOP, IS_STOPPED } from './task.ts';

/** State changes of the tasks of one definition in one interval. */
export interface ChangeCount {
  /** Start of the interval. */
  readonly at: Date;
  /** The definition's name; empty for deleted tasks. */
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
  readonly at: string;
}

/**
 * Counts state changes of tasks since a time, by interval and definition.
 *
 * @param tenant tenant of the tasks; `null` for all
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
  // The due time of a retry replaces that of the first run, so that the registration is the best approximation.
  const wait = sql`extract(epoch from a.at - case when t.run_after <= a.at then t.run_after else t.created end)`;
  const { rows } = await sql<Row>`
    select
      floor(extract(epoch from a.at) / ${stepSeconds}::float8)::bigint * ${stepSeconds}::int as at,
      coalesce(t.name, '') as name,
      count(*) filter (where a.from_state is null)::int as registered,
      count(*) filter (where ${ended} and ${wasEnded} is not true)::int as succeeded,
      count(*) filter (where a.to_state = ${TaskState.Failed} and not ${IS_STOP})::int as failed,
      count(*) filter (where ${IS_STOP})::int as stopped,
      count(*) filter (where ${firstRun})::int as begun,
      coalesce(avg(${wait}) filter (where ${firstRun}), 0)::float8 as waited,
      coalesce(max(${wait}) filter (where ${firstRun}), 0)::float8 as "longestWait"
    from batchline.task_audit as a left join batchline.task as t on t.id = a.task_id
    where a.at >= ${since} and (${tenant}::text is null or a.tenant = ${tenant})
    group by 1, 2 order by 1, 2`.execute(db);
  return rows.map((row) => ({ ...row, at: new Date(Number(row.at) * 1000) }));
}

/** Usage of the ids of a table. */
export interface IdUse {
  /** The table, without its schema. */
  readonly table: string;
  /** Used share, 0 to 1. */
  readonly ratio: number;
}

/** SQLSTATE of an exhausted sequence. */
const SEQUENCE_EXHAUSTED = '2200H';

/** Returns true if an insert failed because the table has no ids left. */
export function isOutOfIds(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === SEQUENCE_EXHAUSTED;
}

/** Returns the usage of 32-bit ids, which the wire format requires for tasks and binary objects (contract, sections 1 and 1.3). */
export async function countIds(db: Kysely<Schema>): Promise<IdUse[]> {
  const { rows } = await sql<IdUse>`
    select regexp_replace(sequencename::text, '_id_seq$', '') as "table",
      coalesce(last_value, 0)::float8 / max_value::float8 as ratio
    from pg_sequences
    where quote_ident(schemaname) = 'batchline'::regnamespace::text and data_type = 'integer'::regtype
    order by sequencename`.execute(db);
  return rows;
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
 * Counts the processes that started or ended runs since a time, by interval; intervals without any are omitted. It covers
 * all definitions, because a process runs tasks of many.
 *
 * @param tenant tenant of the tasks; `null` for all
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
 * Groups the tasks that have failed since a time, without a stop, and are still Failed by their Result: by its template, or by its text
 * without numbers. Largest groups first.
 *
 * @param tenant tenant of the tasks; `null` for all
 */
export async function groupFailures(
  db: Kysely<Schema>,
  tenant: string | null,
  since: Date,
  limit: number,
): Promise<FailureGroup[]> {
  const { rows } = await sql<FailureGroup>`
    select
      t.name,
      count(distinct t.id)::int as tasks,
      (array_agg(t.id order by a.id desc))[1] as "lastId",
      max(a.at) as "lastAt",
      (array_agg(t.result order by a.id desc))[1] as result,
      (array_agg(t.result_message order by a.id desc))[1] as "resultMessage"
    from batchline.task_audit as a join batchline.task as t on t.id = a.task_id
    where a.at >= ${since} and a.to_state = ${TaskState.Failed} and not ${IS_STOP}
      and t.state = ${TaskState.Failed} and not ${IS_STOPPED}
      and (${tenant}::text is null or a.tenant = ${tenant})
    group by t.name, coalesce(t.result_message ->> 'template', regexp_replace(left(t.result, 200), '\\d+', '#', 'g'))
    order by 2 desc, 1 limit ${limit}`.execute(db);
  return rows;
}
