import { sql, type Transaction } from 'kysely';
import { TaskState } from '../../domain/task-state.ts';
import type { Schema } from '../schema.ts';

/** A delivery by the engine: this job says that this task is due. */
export interface DueJob {
  readonly taskId: number;
  readonly jobId: string;
}

/** Makes tasks ready that are New and wait for these very jobs. Others have moved on: they stay as they are. */
export async function makeReady(trx: Transaction<Schema>, jobs: readonly DueJob[]): Promise<void> {
  const due = jobs.map((job) => ({ id: job.taskId, job_id: job.jobId }));
  await sql`
    update batchline.task as t set job_id = null
    from json_to_recordset(${JSON.stringify(due)}::text::json) as d (id int, job_id uuid)
    where t.id = d.id and t.job_id = d.job_id and t.state = ${TaskState.New}`.execute(trx);
}
