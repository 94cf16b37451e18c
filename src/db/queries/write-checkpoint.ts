import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/**
 * Keeps a run's checkpoint. In a transaction it also keeps others from taking the task until that ends.
 *
 * @param json the checkpoint as `checkpointJson` makes it
 * @param withFile whether it goes with the result file that this attempt writes
 * @returns false if the run no longer holds the task: nothing has changed
 */
export async function writeCheckpoint(
  db: Kysely<Schema>,
  taskId: number,
  attempt: number,
  json: string,
  withFile = false,
): Promise<boolean> {
  const { rows } = await sql`
    update batchline.task set
      checkpoint = ${json}::text::jsonb,
      file_attempt = case when ${withFile} then attempt else file_attempt end
    where id = ${taskId} and attempt = ${attempt} and state = ${TaskState.Started}
    returning id`.execute(db);
  return rows.length === 1;
}
