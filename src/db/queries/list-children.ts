import { type Kysely, sql } from 'kysely';
import type { BatchTask } from '../../core/task.ts';
import { type StoredState, TaskState } from '../../core/task-state.ts';
import { type BoundedRow, boundedRows, type Rows, withinBytes } from '../bounded-rows.ts';
import type { Schema } from '../schema.ts';
import { TASK_BYTES, TASK_COLUMNS, type TaskRow, toTask } from './task-row.ts';

/** A child as its parent knows it. */
export interface Child {
  /** What the parent calls it. */
  readonly key: string;
  /** Its share of the parent's progress. */
  readonly weight: number;
  readonly task: BatchTask;
}

/** Children of a task by id, after the one given; those in a state if one is named; fewer than the limit if their texts are long. */
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
  const { rows } = await sql<TaskRow & BoundedRow & { child_key: string; child_weight: number }>`
    select ${TASK_COLUMNS}, t.child_key, t.child_weight, t.list_found from ${bounded} as t order by t.id`.execute(
    db,
  );
  return boundedRows(rows, (row) => ({ key: row.child_key, weight: row.child_weight, task: toTask(row) }));
}
