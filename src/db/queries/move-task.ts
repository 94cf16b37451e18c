import { sql, type Transaction } from 'kysely';
import { messageOf, plainOf, type Text } from '../../core/message.ts';
import type { BatchTask, TaskTexts } from '../../core/task.ts';
import { type StoredState, TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';
import { TASK_COLUMNS, type TaskRow, toTask } from './task-row.ts';

/** A transition that something other than a run makes. */
export interface TaskTransition extends TaskTexts {
  readonly id: number;
  readonly to: StoredState;
  readonly actorId: number;
  /** Replaces Result; `undefined` leaves it. */
  readonly result?: Text | undefined;
  /** Clears the checkpoint and the progress of earlier runs. */
  readonly reset?: boolean | undefined;
}

/**
 * Writes a transition to the row of a locked task, with the texts given, in one statement; `transitionTask` writes what
 * else belongs to it. The lease ends. A transition to Started counts as a start and is an attempt of its own. A run that
 * is still executing can write nothing more: its task is not Started, or has another attempt.
 */
export async function writeTransition(
  trx: Transaction<Schema>,
  transition: TaskTransition,
): Promise<BatchTask> {
  const starts = transition.to === 'Started';
  const result = plainOf(transition.result ?? null);
  const resultMessage = messageOf(transition.result ?? null);
  const { rows } = await sql<TaskRow>`
    update batchline.task as t set
      state = ${TaskState[transition.to]},
      description = coalesce(${transition.description ?? null}::text, t.description),
      response = coalesce(${transition.response ?? null}::text, t.response),
      request = coalesce(${transition.request ?? null}::text, t.request),
      result = coalesce(${result}::text, t.result),
      result_message = case
        when ${result}::text is null then t.result_message
        else ${resultMessage && JSON.stringify(resultMessage)}::text::jsonb
      end,
      last_started = case when ${starts} then now() else t.last_started end,
      start_count = t.start_count + case when ${starts} then 1 else 0 end,
      attempt = t.attempt + case when ${starts} then 1 else 0 end,
      failures = case when ${transition.to === 'New'} then 0 else t.failures end,
      losses = case when ${transition.to === 'New'} then 0 else t.losses end,
      checkpoint = case when ${transition.reset ?? false} then null else t.checkpoint end,
      progress_percent = case when ${transition.reset ?? false} then 0 else t.progress_percent end,
      progress_description = case when ${transition.reset ?? false} then '' else t.progress_description end,
      progress_message = case when ${transition.reset ?? false} then null else t.progress_message end,
      job_id = null,
      run_after = now(),
      lease_owner = null,
      lease_until = null,
      stop_note = null,
      stop_message = null,
      updated = now(),
      updated_by = ${transition.actorId},
      updated_count = t.updated_count + 1
    where t.id = ${transition.id}
    returning ${TASK_COLUMNS}`.execute(trx);
  const row = rows[0];
  if (row === undefined) throw new Error(`Task ${transition.id} is gone although it was locked.`);
  return toTask(row);
}
