import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** Which of these tasks are there and have not ended. */
export async function liveTasks(db: Kysely<Schema>, ids: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select id from batchline.task
    where id in (select value::int from json_array_elements_text(${JSON.stringify(ids)}::text::json))
      and state in (${TaskState.New}, ${TaskState.Aquired}, ${TaskState.Started})`.execute(db);
  return new Set(rows.map((row) => row.id));
}
