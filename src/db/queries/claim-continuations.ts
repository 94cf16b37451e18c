import { sql, type Transaction } from 'kysely';
import type { ChildCounts } from '../../core/children.ts';
import { TaskState } from '../../core/task-state.ts';
import { traceOfRow } from '../../core/trace-context.ts';
import type { Schema } from '../schema.ts';
import type { ClaimedRow, ClaimedTask, Delivery } from './queue.ts';
import { TASK_COLUMNS, toTask } from './task-row.ts';

/** A parent that this process now runs again. */
export interface ClaimedParent extends ClaimedTask {
  readonly children: ChildCounts;
}

/**
 * Claims the delivered tasks that wait for their children: Started, without a lease, and waiting by this token. It is
 * a start and an attempt of its own, neither a failure nor a loss.
 *
 * @returns the claimed ones; the others were delivered once too often, or were moved on by somebody
 */
export async function claimContinuations(
  trx: Transaction<Schema>,
  deliveries: readonly Delivery[],
  nodeId: string,
  leaseSeconds: number,
): Promise<ClaimedParent[]> {
  if (deliveries.length === 0) return [];
  const wanted = deliveries.map((delivery) => ({ id: delivery.taskId, job_id: delivery.jobId }));
  const { rows } = await sql<ClaimedRow>`
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
  const families = await sql<ChildCounts & { parent_id: number }>`
    update batchline.task_family as f set job_id = null, ready_since = null
    from (
      select o.parent_id from batchline.task_family as o
      where o.parent_id in (select value::int from json_array_elements_text(${ids}::text::json))
      order by o.parent_id for update of o
    ) as l
    where f.parent_id = l.parent_id
    returning f.parent_id, f.total, f.ended, f.failed`.execute(trx);
  const byParent = new Map(families.rows.map((family) => [family.parent_id, family]));
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
 * Locks parents whose children have ended, for whoever may not take them from the engine's queue (see `lockDueTasks`).
 *
 * @param tenant the only one whose tasks are wanted; `null` for any
 */
export async function lockReadyParents(
  trx: Transaction<Schema>,
  tenant: string | null,
  name: string,
  limit: number,
): Promise<(Delivery & { readonly tenant: string })[]> {
  const { rows } = await sql<{ id: number; job_id: string; tenant: string }>`
    select t.id, t.job_id, t.tenant from batchline.task_family as f
    join batchline.task as t on t.id = f.parent_id and t.job_id = f.job_id
    where exists (select 1 from batchline.task_family as o where o.ready_since is not null)
      and f.ready_since is not null and t.name = ${name} and (${tenant}::text is null or t.tenant = ${tenant}::text)
      and t.state = ${TaskState.Started} and t.lease_owner is null
    order by f.parent_id
    limit ${limit}
    for update of t skip locked`.execute(trx);
  return rows.map((row) => ({ taskId: row.id, jobId: row.job_id, tenant: row.tenant }));
}
