import { sql, type Transaction } from 'kysely';
import type { BatchTask, TaskTexts } from '../../domain/batch-task.ts';
import { messageOf, plainOf, type Text } from '../../domain/message.ts';
import { type StoredState, TaskState } from '../../domain/task-state.ts';
import type { Schema } from '../schema.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from '../task-row.ts';

/** A change of state that somebody other than a run makes. */
export interface TaskMove extends TaskTexts {
  readonly id: number;
  readonly to: StoredState;
  readonly actorId: number;
  /** Replaces Result; `undefined` leaves it. */
  readonly result?: Text | undefined;
  /** Forgets how far earlier runs have come: their checkpoint and progress. */
  readonly afresh?: boolean | undefined;
}

/**
 * Moves a locked task to another state, with the texts given, in one statement. The lease ends; a move to
 * Started counts as a start and is an attempt of its own. A run that still goes on can write nothing more: its
 * task is not Started, or not in its attempt.
 */
export async function moveTask(trx: Transaction<Schema>, move: TaskMove): Promise<BatchTask> {
  const starts = move.to === 'Started';
  const result = plainOf(move.result ?? null);
  const resultMessage = messageOf(move.result ?? null);
  const { rows } = await sql<TaskRow>`
    update batchline.task as t set
      state = ${TaskState[move.to]},
      description = coalesce(${move.description ?? null}::text, t.description),
      response = coalesce(${move.response ?? null}::text, t.response),
      request = coalesce(${move.request ?? null}::text, t.request),
      result = coalesce(${result}::text, t.result),
      result_message = case
        when ${result}::text is null then t.result_message
        else ${resultMessage && JSON.stringify(resultMessage)}::text::jsonb
      end,
      last_started = case when ${starts} then now() else t.last_started end,
      start_count = t.start_count + case when ${starts} then 1 else 0 end,
      attempt = t.attempt + case when ${starts} then 1 else 0 end,
      failures = case when ${move.to === 'New'} then 0 else t.failures end,
      losses = case when ${move.to === 'New'} then 0 else t.losses end,
      checkpoint = case when ${move.afresh ?? false} then null else t.checkpoint end,
      progress_percent = case when ${move.afresh ?? false} then 0 else t.progress_percent end,
      progress_description = case when ${move.afresh ?? false} then '' else t.progress_description end,
      progress_message = case when ${move.afresh ?? false} then null else t.progress_message end,
      job_id = null,
      run_after = now(),
      lease_owner = null,
      lease_until = null,
      stop_note = null,
      stop_message = null,
      updated = now(),
      updated_by = ${move.actorId},
      updated_count = t.updated_count + 1
    where t.id = ${move.id}
    returning ${TASK_COLUMNS}`.execute(trx);
  const row = rows[0];
  if (row === undefined) throw new Error(`Task ${move.id} is gone although it was locked.`);
  return toTask(row);
}
