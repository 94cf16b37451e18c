import { type Kysely, sql, type Transaction } from 'kysely';
import type { MessageData } from '../../domain/message.ts';
import type { Schema } from '../schema.ts';
import type { Schedule } from './schedule-row.ts';

/**
 * Locks a schedule whose due time is to be taken, unless somebody else has it, or it is no longer as it was read.
 *
 * @returns whether it is this transaction's
 */
export async function lockDueSchedule(trx: Transaction<Schema>, schedule: Schedule): Promise<boolean> {
  const { rows } = await sql`
    select s.id from batchline.schedule as s
    where s.id = ${schedule.id} and s.version = ${schedule.version} and not s.paused
      and s.next_run = ${schedule.nextRun}::timestamptz
    for update skip locked`.execute(trx);
  return rows.length === 1;
}

/** What a schedule has done at a due time. */
export interface Firing {
  readonly nextRun: Date | null;
  /** The last due time that a task was started for; null leaves it. */
  readonly lastRun: Date | null;
  readonly lastTaskId: number | null;
  readonly problem: MessageData | null;
}

/** Moves a locked schedule on to its next due time. */
export async function moveScheduleOn(db: Kysely<Schema>, id: number, firing: Firing): Promise<void> {
  const { nextRun, lastRun, lastTaskId, problem } = firing;
  await sql`
    update batchline.schedule set
      next_run = ${nextRun}::timestamptz,
      last_run = coalesce(${lastRun}::timestamptz, last_run),
      last_task_id = coalesce(${lastTaskId}::int, last_task_id),
      problem = ${problem && JSON.stringify(problem)}::text::jsonb
    where id = ${id}`.execute(db);
}

/** Notes the task that a schedule has started out of its turn. */
export async function noteTask(db: Kysely<Schema>, id: number, taskId: number): Promise<void> {
  await db.updateTable('batchline.schedule').set({ last_task_id: taskId }).where('id', '=', id).execute();
}
