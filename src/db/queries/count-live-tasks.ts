import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { IS_HELD } from './held-tasks.ts';

/** How many tasks of a definition wait or are held. */
export async function countLiveTasks(db: Kysely<Schema>, name: string): Promise<number> {
  const { rows } = await sql<{ tasks: number }>`
    select
      (select count(*) from batchline.task as t where t.name = ${name} and t.state = ${sql.lit(TaskState.New)})::int
      + (select count(*) from batchline.task as t where t.name = ${name} and ${IS_HELD})::int as tasks`.execute(
    db,
  );
  return rows[0]?.tasks ?? 0;
}
