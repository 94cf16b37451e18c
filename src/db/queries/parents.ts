import { type Kysely, sql, type Transaction } from 'kysely';
import type { ChildCounts, ChildCountsChange, OnFailure } from '../../core/children.ts';
import { type Message, messageOf, plainOf, type Text } from '../../core/message.ts';
import { TaskState } from '../../core/task-state.ts';
import { traceOfRow } from '../../core/tracing.ts';
import type { Schema } from '../schema.ts';
import type { ClaimedRow, ClaimedTask, Delivery } from './queue.ts';
import { FROM_READY_PARENTS, TASK_COLUMNS, type TaskRow, toTask } from './task.ts';

/** Locks and returns the counts of children of a task; `undefined` if it has none. */
export async function lockChildCounts(
  trx: Transaction<Schema>,
  parentId: number,
): Promise<ChildCounts | undefined> {
  const { rows } = await sql<ChildCounts>`
    select f.total, f.ended, f.failed from batchline.task_family as f
    where f.parent_id = ${parentId} for update of f`.execute(trx);
  return rows[0];
}

/** The start of a wait of a parent for its children. */
export interface ChildWait {
  readonly taskId: number;
  /** Token of the wait; a claim of the parent must present it. */
  readonly jobId: string;
  readonly onFailure: OnFailure;
  /** Reason to stop the other children at once; null to let them continue. */
  readonly stop: Message | null;
  /** The last progress of its run; `null` keeps the stored one. */
  readonly progressPercent: number | null;
  readonly progressDescription: Text | null;
}

/**
 * Begins a wait: the task stays Started, without a lease, until its children have ended. The attempt is incremented, so
 * that its run can no longer write.
 */
export async function beginWait(trx: Transaction<Schema>, wait: ChildWait): Promise<void> {
  const progress = plainOf(wait.progressDescription);
  const progressMessage = messageOf(wait.progressDescription);
  await sql`
    update batchline.task as t set
      attempt = t.attempt + 1,
      job_id = ${wait.jobId}::uuid,
      lease_owner = null,
      lease_until = null,
      progress_percent = coalesce(${wait.progressPercent}::smallint, t.progress_percent),
      progress_description = coalesce(${progress}::text, t.progress_description),
      progress_message = case
        when ${progress}::text is null then t.progress_message
        else ${progressMessage && JSON.stringify(progressMessage)}::text::jsonb
      end,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    where t.id = ${wait.taskId} and t.state = ${TaskState.Started}`.execute(trx);
  await sql`
    update batchline.task_family as f set
      job_id = ${wait.jobId}::uuid,
      ready_since = null,
      on_failure = ${wait.onFailure},
      stopping = ${wait.stop !== null},
      stop_message = ${wait.stop && JSON.stringify(wait.stop)}::text::jsonb
    where f.parent_id = ${wait.taskId}`.execute(trx);
}

/** A parent that was claimed to continue after its wait. */
export interface ClaimedParent extends ClaimedTask {
  readonly children: ChildCounts;
}

/**
 * Claims parents that wait with these tokens: Started, without a lease. A claim is a new start and attempt, not a retry.
 *
 * @returns the claimed ones; the others were claimed or changed by another transaction
 */
export async function claimContinuations(
  trx: Transaction<Schema>,
  deliveries: readonly Delivery[],
  nodeId: string,
  leaseSeconds: number,
): Promise<ClaimedParent[]> {
  if (deliveries.length === 0) return [];
  const wanted = deliveries.map((delivery) => ({ id: delivery.taskId, job_id: delivery.jobId }));
  const { rows } = await sql<ClaimedRow & TaskRow>`
    update batchline.task as t set
      attempt = t.attempt + 1,
      start_count = t.start_count + 1,
      last_started = now(),
      lease_owner = ${nodeId},
      lease_until = now() + ${leaseSeconds}::float8 * interval '1 second',
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    from json_to_recordset(${JSON.stringify(wanted)}::text::json) as d (id int, job_id uuid)
    where t.id = d.id and t.job_id = d.job_id and t.state = ${TaskState.Started} and t.lease_owner is null
    returning ${TASK_COLUMNS}, t.checkpoint, t.file_attempt, t.traceparent, t.tracestate`.execute(trx);
  if (rows.length === 0) return [];
  const ids = JSON.stringify(rows.map((row) => row.id));
  const counts = await sql<ChildCounts & { parent_id: number }>`
    update batchline.task_family as f set job_id = null, ready_since = null
    from (
      select o.parent_id from batchline.task_family as o
      where o.parent_id in (select value::int from json_array_elements_text(${ids}::text::json))
      order by o.parent_id for update of o
    ) as l
    where f.parent_id = l.parent_id
    returning f.parent_id, f.total, f.ended, f.failed`.execute(trx);
  const byParent = new Map(counts.rows.map((row) => [row.parent_id, row]));
  return rows.map((row) => ({
    task: toTask(row),
    checkpoint: row.checkpoint,
    fileAttempt: row.file_attempt,
    waitedSeconds: undefined,
    trace: traceOfRow(row),
    children: byParent.get(row.id) ?? { total: 0, ended: 0, failed: 0 },
  }));
}

/**
 * Locks parents whose children have ended, for claims within limits (see `lockAvailableTasks`).
 *
 * @param tenant tenant of the tasks; `null` for any
 */
export async function lockReadyParents(
  trx: Transaction<Schema>,
  tenant: string | null,
  name: string,
  limit: number,
): Promise<(Delivery & { readonly tenant: string })[]> {
  const { rows } = await sql<{ id: number; job_id: string; tenant: string }>`
    select t.id, t.job_id, t.tenant from ${FROM_READY_PARENTS}
      and t.name = ${name} and (${tenant}::text is null or t.tenant = ${tenant}::text)
    order by f.parent_id
    limit ${limit}
    for update of t skip locked`.execute(trx);
  return rows.map((row) => ({ taskId: row.id, jobId: row.job_id, tenant: row.tenant }));
}

/** The locked counts of children of a parent. */
export interface LockedCounts extends ChildCounts {
  readonly parentId: number;
  /** The parent's definition. */
  readonly name: string;
  readonly priority: number;
  readonly onFailure: OnFailure;
  /** Token of the wait; null if the parent does not wait, or is ready already. */
  readonly awaitedJobId: string | null;
  /** True if its children were stopped before. */
  readonly isStopped: boolean;
}

/** Locks counts of children in ascending order of the parent, which prevents deadlocks. Skips deleted parents. */
export async function lockAllChildCounts(
  trx: Transaction<Schema>,
  parentIds: readonly number[],
): Promise<LockedCounts[]> {
  const { rows } = await sql<{
    parent_id: number;
    name: string;
    priority: number;
    total: number;
    ended: number;
    failed: number;
    on_failure: string;
    job_id: string | null;
    is_stopped: boolean;
  }>`
    select f.parent_id, p.name, p.priority, f.total, f.ended, f.failed, f.on_failure,
      case when f.ready_since is null then f.job_id end as job_id, f.stop_message is not null as is_stopped
    from batchline.task_family as f
    join batchline.task as p on p.id = f.parent_id
    where f.parent_id in (select value::int from json_array_elements_text(${JSON.stringify(parentIds)}::text::json))
    order by f.parent_id
    for update of f`.execute(trx);
  return rows.map((row) => ({
    parentId: row.parent_id,
    name: row.name,
    priority: row.priority,
    total: row.total,
    ended: row.ended,
    failed: row.failed,
    onFailure: row.on_failure as OnFailure,
    awaitedJobId: row.job_id,
    isStopped: row.is_stopped,
  }));
}

/** The change of the parent's counts by a transition of a child. */
export interface ChildChange extends ChildCountsChange {
  readonly childId: number;
  readonly parentId: number;
}

/** Updates locked counts of children. Call it before the children are deleted: it reads their weights. */
export async function updateCounters(
  trx: Transaction<Schema>,
  changes: readonly ChildChange[],
): Promise<void> {
  const rows = changes.map(({ childId, ended, failed }) => ({ id: childId, ended, failed }));
  await sql`
    update batchline.task_family as f set
      ended = f.ended + c.ended, failed = f.failed + c.failed, weight_ended = f.weight_ended + c.weight
    from (
      select t.parent_id, sum(d.ended)::int as ended, sum(d.failed)::int as failed,
        sum(d.ended * t.child_weight::bigint)::bigint as weight
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (id int, ended int, failed int)
      join batchline.task as t on t.id = d.id
      group by t.parent_id
    ) as c
    where f.parent_id = c.parent_id`.execute(trx);
}

/** Marks parents as ready to continue, because all their children have ended. */
export async function markReady(trx: Transaction<Schema>, parentIds: readonly number[]): Promise<void> {
  await sql`
    update batchline.task_family set ready_since = now()
    where parent_id in (select value::int from json_array_elements_text(${JSON.stringify(parentIds)}::text::json))`.execute(
    trx,
  );
}

/**
 * Requests a stop of the children of these parents. The first reason is kept.
 *
 * @returns the parents whose children have not all ended
 */
export async function markStopping(
  trx: Transaction<Schema>,
  stops: readonly { readonly parentId: number; readonly reason: Message }[],
): Promise<number[]> {
  if (stops.length === 0) return [];
  const rows = stops
    .map(({ parentId, reason }) => ({ parent_id: parentId, reason }))
    .sort((a, b) => a.parent_id - b.parent_id);
  const ids = JSON.stringify(rows.map((row) => row.parent_id));
  await sql`
    select 1 from batchline.task_family as f
    where f.parent_id in (select value::int from json_array_elements_text(${ids}::text::json))
    order by f.parent_id for update of f`.execute(trx);
  const { rows: marked } = await sql<{ parent_id: number }>`
    update batchline.task_family as f set stopping = true, stop_message = coalesce(f.stop_message, d.reason)
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (parent_id int, reason jsonb)
    where f.parent_id = d.parent_id and f.ended < f.total
    returning f.parent_id`.execute(trx);
  return marked.map((row) => row.parent_id);
}

/** The state of a parent and its children. */
export interface ChildrenStatus extends ChildCounts {
  readonly parentId: number;
  /** The parent's definition. */
  readonly name: string;
  /** Token of the wait; null if the parent does not wait. */
  readonly jobId: string | null;
  /** True if all children have ended. */
  readonly isReady: boolean;
  /** True if a requested stop has not reached all children yet. */
  readonly isStopping: boolean;
  readonly weight: number;
  readonly weightEnded: number;
  /** Sum of weight × percent of the running children. */
  readonly running: number;
}

/** Returns the state of these parents and their children. */
export async function readChildrenStatus(
  db: Kysely<Schema>,
  parentIds: readonly number[],
): Promise<ChildrenStatus[]> {
  const { rows } = await sql<{
    parent_id: number;
    name: string;
    total: number;
    ended: number;
    failed: number;
    job_id: string | null;
    is_ready: boolean;
    stopping: boolean;
    weight: number;
    weight_ended: number;
    running: number;
  }>`
    select f.parent_id, p.name, f.total, f.ended, f.failed, f.job_id, f.ready_since is not null as is_ready, f.stopping,
      f.weight::float8 as weight, f.weight_ended::float8 as weight_ended,
      (select coalesce(sum(t.child_weight::float8 * t.progress_percent::float8), 0) from batchline.task as t
        where t.parent_id = f.parent_id and t.state = ${sql.lit(TaskState.Started)}) as running
    from batchline.task_family as f
    join batchline.task as p on p.id = f.parent_id
    where f.parent_id in (select value::int from json_array_elements_text(${JSON.stringify(parentIds)}::text::json))`.execute(
    db,
  );
  return rows.map((row) => ({
    parentId: row.parent_id,
    name: row.name,
    total: row.total,
    ended: row.ended,
    failed: row.failed,
    jobId: row.job_id,
    isReady: row.is_ready,
    isStopping: row.stopping,
    weight: row.weight,
    weightEnded: row.weight_ended,
    running: row.running,
  }));
}

/** The progress of a waiting parent. */
export interface ParentProgress {
  readonly parentId: number;
  /** Token of the wait. */
  readonly jobId: string;
  readonly percent: number;
  readonly text: Text;
}

/**
 * Writes the progress of waiting parents if it has changed.
 *
 * @returns the changed parents with their own parents, whose progress depends on theirs
 */
export async function writeParentProgress(
  db: Kysely<Schema>,
  parents: readonly ParentProgress[],
): Promise<{ readonly taskId: number; readonly parentId: number | null }[]> {
  const rows = parents.map((parent) => ({
    id: parent.parentId,
    job_id: parent.jobId,
    percent: parent.percent,
    progress: plainOf(parent.text),
    message: messageOf(parent.text),
  }));
  const { rows: written } = await sql<{ id: number; parent_id: number | null }>`
    update batchline.task as t set
      progress_percent = d.percent,
      progress_description = d.progress,
      progress_message = d.message,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
      id int, job_id uuid, percent smallint, progress text, message jsonb
    )
    where t.id = d.id and t.job_id = d.job_id and t.state = ${TaskState.Started} and t.lease_owner is null
      and (t.progress_percent <> d.percent or t.progress_description <> d.progress)
    returning t.id, t.parent_id`.execute(db);
  return written.map((row) => ({ taskId: row.id, parentId: row.parent_id }));
}

/** Lists parents with a requested stop that has not reached all children yet. */
export async function listStopping(db: Kysely<Schema>, limit: number): Promise<number[]> {
  const { rows } = await sql<{ parent_id: number }>`
    select f.parent_id from batchline.task_family as f where f.stopping order by f.parent_id limit ${limit}`.execute(
    db,
  );
  return rows.map((row) => row.parent_id);
}
