import { type Kysely, sql } from 'kysely';
import type { RunAs } from '../../core/run-as.ts';
import type { Schema } from '../schema.ts';

/**
 * Reads the rights that a task was started with; null if none are stored, or there is no such task.
 *
 * They are read on demand instead of with the task, because most runs never need them.
 */
export async function readRunAs(db: Kysely<Schema>, taskId: number): Promise<RunAs | null> {
  const row = await db
    .selectFrom('batchline.task')
    .select('run_as')
    .where('id', '=', taskId)
    .executeTakeFirst();
  return row?.run_as ?? null;
}

/** Sets the rights of a locked task. */
export async function writeRunAs(trx: Kysely<Schema>, taskId: number, runAs: RunAs): Promise<void> {
  await sql`
    update batchline.task set run_as = ${JSON.stringify(runAs)}::text::jsonb where id = ${taskId}`.execute(
    trx,
  );
}
