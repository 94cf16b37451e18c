import { type Kysely, sql } from 'kysely';
import type { BatchTask, TaskTexts } from '../../core/task.ts';
import type { Schema } from '../schema.ts';
import { PREPARED } from '../sql.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from './task-row.ts';

/**
 * Writes those of Description, Response and Request that are given, together with `updated`, in one statement.
 * This is what a PUT that leaves State as it is writes (contract, section 2).
 *
 * @returns the task as it is then; `undefined` where there is none
 */
export async function changeTexts(
  db: Kysely<Schema>,
  id: number,
  texts: TaskTexts,
  actorId: number,
): Promise<BatchTask | undefined> {
  const { rows } = await sql<TaskRow>`
    update batchline.task as t set
      description = coalesce(${texts.description ?? null}::text, t.description),
      response = coalesce(${texts.response ?? null}::text, t.response),
      request = coalesce(${texts.request ?? null}::text, t.request),
      updated = now(),
      updated_by = ${actorId},
      updated_count = t.updated_count + 1
    where t.id = ${id}
    returning ${TASK_COLUMNS} ${PREPARED}`.execute(db);
  return rows[0] && toTask(rows[0]);
}
