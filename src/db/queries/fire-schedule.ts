import { type Kysely, sql, type Transaction } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import type { Schema } from '../schema.ts';
import type { Schedule } from './schedule.ts';

/**
 * Locks schedules to fire. Those that another server has locked, or that have changed since they were read, are skipped.
 *
 * @returns the ids of the locked schedules
 */
export async function lockDueSchedules(
  trx: Transaction<Schema>,
  schedules: readonly Schedule[],
): Promise<Set<number>> {
  const rows = schedules.map(({ id, version, nextRun }) => ({ id, version, next_run: nextRun }));
  const locked = await sql<{ id: number }>`
    select s.id from batchline.schedule as s
    join json_to_recordset(${JSON.stringify(rows)}::text::json) as d (id int, version int, next_run timestamptz)
      on d.id = s.id and d.version = s.version and d.next_run = s.next_run
    where not s.paused
    for update of s skip locked`.execute(trx);
  return new Set(locked.rows.map(({ id }) => id));
}

/** The outcome of a due time of a schedule. */
export interface FiringResult {
  readonly id: number;
  readonly nextRun: Date | null;
  /** The last due time that a task was started for; null leaves it. */
  readonly lastRun: Date | null;
  readonly lastTaskId: number | null;
  /** Why no task could be started, or none will be; null if there is no problem. */
  readonly problem: MessageData | null;
}

/** Advances locked schedules to their next due times. */
export async function moveSchedulesOn(db: Kysely<Schema>, results: readonly FiringResult[]): Promise<void> {
  const rows = results.map(({ id, nextRun, lastRun, lastTaskId, problem }) => ({
    id,
    next_run: nextRun,
    last_run: lastRun,
    last_task_id: lastTaskId,
    problem,
  }));
  await sql`
    update batchline.schedule as s set
      next_run = d.next_run,
      last_run = coalesce(d.last_run, s.last_run),
      last_task_id = coalesce(d.last_task_id, s.last_task_id),
      problem = d.problem
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as d (id int, next_run timestamptz, last_run timestamptz, last_task_id int, problem jsonb)
    where s.id = d.id`.execute(db);
}

/** Notes the task that a schedule has started out of its turn. */
export async function noteTask(db: Kysely<Schema>, id: number, taskId: number): Promise<void> {
  await db.updateTable('batchline.schedule').set({ last_task_id: taskId }).where('id', '=', id).execute();
}
