import { type Kysely, sql } from 'kysely';
import type { BatchTask, TaskTexts } from '../../core/task.ts';
import { type StoredState, TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from './task-row.ts';

/** Whose tasks a caller may change, as conditions of the statement, so that deciding and writing are one. */
interface ChangeScope {
  /** The tenant; `null` for any. */
  readonly tenant: string | null;
  /** The owner; `null` for any. */
  readonly ownerId: number | null;
}

/** A change of the texts of one task. */
export interface TextChange {
  readonly id: number;
  readonly texts: TaskTexts;
  readonly actorId: number;
  readonly scope: ChangeScope;
  /** The state that the task must be in; any where it is absent. */
  readonly state: StoredState | undefined;
}

/**
 * Makes changes of different tasks in one statement, each as `changeTexts` does, and under its own conditions.
 * A row that another transaction holds is left out and never waited for: one slow task holds up no other, and
 * statements over several rows can't wait for each other in a circle.
 *
 * @param changes at most one of each task
 * @returns each task as it is then, in the order of the changes; `undefined` where nothing has changed: there is no
 *   such task in scope, it is in another state, or somebody is changing it
 */
export async function changeManyTexts(
  db: Kysely<Schema>,
  changes: readonly TextChange[],
): Promise<(BatchTask | undefined)[]> {
  const wanted = changes.map(({ id, texts, actorId, scope, state }) => ({
    id,
    ...texts,
    actor_id: actorId,
    tenant: scope.tenant,
    owner_id: scope.ownerId,
    state: state === undefined ? null : TaskState[state],
  }));
  const { rows } = await sql<TaskRow>`
    update batchline.task as t set
      description = coalesce(d.description, t.description),
      response = coalesce(d.response, t.response),
      request = coalesce(d.request, t.request),
      updated = now(),
      updated_by = d.actor_id,
      updated_count = t.updated_count + 1
    from (
      select w.* from json_to_recordset(${JSON.stringify(wanted)}::text::json) as w (
        id int, description text, response text, request text, actor_id int, tenant text, owner_id int, state int
      )
      join batchline.task as held on held.id = w.id
      where (w.tenant is null or held.tenant = w.tenant)
        and (w.owner_id is null or held.owner_id = w.owner_id)
        and (w.state is null or held.state = w.state)
      for update of held skip locked
    ) as d
    where t.id = d.id
    returning ${TASK_COLUMNS}`.execute(db);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return changes.map(({ id }) => {
    const row = byId.get(id);
    return row && toTask(row);
  });
}
