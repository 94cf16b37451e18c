import { type Kysely, sql } from 'kysely';
import { HELD_STATES, TaskState } from '../../domain/task-state.ts';
import type { Schema } from '../schema.ts';

const LIVE = JSON.stringify(['New' as const, ...HELD_STATES].map((state) => TaskState[state]));

/** How many tasks of a definition wait or are held. */
export async function countLiveTasks(db: Kysely<Schema>, name: string): Promise<number> {
  const { rows } = await sql<{ tasks: number }>`
    select count(*)::int as tasks from batchline.task as t
    where t.name = ${name}
      and t.state in (select value::smallint from json_array_elements_text(${LIVE}::text::json))`.execute(db);
  return rows[0]?.tasks ?? 0;
}
