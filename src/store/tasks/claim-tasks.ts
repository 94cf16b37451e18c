import { sql, type Transaction } from 'kysely';
import type { BatchTask } from '../../domain/batch-task.ts';
import { TaskState } from '../../domain/task-state.ts';
import { type TraceContext, traceOfRow } from '../../domain/trace-context.ts';
import type { Schema } from '../schema.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from '../task-row.ts';

/** A delivery by the engine: this job says that this task is due. */
export interface Delivery {
  readonly taskId: number;
  readonly jobId: string;
}

/** A task that this process now runs. */
export interface ClaimedTask {
  readonly task: BatchTask;
  readonly jobId: string;
  readonly checkpoint: unknown;
  /** The attempt whose result file the checkpoint goes with; null for none. */
  readonly fileAttempt: number | null;
  /** Seconds for which it was due; `undefined` where it goes on after it has waited for its children. */
  readonly waitedSeconds: number | undefined;
  /** Where its start stands in a distributed trace; null where in none. */
  readonly trace: TraceContext | null;
}

/** What a claim returns of a task beside the task. */
export interface ClaimedRow extends TaskRow {
  readonly job_id: string;
  readonly checkpoint: unknown;
  readonly file_attempt: number | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/**
 * Claims and starts the delivered tasks: those that are New and that still wait for this very job. The
 * attempt grows with the claim and StartCount with the start; the lease begins.
 *
 * @param gate the version under which the definition was seen open (`readControl`); under another nothing is claimed
 * @returns the claimed ones; the others were delivered once too often, or are no longer due
 */
export async function claimTasks(
  trx: Transaction<Schema>,
  deliveries: readonly Delivery[],
  nodeId: string,
  leaseSeconds: number,
  gate: { readonly name: string; readonly version: number },
): Promise<ClaimedTask[]> {
  const wanted = deliveries.map((delivery) => ({ id: delivery.taskId, job_id: delivery.jobId }));
  const { rows } = await sql<ClaimedRow & { readonly waited: number }>`
    update batchline.task as t set
      state = ${TaskState.Started},
      attempt = t.attempt + 1,
      start_count = t.start_count + 1,
      last_started = now(),
      result = '',
      result_message = null,
      lease_owner = ${nodeId},
      lease_until = now() + ${leaseSeconds}::float8 * interval '1 second',
      stop_note = null,
      stop_message = null,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    from json_to_recordset(${JSON.stringify(wanted)}::text::json) as d (id int, job_id uuid)
    where t.id = d.id and t.job_id = d.job_id and t.state = ${TaskState.New}
      and ${gate.version} = coalesce(
        (select c.version from batchline.definition_control as c where c.name = ${gate.name}), 0)
    returning ${TASK_COLUMNS}, t.job_id, t.checkpoint, t.file_attempt, t.traceparent, t.tracestate,
      extract(epoch from now() - t.run_after)::float8 as waited`.execute(trx);
  return rows.map((row) => ({
    task: toTask(row),
    jobId: row.job_id,
    checkpoint: row.checkpoint,
    fileAttempt: row.file_attempt,
    waitedSeconds: row.waited,
    trace: traceOfRow(row),
  }));
}
