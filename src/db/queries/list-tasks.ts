import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { BatchTask } from '../../core/task.ts';
import { isHeld, type StoredState, TaskState } from '../../core/task-state.ts';
import { type BoundedRow, boundedRows, type Rows, withinBytes } from '../bounded-rows.ts';
import type { Schema } from '../schema.ts';
import { IS_HELD, IS_INACTIVE } from './held-tasks.ts';
import { TASK_BYTES, TASK_COLUMNS, type TaskRow, toTask } from './task-row.ts';

/** Which tasks a list holds. Every condition that is given must hold. */
export interface TaskFilter {
  /** The tenant; `null` for all. */
  readonly tenant: string | null;
  readonly ownerIds?: readonly number[] | undefined;
  /** In any casing. */
  readonly name?: string | undefined;
  readonly state?: StoredState | undefined;
  /** Only tasks after this id (oldest first) or before it (newest first). */
  readonly beyondId?: number | undefined;
}

/**
 * Tasks by id.
 *
 * @param order `newest` first for the lists of the API (contract, section 3), `oldest` first for exports
 * @param limit the maximum number of tasks; fewer are returned if their texts are long
 */
export async function listTasks(
  db: Kysely<Schema>,
  filter: TaskFilter,
  order: 'newest' | 'oldest',
  limit: number,
): Promise<Rows<BatchTask>> {
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (filter.tenant !== null) conditions.push(sql`t.tenant = ${filter.tenant}`);
  if (filter.ownerIds?.length === 1) conditions.push(sql`t.owner_id = ${filter.ownerIds[0]}`);
  else if (filter.ownerIds !== undefined) {
    conditions.push(
      sql`t.owner_id in (select value::int from json_array_elements_text(${JSON.stringify(filter.ownerIds)}::text::json))`,
    );
  }
  if (filter.name !== undefined)
    conditions.push(sql`batchline.fold(t.name) = batchline.fold(${filter.name})`);
  if (filter.state !== undefined) conditions.push(sql`t.state = ${TaskState[filter.state]}`);
  if (filter.beyondId !== undefined) {
    conditions.push(order === 'newest' ? sql`t.id < ${filter.beyondId}` : sql`t.id > ${filter.beyondId}`);
  }
  const descending = order === 'newest' ? sql`desc` : sql`asc`;
  const parts = partsOf(filter.state).map(
    (part) => sql`(
      select t.* from ${sourceOf(part, conditions)} order by t.id ${descending} limit ${limit + 1})`,
  );
  const query = sql`(${sql.join(parts, sql` union all `)})`;
  const bounded = withinBytes({ query, bytes: TASK_BYTES, order: sql`r.id ${descending}`, limit });
  const { rows } = await sql<TaskRow & BoundedRow>`
    select ${TASK_COLUMNS}, t.list_found from ${bounded} as t order by t.id ${descending}`.execute(db);
  return boundedRows(rows, toTask);
}

/** Of held tasks all are read: for `order by id limit` the planner would go through everybody's ids. */
function sourceOf(
  part: RawBuilder<boolean>,
  conditions: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
  const tasks = sql`batchline.task as t where ${part} and ${sql.join(conditions, sql` and `)}`;
  return part === IS_HELD ? sql`(select t.* from ${tasks} offset 0) as t` : tasks;
}

function partsOf(state: StoredState | undefined): readonly RawBuilder<boolean>[] {
  if (state === undefined) return [IS_INACTIVE, IS_HELD];
  return [isHeld(state) ? IS_HELD : IS_INACTIVE];
}
