import { sql, type Transaction } from 'kysely';
import type { ChildCounts, OnFailure } from '../../core/children.ts';
import { type Message, messageOf, plainOf, type Text } from '../../core/message.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** Locks the family of a task; `undefined` where it has no children. */
export async function lockChildCounts(
  trx: Transaction<Schema>,
  parentId: number,
): Promise<ChildCounts | undefined> {
  const { rows } = await sql<ChildCounts>`
    select f.total, f.ended, f.failed from batchline.task_family as f
    where f.parent_id = ${parentId} for update of f`.execute(trx);
  return rows[0];
}

/** A task that begins to wait for its children. */
export interface BeginningWait {
  readonly taskId: number;
  /** The token that it waits by; a claim of the parent must name it. */
  readonly jobId: string;
  readonly onFailure: OnFailure;
  /** Why the other children are to be stopped at once; null where they are not. */
  readonly stop: Message | null;
  /** The last progress of its run; `null` keeps the stored one. */
  readonly progressPercent: number | null;
  readonly progressDescription: Text | null;
}

/**
 * Takes a locked task from its run: it stays Started, without a lease, until its children have ended. The attempt grows, so
 * that its run can write nothing more.
 */
export async function beginWait(trx: Transaction<Schema>, wait: BeginningWait): Promise<void> {
  const progress = plainOf(wait.progressDescription);
  const progressMessage = messageOf(wait.progressDescription);
  await sql`
    update batchline.task as t set
      attempt = t.attempt + 1,
      job_id = ${wait.jobId}::uuid,
      lease_owner = null,
      lease_until = null,
      progress_percent = coalesce(${wait.progressPercent}::smallint, t.progress_percent),
      progress_description = coalesce(${progress}::text, t.progress_description),
      progress_message = case
        when ${progress}::text is null then t.progress_message
        else ${progressMessage && JSON.stringify(progressMessage)}::text::jsonb
      end,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    where t.id = ${wait.taskId} and t.state = ${TaskState.Started}`.execute(trx);
  await sql`
    update batchline.task_family as f set
      job_id = ${wait.jobId}::uuid,
      ready_since = null,
      on_failure = ${wait.onFailure},
      stopping = ${wait.stop !== null},
      stop_message = ${wait.stop && JSON.stringify(wait.stop)}::text::jsonb
    where f.parent_id = ${wait.taskId}`.execute(trx);
}
