import { type Kysely, sql } from 'kysely';
import type { BatchTask, TaskTexts } from '../../domain/batch-task.ts';
import { type StoredState, TaskState } from '../../domain/task-state.ts';
import { PREPARED } from '../prepared.ts';
import type { Schema } from '../schema.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from '../task-row.ts';

/** Whose tasks a caller may change, as conditions of the statement, so that deciding and writing are one. */
export interface ChangeScope {
  /** The tenant; `null` for any. */
  readonly tenant: string | null;
  /** The owner; `null` for any. */
  readonly ownerId: number | null;
}

/**
 * Writes those of Description, Response and Request that are given, together with `updated`, in one statement.
 * This is the whole of a PUT that leaves State as it is (contract, section 2).
 *
 * @param state the state that the task must be in; any where it is absent
 * @returns the task as it is then, or `undefined` where no such task is in scope or it is in another state: nothing has changed
 */
export async function changeTexts(
  db: Kysely<Schema>,
  id: number,
  texts: TaskTexts,
  actorId: number,
  scope: ChangeScope,
  state?: StoredState,
): Promise<BatchTask | undefined> {
  const stateNumber = state === undefined ? null : TaskState[state];
  const { rows } = await sql<TaskRow>`
    update batchline.task as t set
      description = coalesce(${texts.description ?? null}::text, t.description),
      response = coalesce(${texts.response ?? null}::text, t.response),
      request = coalesce(${texts.request ?? null}::text, t.request),
      updated = now(),
      updated_by = ${actorId},
      updated_count = t.updated_count + 1
    where t.id = ${id}
      and (${scope.tenant}::text is null or t.tenant = ${scope.tenant}::text)
      and (${scope.ownerId}::int is null or t.owner_id = ${scope.ownerId}::int)
      and (${stateNumber}::int is null or t.state = ${stateNumber}::int)
    returning ${TASK_COLUMNS} ${PREPARED}`.execute(db);
  return rows[0] && toTask(rows[0]);
}
