import { sql, type Transaction } from 'kysely';
import { CancellationBehaviour, type CancellationBehaviourName } from '../../core/cancellation.ts';
import type { Parameters } from '../../core/task.ts';
import { TaskState } from '../../core/task-state.ts';
import type { TraceContext } from '../../core/trace-context.ts';
import type { Schema } from '../schema.ts';
import type { LockedParent } from './hold-parent.ts';
import { BINARY_OBJECT_TABLE } from './task-write.ts';

/** A child to be inserted, after rights and definition have been applied. */
export interface NewChild {
  /** What the parent calls it; unique among its children. */
  readonly key: string;
  readonly name: string;
  readonly parameters: Parameters | null;
  readonly description: string;
  /** Its share of the parent's progress. */
  readonly weight: number;
  readonly cancellation: CancellationBehaviourName;
}

/** The ids of the children that a parent has, or has had, by these keys. */
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
 * Inserts children as New, with the owner, tenant, priority and rights of their parent.
 *
 * @param trace where their start stands in a distributed trace
 * @returns their ids by their keys
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
      (select p.run_as from batchline.task as p where p.id = ${parent.taskId})
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
      child_key text, name text, object_id int, description text, weight int, cancellation smallint
    )
    returning id, child_key`.execute(trx);
  return new Map(inserted.rows.map((row) => [row.child_key, row.id]));
}

/** Inserts the ParameterObjects of children; resolves to their ids by the children's keys. */
async function insertObjects(
  trx: Transaction<Schema>,
  tenant: string,
  children: readonly NewChild[],
): Promise<Map<string, number>> {
  const owners = children.filter((child) => child.parameters !== null);
  if (owners.length === 0) return new Map();
  // The ids come first, so that it is known whose each is.
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
