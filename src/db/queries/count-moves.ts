import { sql, type Transaction } from 'kysely';
import type { ChildCounts, ChildCountsChange, OnFailure } from '../../core/children.ts';
import type { Message } from '../../core/message.ts';
import type { Schema } from '../schema.ts';

/** A family whose counts are about to change. */
export interface LockedCounts extends ChildCounts {
  readonly parentId: number;
  /** The parent's definition. */
  readonly name: string;
  readonly priority: number;
  readonly onFailure: OnFailure;
  /** The token that the parent waits by; null if it does not wait, or is ready already. */
  readonly awaitedJobId: string | null;
  /** Whether its children were stopped before. */
  readonly isStopped: boolean;
}

/** Locks families in one order for everybody. Parents that are gone have none. */
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

/** What a child's move does to the counts of its parent. */
export interface ChildChange extends ChildCountsChange {
  readonly childId: number;
  readonly parentId: number;
}

/** Changes the counts of locked families. Call it before rows of children are deleted: their weights stand there. */
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

/** Marks these parents as ready: all their children have ended. */
export async function markReady(trx: Transaction<Schema>, parentIds: readonly number[]): Promise<void> {
  await sql`
    update batchline.task_family set ready_since = now()
    where parent_id in (select value::int from json_array_elements_text(${JSON.stringify(parentIds)}::text::json))`.execute(
    trx,
  );
}

/**
 * Notes that the children of these parents are to be stopped, and why; the first reason counts.
 *
 * @returns the parents that have children to stop
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
