import { type Kysely, sql } from 'kysely';
import type { BatchTask } from '../../domain/batch-task.ts';
import { type StoredState, TaskState } from '../../domain/task-state.ts';
import type { Schema } from '../schema.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from '../task-row.ts';

/** A child as its parent knows it. */
export interface Child {
  /** What the parent calls it. */
  readonly key: string;
  /** Its share of the parent's progress. */
  readonly weight: number;
  readonly task: BatchTask;
}

/** Children of a task by id, after the one given; those in a state where one is named. */
export async function listChildren(
  db: Kysely<Schema>,
  parentId: number,
  state: StoredState | undefined,
  afterId: number,
  limit: number,
): Promise<Child[]> {
  const ofState = state === undefined ? sql`true` : sql`t.state = ${TaskState[state]}`;
  const { rows } = await sql<TaskRow & { child_key: string; child_weight: number }>`
    select ${TASK_COLUMNS}, t.child_key, t.child_weight from batchline.task as t
    where t.parent_id = ${parentId} and t.id > ${afterId} and ${ofState}
    order by t.id limit ${limit}`.execute(db);
  return rows.map((row) => ({ key: row.child_key, weight: row.child_weight, task: toTask(row) }));
}
