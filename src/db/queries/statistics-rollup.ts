import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { BatchResult } from '../../core/background-job.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { JOIN_DELETED_TASK } from './audit.ts';
import { IS_STOP, IS_STOPPED } from './task.ts';

/** The lengths of the intervals that are counted, in seconds. Each interval has its own rows. */
export const COUNTED_STEPS = [10, 60, 900, 3600] as const;

/** An interval length, and the time before which its counters are deleted. */
export interface CountedStep {
  readonly seconds: (typeof COUNTED_STEPS)[number];
  /** `undefined` if they are kept for ever. */
  readonly before: Date | undefined;
}

/** Returns the start of the interval of `length` seconds that a time is in. */
export function intervalOf(at: RawBuilder<unknown>, length: RawBuilder<unknown>): RawBuilder<Date> {
  return sql`to_timestamp(floor(extract(epoch from ${at})::float8 / ${length}) * ${length})`;
}

/** The cause of the failure of a task `t`: a hash of the template of its Result, or of its text without numbers. */
export const CAUSE = sql`md5(coalesce(t.result_message ->> 'template',
  regexp_replace(left(t.result, 200), '\\d+', '#', 'g')))::uuid`;

/** Columns of audit rows that `countable` needs. */
export const COUNTED_COLUMNS = sql`a.id, a.task_id, a.tenant, a.at, a.node_id, a.from_state, a.to_state, a.attempt,
  a.stopped, a.reason_message, a.name`;

/**
 * Joins audit rows with their tasks. `is_failure` is true if the task failed, without a stop, and is still Failed. Internal
 * tasks don't count, because their history is deleted when they end.
 *
 * @param audit query of audit rows with `COUNTED_COLUMNS`
 */
export function countable(audit: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select a.task_id, a.tenant, a.at, a.from_state, a.to_state, coalesce(t.name, a.name, d.name, '') as name,
      -- The process, if it started or ended a run.
      case when ${sql.lit(TaskState.Started)} in (a.from_state, a.to_state) then a.node_id end as node_id,
      ${IS_STOP} as is_stop,
      coalesce(a.to_state = ${sql.lit(TaskState.Failed)} and not ${IS_STOP}
        and t.state = ${sql.lit(TaskState.Failed)} and not ${IS_STOPPED}, false) as is_failure,
      a.to_state = ${sql.lit(TaskState.Started)} and a.attempt = 1 as is_first_run,
      -- The due time of a retry replaces that of the first run, so that the registration is the best approximation.
      extract(epoch from a.at - case when t.run_after <= a.at then t.run_after else t.created end) as waited
    from (${audit}) as a left join batchline.task as t on t.id = a.task_id
    ${JOIN_DELETED_TASK}
    where t.is_internal is not true`;
}

/**
 * Counts rows of `countable` by interval, tenant and definition.
 *
 * @param rows a query in parentheses, or the name of one
 */
export function countsOf(rows: RawBuilder<unknown>, length: RawBuilder<unknown>): RawBuilder<unknown> {
  const succeeded = sql`${sql.lit(TaskState.Succeeded)}, ${sql.lit(TaskState.SucceededManualCleanup)}`;
  return sql`
    select
      ${intervalOf(sql`a.at`, length)} as at, a.tenant, a.name,
      count(*) filter (where a.from_state is null)::int as registered,
      count(*) filter (where a.to_state in (${succeeded}) and (a.from_state in (${succeeded})) is not true)::int
        as succeeded,
      count(*) filter (where a.to_state = ${sql.lit(TaskState.Failed)} and not a.is_stop)::int as failed,
      count(*) filter (where a.is_stop)::int as stopped,
      count(*) filter (where a.is_first_run)::int as begun,
      coalesce(sum(a.waited) filter (where a.is_first_run), 0)::float8 as waited,
      coalesce(max(a.waited) filter (where a.is_first_run), 0)::float8 as longest_wait
    from ${rows} as a
    where a.from_state is null or a.is_first_run or a.to_state in (${succeeded}, ${sql.lit(TaskState.Failed)})
    group by 1, 2, 3`;
}

/** Which audit rows are counted: those with ids greater than `low`, up to and including `high`. */
export interface CountedRange {
  readonly low: number;
  readonly high: number;
}

/** Reads the counted range, and the id of the last audit row; `undefined` before the first round. */
export async function readCountedRange(
  db: Kysely<Schema>,
): Promise<(CountedRange & { readonly last: number }) | undefined> {
  const { rows } = await sql<{ low: string; high: string; last: string | null }>`
    select c.low, c.high, (select max(a.id) from batchline.task_audit as a) as last
    from batchline.statistics_cursor as c`.execute(db);
  const [row] = rows;
  return row && { low: Number(row.low), high: Number(row.high), last: Number(row.last ?? 0) };
}

/** Begins to count: rows after the position as they are written, earlier ones by `countOlder`. */
export async function beginCounting(db: Kysely<Schema>, position: number): Promise<void> {
  await sql`
    insert into batchline.statistics_cursor (id, low, high) values (1, ${position}, ${position})
    on conflict do nothing`.execute(db);
}

const NOTHING: BatchResult = { rows: 0, more: false };

/**
 * Counts the next audit rows. Does nothing while another process counts.
 *
 * @param upTo a position up to which no row will appear any more (`settledPosition`)
 */
export async function countNewer(
  trx: Transaction<Schema>,
  upTo: number,
  steps: readonly CountedStep[],
  limit: number,
): Promise<BatchResult> {
  const range = await lockCountedRange(trx);
  if (range === undefined || range.high >= upTo) return NOTHING;
  const page = await sql<{ rows: number; high: string | null }>`
    select count(*)::int as rows, max(id) as high from (
      select id from batchline.task_audit where id > ${range.high} and id <= ${upTo} order by id limit ${limit}
    ) as page`.execute(trx);
  const { rows = 0, high = null } = page.rows[0] ?? {};
  const more = rows === limit;
  const to = more ? Number(high) : upTo;
  if (rows > 0) await count(trx, range.high, to, steps);
  await sql`update batchline.statistics_cursor set high = ${to}`.execute(trx);
  return { rows, more };
}

/** Counts audit rows from before `beginCounting`, newest first, as far as counters are kept. */
export async function countOlder(
  trx: Transaction<Schema>,
  steps: readonly CountedStep[],
  limit: number,
): Promise<BatchResult> {
  const range = await lockCountedRange(trx);
  if (range === undefined || range.low <= 0) return NOTHING;
  const page = await sql<{ rows: number; first: string | null; last_at: Date | null }>`
    select count(*)::int as rows, min(id) as first, max(at) as last_at from (
      select id, at from batchline.task_audit where id <= ${range.low} order by id desc limit ${limit}
    ) as page`.execute(trx);
  const { rows = 0, first = null, last_at: lastAt = null } = page.rows[0] ?? {};
  const kept = steps.some(({ before }) => before === undefined || (lastAt !== null && lastAt >= before));
  const more = rows === limit && kept;
  const to = more ? Number(first) - 1 : 0;
  if (rows > 0 && kept) await count(trx, to, range.low, steps);
  await sql`update batchline.statistics_cursor set low = ${to}`.execute(trx);
  return { rows, more };
}

async function lockCountedRange(trx: Transaction<Schema>): Promise<CountedRange | undefined> {
  const { rows } = await sql<{ low: string; high: string }>`
    select low, high from batchline.statistics_cursor for update skip locked`.execute(trx);
  const [row] = rows;
  return row && { low: Number(row.low), high: Number(row.high) };
}

async function count(
  trx: Transaction<Schema>,
  after: number,
  upTo: number,
  steps: readonly CountedStep[],
): Promise<void> {
  const audit = sql`
    select ${COUNTED_COLUMNS} from batchline.task_audit as a where a.id > ${after} and a.id <= ${upTo}`;
  const shortest = sql.lit(COUNTED_STEPS[0]);
  await sql`
    with changed as materialized (${countable(audit)}),
    level as (
      select * from unnest(${steps.map(({ seconds }) => seconds)}::int[],
        ${steps.map(({ before }) => before ?? null)}::timestamptz[]) as l (step, before)
    ),
    added as (
      insert into batchline.statistics_count as c
        (step, overall, tenant, at, name, registered, succeeded, failed, stopped, begun, waited, longest_wait)
      select l.step, grouping(n.tenant) = 1, coalesce(n.tenant, ''), ${intervalOf(sql`n.at`, sql`l.step`)}, n.name,
        sum(n.registered), sum(n.succeeded), sum(n.failed), sum(n.stopped), sum(n.begun), sum(n.waited),
        max(n.longest_wait)
      from (${countsOf(sql`changed`, shortest)}) as n join level as l on l.before is null or n.at >= l.before
      group by grouping sets ((1, 4, n.name, n.tenant), (1, 4, n.name))
      on conflict (step, overall, tenant, at, name) do update set
        registered = c.registered + excluded.registered, succeeded = c.succeeded + excluded.succeeded,
        failed = c.failed + excluded.failed, stopped = c.stopped + excluded.stopped,
        begun = c.begun + excluded.begun, waited = c.waited + excluded.waited,
        longest_wait = greatest(c.longest_wait, excluded.longest_wait)
    ),
    working as (
      insert into batchline.statistics_worker (step, overall, tenant, at, node_id)
      select distinct l.step, o.overall, case when o.overall then '' else n.tenant end,
        ${intervalOf(sql`n.at`, sql`l.step`)}, n.node_id
      from (
        select distinct ${intervalOf(sql`a.at`, shortest)} as at, a.tenant, a.node_id
        from changed as a where a.node_id is not null
      ) as n
      join level as l on l.before is null or n.at >= l.before
      cross join (values (false), (true)) as o (overall)
      on conflict do nothing
    ),
    restarted as (
      delete from batchline.statistics_failure as f using changed as a
      where f.task_id = a.task_id and a.from_state = ${sql.lit(TaskState.Failed)} and not exists (
        select 1 from batchline.task as t where t.id = f.task_id and t.state = ${sql.lit(TaskState.Failed)})
    ),
    failed as materialized (
      select t.id, t.tenant, t.name, ${CAUSE} as cause, max(a.at) as at
      from changed as a join batchline.task as t on t.id = a.task_id
      where a.is_failure
      group by t.id
    )
    insert into batchline.statistics_failure as f (task_id, tenant, name, cause, at)
    select n.id, n.tenant, n.name, n.cause, n.at from failed as n
    on conflict (task_id) do update set cause = excluded.cause, at = greatest(f.at, excluded.at)`.execute(
    trx,
  );
}

/** Deletes counters whose retention period has passed. Returns the number of deleted rows, at most `limit` a table. */
export async function deleteOldCounts(
  db: Kysely<Schema>,
  { seconds, before }: CountedStep,
  limit: number,
): Promise<number> {
  if (before === undefined) return 0;
  let most = 0;
  for (const table of ['statistics_count', 'statistics_worker']) {
    const name = sql.id('batchline', table);
    const { numAffectedRows = 0n } = await sql`
      delete from ${name} where ctid = any (array(
        select ctid from ${name} where step = ${seconds} and at < ${before} limit ${limit}))`.execute(db);
    most = Math.max(most, Number(numAffectedRows));
  }
  return most;
}

/**
 * Deletes failures that are older than a time, or whose task is not Failed any more: releases that know no counters delete
 * tasks without them.
 *
 * @param after the id after which this step begins
 * @returns the last id of this step; `undefined` if none follow
 */
export async function deleteObsoleteFailures(
  db: Kysely<Schema>,
  after: number,
  before: Date | undefined,
  limit: number,
): Promise<number | undefined> {
  const { rows } = await sql<{ last: number | null; rows: number }>`
    with page as (
      select task_id, at from batchline.statistics_failure where task_id > ${after} order by task_id limit ${limit}
    ), deleted as (
      delete from batchline.statistics_failure as f using page as p
      where f.task_id = p.task_id and (p.at < ${before ?? null}::timestamptz or not exists (
        select 1 from batchline.task as t where t.id = f.task_id and t.state = ${sql.lit(TaskState.Failed)}))
    )
    select max(task_id) as last, count(*)::int as rows from page`.execute(db);
  const [{ last, rows: found } = { last: null, rows: 0 }] = rows;
  return found === limit && last !== null ? last : undefined;
}
