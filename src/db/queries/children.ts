import { type Kysely, sql, type Transaction } from 'kysely';
import type { ChildCounts } from '../../core/children.ts';
import {
  type BatchTask,
  CancellationBehaviour,
  type CancellationBehaviourName,
  type Parameters,
} from '../../core/task.ts';
import { ACTIVE_STATES, type StoredState, TaskState } from '../../core/task-state.ts';
import { type TraceContext, traceOfRow } from '../../core/tracing.ts';
import { type BoundedRow, boundedRows, type Rows, withinBytes } from '../list-reads.ts';
import type { Schema } from '../schema.ts';
import { IS_STOPPED, TASK_BYTES, TASK_COLUMNS, type TaskRow, toTask } from './task.ts';
import { BINARY_OBJECT_TABLE } from './task-write.ts';

/** A locked task whose run starts children or waits for them. */
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
  /** True if a stop was requested. */
  readonly isStopped: boolean;
  /** Trace context of its start; null if it has none. */
  readonly trace: TraceContext | null;
  /** The rights that it was started with, as stored; null for those of its owner. */
  readonly runAs: string | null;
}

/**
 * Locks a task for its run.
 *
 * @returns `undefined` if the run has lost its lease
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
    run_as: string | null;
  }>`
    select t.tenant, t.name, t.owner_id, t.is_internal, t.parent_id, t.context, t.depth, t.priority, t.lease_owner,
      t.traceparent, t.tracestate, t.run_as::text, t.stop_note is not null as is_stopped
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
      runAs: row.run_as,
    }
  );
}

/** A child to insert, after its rights and definition have been checked. */
export interface NewChild {
  /** Key of the child, unique within its parent. */
  readonly key: string;
  readonly name: string;
  readonly parameters: Parameters | null;
  readonly description: string;
  /** Weight in the parent's progress. */
  readonly weight: number;
  readonly cancellation: CancellationBehaviourName;
}

/** Returns the ids of existing and deleted children with these keys, by key. */
export async function findChildren(
  trx: Transaction<Schema>,
  parentId: number,
  keys: readonly string[],
): Promise<Map<string, number>> {
  const list = JSON.stringify(keys);
  const { rows } = await sql<{ id: number; child_key: string }>`
    select t.id, t.child_key from batchline.task as t
    where t.parent_id = ${parentId}
      and t.child_key in (select value from json_array_elements_text(${list}::text::json))
    union all
    select o.id, o.child_key from batchline.deleted_child as o
    where o.parent_id = ${parentId}
      and o.child_key in (select value from json_array_elements_text(${list}::text::json))`.execute(trx);
  return new Map(rows.map((row) => [row.child_key, row.id]));
}

/**
 * Inserts children in state New, with the owner, tenant, priority and rights of their parent.
 *
 * @param trace trace context of their start
 * @returns their ids by key
 */
export async function insertChildren(
  trx: Transaction<Schema>,
  parent: LockedParent,
  children: readonly NewChild[],
  trace: TraceContext | null,
): Promise<Map<string, number>> {
  const objects = await insertObjects(trx, parent.tenant, children);
  const rows = children.map((child) => ({
    child_key: child.key,
    name: child.name,
    object_id: objects.get(child.key) ?? null,
    description: child.description,
    weight: child.weight,
    cancellation: CancellationBehaviour[child.cancellation],
  }));
  const inserted = await sql<{ id: number; child_key: string }>`
    insert into batchline.task (
      tenant, name, owner_id, is_internal, details_table, details_record, parameter_object_id, context, state,
      description, response, request, file_name, cancellation, parent_id, child_key, child_weight, depth,
      priority, traceparent, tracestate, run_as
    )
    select ${parent.tenant}::text, d.name, ${parent.ownerId}::int, ${parent.isInternal}::boolean,
      case when d.object_id is null then 0 else ${BINARY_OBJECT_TABLE}::int end, coalesce(d.object_id, 0), d.object_id,
      ${parent.context}::text, ${TaskState.New}::smallint, d.description, '', '', '', d.cancellation,
      ${parent.taskId}::int, d.child_key, d.weight, ${parent.depth + 1}::smallint, ${parent.priority}::smallint,
      ${trace?.traceparent ?? null}::text, ${trace?.tracestate ?? null}::text,
      ${parent.runAs}::text::jsonb
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
      child_key text, name text, object_id int, description text, weight int, cancellation smallint
    )
    returning id, child_key`.execute(trx);
  return new Map(inserted.rows.map((row) => [row.child_key, row.id]));
}

/** Inserts the ParameterObjects of children. Returns their ids by the key of the child. */
async function insertObjects(
  trx: Transaction<Schema>,
  tenant: string,
  children: readonly NewChild[],
): Promise<Map<string, number>> {
  const owners = children.filter((child) => child.parameters !== null);
  if (owners.length === 0) return new Map();
  // Draw the ids first, so that each can be assigned to its child.
  const ids = await sql<{ id: number }>`
    select nextval(pg_get_serial_sequence('batchline.binary_object', 'id'))::int as id
    from generate_series(1, ${owners.length}::int)`.execute(trx);
  const rows = owners.map((child, index) => ({
    id: ids.rows[index]?.id,
    content: JSON.stringify(child.parameters),
  }));
  await sql`
    insert into batchline.binary_object (id, tenant, content)
    select d.id, ${tenant}::text, d.content
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (id int, content text)`.execute(trx);
  return new Map(owners.map((child, index) => [child.key, ids.rows[index]?.id ?? 0]));
}

/** Adds new children to the counts of their parent, and clears an earlier request to stop its children. */
export async function addChildCounts(
  trx: Transaction<Schema>,
  parentId: number,
  children: number,
  weight: number,
): Promise<{ readonly total: number }> {
  const { rows } = await sql<{ total: number }>`
    insert into batchline.task_family as f (parent_id, total, weight) values (${parentId}, ${children}, ${weight})
    on conflict (parent_id) do update set
      total = f.total + excluded.total, weight = f.weight + excluded.weight, stopping = false, stop_message = null
    returning f.total`.execute(trx);
  return { total: rows[0]?.total ?? 0 };
}

const LIVE = sql.join(['New' as const, ...ACTIVE_STATES].map((state) => sql.lit(TaskState[state])));

/** Returns a child of one of these tasks that has not ended and is not one of them; `undefined` if there is none. */
export async function findLiveChild(
  trx: Transaction<Schema>,
  ids: readonly number[],
): Promise<{ readonly id: number; readonly parentId: number } | undefined> {
  const list = JSON.stringify(ids);
  const { rows } = await sql<{ id: number; parent_id: number }>`
    select t.id, t.parent_id from batchline.task as t
    where t.parent_id in (select value::int from json_array_elements_text(${list}::text::json))
      and t.state in (${LIVE})
      and t.id not in (select value::int from json_array_elements_text(${list}::text::json))
    limit 1`.execute(trx);
  return rows[0] && { id: rows[0].id, parentId: rows[0].parent_id };
}

/** Deletes the counts of children, and the keys of deleted children, of these tasks. */
export async function deleteChildCounts(
  trx: Transaction<Schema>,
  parentIds: readonly number[],
): Promise<void> {
  const list = JSON.stringify(parentIds);
  await sql`
    delete from batchline.task_family
    where parent_id in (select value::int from json_array_elements_text(${list}::text::json))`.execute(trx);
  await sql`
    delete from batchline.deleted_child
    where parent_id in (select value::int from json_array_elements_text(${list}::text::json))`.execute(trx);
}

/** Records the keys of deleted children, so that their parents do not start them again. */
export async function recordDeletedChildren(
  trx: Transaction<Schema>,
  children: readonly {
    readonly id: number;
    readonly parent_id: number | null;
    readonly child_key: string | null;
  }[],
): Promise<void> {
  if (children.length === 0) return;
  await sql`
    with kept as materialized (
      select d.parent_id, d.child_key, d.id
      from json_to_recordset(${JSON.stringify(children)}::text::json) as d (id int, parent_id int, child_key text)
      join batchline.task_family as f on f.parent_id = d.parent_id
    )
    insert into batchline.deleted_child (parent_id, child_key, id)
    select k.parent_id, k.child_key, k.id from kept as k`.execute(trx);
}

/** A child with its key and weight. */
export interface Child {
  /** Key of the child, unique within its parent. */
  readonly key: string;
  /** Weight in the parent's progress. */
  readonly weight: number;
  /** True if a stop ended it. */
  readonly stopped: boolean;
  readonly task: BatchTask;
}

/** Lists children of a task by id, after `afterId`, in a state if given. Returns fewer than `limit` if texts are long. */
export async function listChildren(
  db: Kysely<Schema>,
  parentId: number,
  state: StoredState | undefined,
  afterId: number,
  limit: number,
): Promise<Rows<Child>> {
  const ofState = state === undefined ? sql`true` : sql`t.state = ${TaskState[state]}`;
  const query = sql`(
    select t.* from batchline.task as t
    where t.parent_id = ${parentId} and t.id > ${afterId} and ${ofState} order by t.id limit ${limit + 1})`;
  const bounded = withinBytes({ query, bytes: TASK_BYTES, order: sql`r.id`, limit });
  const { rows } = await sql<
    TaskRow & BoundedRow & { child_key: string; child_weight: number; stopped: boolean }
  >`
    select ${TASK_COLUMNS}, t.child_key, t.child_weight, ${IS_STOPPED} as stopped, t.list_found from ${bounded} as t order by t.id`.execute(
    db,
  );
  return boundedRows(rows, (row) => ({
    key: row.child_key,
    weight: row.child_weight,
    stopped: row.stopped,
    task: toTask(row),
  }));
}

/** Returns the counts of children of a task; zeros if it has none. */
export async function readChildCounts(db: Kysely<Schema>, parentId: number): Promise<ChildCounts> {
  const { rows } = await sql<ChildCounts>`
    select f.total, f.ended, f.failed from batchline.task_family as f where f.parent_id = ${parentId}`.execute(
    db,
  );
  return rows[0] ?? { total: 0, ended: 0, failed: 0 };
}
