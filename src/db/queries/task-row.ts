import { sql } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import { type BatchTask, cancellationOf, type Parameters } from '../../core/task.ts';
import { ACTIVE_STATES, storedStateOf, TaskState } from '../../core/task-state.ts';

/** A row as `TASK_COLUMNS` selects it. */
export interface TaskRow {
  readonly id: number;
  readonly tenant: string;
  readonly name: string;
  readonly owner_id: number;
  readonly is_internal: boolean;
  readonly details_table: number;
  readonly details_record: number;
  readonly parameters: string | null;
  readonly created: Date;
  readonly updated: Date;
  readonly updated_count: number;
  readonly last_started: Date | null;
  readonly start_count: number;
  readonly context: string;
  readonly result: string;
  readonly result_message: MessageData | null;
  readonly state: number;
  readonly description: string;
  readonly response: string;
  readonly request: string;
  readonly progress_description: string;
  readonly progress_message: MessageData | null;
  readonly progress_percent: number;
  readonly file_name: string;
  readonly cancellation: number;
  readonly attempt: number;
  readonly failures: number;
  readonly losses: number;
  readonly parent_id: number | null;
}

/** The columns of `batchline.task as t` that `toTask` needs. */
export const TASK_COLUMNS = sql<TaskRow>`
  t.id, t.tenant, t.name, t.owner_id, t.is_internal, t.details_table, t.details_record,
  (select b.content from batchline.binary_object b where b.id = t.parameter_object_id) as parameters,
  t.created, t.updated, t.updated_count, t.last_started, t.start_count, t.context, t.result, t.result_message, t.state,
  t.description, t.response, t.request, t.progress_description, t.progress_message, t.progress_percent, t.file_name,
  t.cancellation, t.attempt, t.failures, t.losses, t.parent_id`;

/** Approximate size in bytes of a row `r` of `batchline.task`, from the texts that may be long. */
export const TASK_BYTES = sql<number>`
  octet_length(r.context) + octet_length(r.result) + octet_length(r.description) + octet_length(r.response)
  + octet_length(r.request) + octet_length(r.progress_description) + 1000
  + coalesce((select octet_length(b.content) from batchline.binary_object b where b.id = r.parameter_object_id), 0)`;

/** Maps a row to a task. */
export function toTask(row: TaskRow): BatchTask {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    ownerId: row.owner_id,
    isInternal: row.is_internal,
    detailsTable: row.details_table,
    detailsRecord: row.details_record,
    parameters: row.parameters === null ? null : (JSON.parse(row.parameters) as Parameters),
    created: row.created,
    updated: row.updated,
    updatedCount: row.updated_count,
    lastStarted: row.last_started,
    startCount: row.start_count,
    context: row.context,
    result: row.result,
    resultMessage: row.result_message,
    state: storedStateOf(row.state),
    description: row.description,
    response: row.response,
    request: row.request,
    progressDescription: row.progress_description,
    progressMessage: row.progress_message,
    progressPercent: row.progress_percent,
    fileName: row.file_name,
    cancellation: cancellationOf(row.cancellation),
    attempt: row.attempt,
    failures: row.failures,
    losses: row.losses,
    parentId: row.parent_id,
  };
}

const HELD = sql.raw(ACTIVE_STATES.map((state) => TaskState[state]).join(', '));

/**
 * Matches active tasks (Aquired or Started), through the index `task_held`, which contains only those. The indexes of
 * lists exclude active tasks, so that claims and heartbeats don't write to them (docs/decisions/0021-held-tasks.md); a
 * list is the union of active and inactive tasks.
 */
export const IS_ACTIVE = sql<boolean>`t.state::int in (${HELD})`;

/** Matches inactive tasks, through the indexes of lists. */
export const IS_INACTIVE = sql<boolean>`t.state not in (${HELD})`;
