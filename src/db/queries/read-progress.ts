import { type Kysely, sql } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import { type StoredState, storedStateOf } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** The progress of a task as it is now. */
export interface TaskProgress {
  readonly taskId: number;
  readonly tenant: string;
  readonly ownerId: number;
  /** The definition's name. */
  readonly name: string;
  readonly at: Date;
  readonly state: StoredState;
  /** 0 to 100 */
  readonly percent: number;
  readonly text: string;
  readonly textMessage: MessageData | null;
}

/** The progress of these tasks; of internal ones nothing is told. */
export async function readProgress(db: Kysely<Schema>, ids: readonly number[]): Promise<TaskProgress[]> {
  const { rows } = await sql<{
    id: number;
    tenant: string;
    owner_id: number;
    name: string;
    updated: Date;
    state: number;
    progress_percent: number;
    progress_description: string;
    progress_message: MessageData | null;
  }>`
    select t.id, t.tenant, t.owner_id, t.name, t.updated, t.state,
      t.progress_percent, t.progress_description, t.progress_message
    from batchline.task as t
    where not t.is_internal and t.id in (
      select value::int from json_array_elements_text(${JSON.stringify(ids)}::text::json)
    )
    order by t.id`.execute(db);
  return rows.map((row) => ({
    taskId: row.id,
    tenant: row.tenant,
    ownerId: row.owner_id,
    name: row.name,
    at: row.updated,
    state: storedStateOf(row.state),
    percent: row.progress_percent,
    text: row.progress_description,
    textMessage: row.progress_message,
  }));
}
