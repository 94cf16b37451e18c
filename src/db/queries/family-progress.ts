import { type Kysely, sql } from 'kysely';
import type { ChildCounts } from '../../core/children.ts';
import { messageOf, plainOf, type Text } from '../../core/message.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** How a family stands, for whoever looks after it. */
export interface ChildrenStatus extends ChildCounts {
  readonly parentId: number;
  /** The parent's definition. */
  readonly name: string;
  /** The token that the parent waits by; null if it does not wait. */
  readonly jobId: string | null;
  /** Whether all children have ended. */
  readonly isReady: boolean;
  /** Whether children are still to be told that they are stopped. */
  readonly isStopping: boolean;
  readonly weight: number;
  readonly weightEnded: number;
  /** The sum of weight × percent of the children that run. */
  readonly running: number;
}

/** How these families stand. */
export async function readStandings(
  db: Kysely<Schema>,
  parentIds: readonly number[],
): Promise<ChildrenStatus[]> {
  const { rows } = await sql<{
    parent_id: number;
    name: string;
    total: number;
    ended: number;
    failed: number;
    job_id: string | null;
    is_ready: boolean;
    stopping: boolean;
    weight: number;
    weight_ended: number;
    running: number;
  }>`
    select f.parent_id, p.name, f.total, f.ended, f.failed, f.job_id, f.ready_since is not null as is_ready, f.stopping,
      f.weight::float8 as weight, f.weight_ended::float8 as weight_ended,
      (select coalesce(sum(t.child_weight::float8 * t.progress_percent::float8), 0) from batchline.task as t
        where t.parent_id = f.parent_id and t.state = ${sql.lit(TaskState.Started)}) as running
    from batchline.task_family as f
    join batchline.task as p on p.id = f.parent_id
    where f.parent_id in (select value::int from json_array_elements_text(${JSON.stringify(parentIds)}::text::json))`.execute(
    db,
  );
  return rows.map((row) => ({
    parentId: row.parent_id,
    name: row.name,
    total: row.total,
    ended: row.ended,
    failed: row.failed,
    jobId: row.job_id,
    isReady: row.is_ready,
    isStopping: row.stopping,
    weight: row.weight,
    weightEnded: row.weight_ended,
    running: row.running,
  }));
}

/** The progress of a parent that waits. */
export interface ParentProgress {
  readonly parentId: number;
  /** The token that it waits by. */
  readonly jobId: string;
  readonly percent: number;
  readonly text: Text;
}

/**
 * Writes the progress of parents that wait, where it has changed.
 *
 * @returns those that were written, with their own parents, whose progress changes with it
 */
export async function writeParentProgress(
  db: Kysely<Schema>,
  parents: readonly ParentProgress[],
): Promise<{ readonly taskId: number; readonly parentId: number | null }[]> {
  const rows = parents.map((parent) => ({
    id: parent.parentId,
    job_id: parent.jobId,
    percent: parent.percent,
    progress: plainOf(parent.text),
    message: messageOf(parent.text),
  }));
  const { rows: written } = await sql<{ id: number; parent_id: number | null }>`
    update batchline.task as t set
      progress_percent = d.percent,
      progress_description = d.progress,
      progress_message = d.message,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
      id int, job_id uuid, percent smallint, progress text, message jsonb
    )
    where t.id = d.id and t.job_id = d.job_id and t.state = ${TaskState.Started} and t.lease_owner is null
      and (t.progress_percent <> d.percent or t.progress_description <> d.progress)
    returning t.id, t.parent_id`.execute(db);
  return written.map((row) => ({ taskId: row.id, parentId: row.parent_id }));
}
