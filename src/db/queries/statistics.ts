import { type Kysely, sql } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_ACTIVE } from './task-row.ts';

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

/** The share of a table's ids that is used up. */
export interface IdUse {
  /** The table, without its schema. */
  readonly table: string;
  /** 0 to 1. */
  readonly ratio: number;
}

/** SQLSTATE of an exhausted sequence. */
const SEQUENCE_EXHAUSTED = '2200H';

/** Returns whether an insert failed because its table has no ids left. */
export function isOutOfIds(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === SEQUENCE_EXHAUSTED;
}

/** The usage of 32-bit ids, which the wire requires for tasks and binary objects (contract, sections 1 and 1.3). */
export async function countIds(db: Kysely<Schema>): Promise<IdUse[]> {
  const { rows } = await sql<IdUse>`
    select regexp_replace(sequencename::text, '_id_seq$', '') as "table",
      coalesce(last_value, 0)::float8 / max_value::float8 as ratio
    from pg_sequences
    where schemaname = 'batchline' and data_type = 'integer'::regtype
    order by sequencename`.execute(db);
  return rows;
}

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
      where ${IS_ACTIVE} and t.lease_until is not null
    ) as live
    where ${tenant}::text is null or tenant = ${tenant}
    group by name order by name`.execute(db);
  return rows;
}

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

/** Tasks of one definition that have failed for the same reason. */
export interface FailureGroup {
  readonly name: string;
  readonly tasks: number;
  /** The one that failed last, when that was, and its Result. */
  readonly lastId: number;
  readonly lastAt: Date;
  readonly result: string;
  readonly resultMessage: MessageData | null;
}

/**
 * The tasks that have failed since then and are so still, by what their Results have in common: the template, or
 * the text without its numbers. The largest groups first.
 *
 * @param tenant whose tasks; `null` for all
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
    where a.at >= ${since} and a.to_state = ${TaskState.Failed} and t.state = ${TaskState.Failed}
      and (${tenant}::text is null or a.tenant = ${tenant})
    group by t.name, coalesce(t.result_message ->> 'template', regexp_replace(left(t.result, 200), '\\d+', '#', 'g'))
    order by 2 desc, 1 limit ${limit}`.execute(db);
  return rows;
}
