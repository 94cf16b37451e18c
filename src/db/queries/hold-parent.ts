import { sql, type Transaction } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import { type TraceContext, traceOfRow } from '../../core/trace-context.ts';
import type { Schema } from '../schema.ts';

/** A task whose run starts children or waits for them. */
export interface LockedParent {
  readonly taskId: number;
  readonly attempt: number;
  readonly tenant: string;
  readonly name: string;
  readonly ownerId: number;
  readonly isInternal: boolean;
  readonly parentId: number | null;
  readonly context: string;
  readonly depth: number;
  readonly priority: number;
  readonly leaseOwner: string;
  /** Whether somebody has asked to stop it. */
  readonly isStopped: boolean;
  /** Where its start stands in a distributed trace; null where in none. */
  readonly trace: TraceContext | null;
}

/**
 * Locks a task for the run that holds it.
 *
 * @returns `undefined` where the run no longer holds the task
 */
export async function lockParent(
  trx: Transaction<Schema>,
  taskId: number,
  attempt: number,
): Promise<LockedParent | undefined> {
  const { rows } = await sql<{
    tenant: string;
    name: string;
    owner_id: number;
    is_internal: boolean;
    parent_id: number | null;
    context: string;
    depth: number;
    priority: number;
    lease_owner: string;
    is_stopped: boolean;
    traceparent: string | null;
    tracestate: string | null;
  }>`
    select t.tenant, t.name, t.owner_id, t.is_internal, t.parent_id, t.context, t.depth, t.priority, t.lease_owner,
      t.traceparent, t.tracestate, t.stop_note is not null as is_stopped
    from batchline.task as t
    where t.id = ${taskId} and t.attempt = ${attempt} and t.state = ${TaskState.Started} and t.lease_owner is not null
    for update of t`.execute(trx);
  const row = rows[0];
  return (
    row && {
      taskId,
      attempt,
      tenant: row.tenant,
      name: row.name,
      ownerId: row.owner_id,
      isInternal: row.is_internal,
      parentId: row.parent_id,
      context: row.context,
      depth: row.depth,
      priority: row.priority,
      leaseOwner: row.lease_owner,
      isStopped: row.is_stopped,
      trace: traceOfRow(row),
    }
  );
}
