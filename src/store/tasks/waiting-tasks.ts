import { type Kysely, sql } from 'kysely';
import { TaskState } from '../../domain/task-state.ts';
import type { Schema } from '../schema.ts';

/** A task that has been due for a while, and whose job has not made it ready. */
export interface WaitingTask {
  readonly taskId: number;
  readonly name: string;
  readonly jobId: string;
  readonly priority: number;
}

/** Tasks that are New, wait for a job and have been due for this long, by id, after the one given. */
export async function listWaiting(
  db: Kysely<Schema>,
  dueForSeconds: number,
  afterId: number,
  limit: number,
): Promise<WaitingTask[]> {
  const { rows } = await sql<{ id: number; name: string; job_id: string; priority: number }>`
    select t.id, t.name, t.job_id, t.priority from batchline.task as t
    where t.state = ${TaskState.New} and t.job_id is not null and t.id > ${afterId}
      and t.run_after < now() - ${dueForSeconds}::float8 * interval '1 second'
    order by t.id limit ${limit}`.execute(db);
  return rows.map((row) => ({ taskId: row.id, name: row.name, jobId: row.job_id, priority: row.priority }));
}

/**
 * Gives a waiting task another job, unless it has moved on or got one meanwhile.
 *
 * @returns whether the task now waits for the new job
 */
export async function replaceJob(trx: Kysely<Schema>, waiting: WaitingTask, jobId: string): Promise<boolean> {
  const { rows } = await sql`
    update batchline.task set job_id = ${jobId}::uuid
    where id = ${waiting.taskId} and state = ${TaskState.New} and job_id = ${waiting.jobId}::uuid
    returning id`.execute(trx);
  return rows.length === 1;
}
