import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** Names the result file of a task that a run holds; false where the run no longer does: nothing has changed. */
export async function setFileName(
  db: Kysely<Schema>,
  taskId: number,
  attempt: number,
  fileName: string,
): Promise<boolean> {
  const { rows } = await sql`
    update batchline.task set file_name = ${fileName}
    where id = ${taskId} and attempt = ${attempt} and state = ${TaskState.Started}
    returning id`.execute(db);
  return rows.length === 1;
}
