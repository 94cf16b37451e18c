import { type Kysely, sql, type Transaction } from 'kysely';
import { TaskState } from '../../domain/task-state.ts';
import type { Schema } from '../schema.ts';

/** A parent that waits although all its children have ended. */
export interface ReadyParent {
  readonly taskId: number;
  readonly name: string;
  readonly jobId: string;
  readonly priority: number;
}

/** Parents whose job was sent this long ago and that nobody has taken up since, by id, after the one given. */
export async function listReadyParents(
  db: Kysely<Schema>,
  readyForSeconds: number,
  afterId: number,
  limit: number,
): Promise<ReadyParent[]> {
  const { rows } = await sql<{ id: number; name: string; job_id: string; priority: number }>`
    select t.id, t.name, t.job_id, t.priority from batchline.task_family as f
    join batchline.task as t on t.id = f.parent_id and t.job_id = f.job_id
    where f.ready_since < now() - ${readyForSeconds}::float8 * interval '1 second' and f.parent_id > ${afterId}
      and t.state = ${TaskState.Started} and t.lease_owner is null
    order by f.parent_id limit ${limit}`.execute(db);
  return rows.map((row) => ({ taskId: row.id, name: row.name, jobId: row.job_id, priority: row.priority }));
}

/**
 * Gives a parent that waits another job, unless it has moved on meanwhile.
 *
 * @returns whether it now waits for the new job
 */
export async function replaceParentJob(
  trx: Transaction<Schema>,
  parent: ReadyParent,
  jobId: string,
): Promise<boolean> {
  const { rows } = await sql`
    update batchline.task set job_id = ${jobId}::uuid
    where id = ${parent.taskId} and job_id = ${parent.jobId}::uuid
      and state = ${TaskState.Started} and lease_owner is null
    returning id`.execute(trx);
  if (rows.length === 0) return false;
  await sql`
    update batchline.task_family set job_id = ${jobId}::uuid, ready_since = now()
    where parent_id = ${parent.taskId}`.execute(trx);
  return true;
}

/** Parents whose children are to be stopped and have not all been told. */
export async function listStopping(db: Kysely<Schema>, limit: number): Promise<number[]> {
  const { rows } = await sql<{ parent_id: number }>`
    select f.parent_id from batchline.task_family as f where f.stopping order by f.parent_id limit ${limit}`.execute(
    db,
  );
  return rows.map((row) => row.parent_id);
}
