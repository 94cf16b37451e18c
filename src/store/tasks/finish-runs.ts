import { type Kysely, sql } from 'kysely';
import { type StoredState, TaskState } from '../../domain/task-state.ts';
import type { Schema } from '../schema.ts';

/** How a run has ended, as it is written. */
export interface RunEnd {
  readonly taskId: number;
  /** The run's fencing token. */
  readonly attempt: number;
  /** The state that the task goes to: ended, or New for another run. */
  readonly to: StoredState;
  /** Result; `null` leaves it. */
  readonly result: string | null;
  readonly failures: number;
  readonly progressPercent: number | null;
  readonly progressDescription: string | null;
  readonly fileName: string | null;
  /** The job that delivers the next run, and seconds until then; `null` where there is none. */
  readonly next: { readonly jobId: string; readonly delaySeconds: number } | null;
}

/**
 * Writes the ends of many runs in one statement. A run that no longer holds its task (another attempt, or
 * not Started any more) writes nothing.
 *
 * @returns the ids of the tasks that were written
 */
export async function finishRuns(trx: Kysely<Schema>, ends: readonly RunEnd[]): Promise<Set<number>> {
  const rows = ends.map((end) => ({
    id: end.taskId,
    attempt: end.attempt,
    to_state: TaskState[end.to],
    result: end.result,
    failures: end.failures,
    percent: end.progressPercent,
    progress: end.progressDescription,
    file_name: end.fileName,
    job_id: end.next?.jobId ?? null,
    delay: end.next?.delaySeconds ?? 0,
  }));
  const written = await sql<{ id: number }>`
    update batchline.task as t set
      state = d.to_state,
      result = coalesce(d.result, t.result),
      failures = d.failures,
      progress_percent = coalesce(d.percent, t.progress_percent),
      progress_description = coalesce(d.progress, t.progress_description),
      file_name = coalesce(d.file_name, t.file_name),
      job_id = d.job_id,
      run_after = now() + d.delay * interval '1 second',
      lease_owner = null,
      lease_until = null,
      stop_requested_at = null,
      stop_note = null,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
      id int, attempt int, to_state smallint, result text, failures int,
      percent smallint, progress text, file_name text, job_id uuid, delay float8
    )
    where t.id = d.id and t.attempt = d.attempt and t.state = ${TaskState.Started}
    returning t.id`.execute(trx);
  return new Set(written.rows.map((row) => row.id));
}
