import { type Kysely, sql } from 'kysely';
import { messageOf, plainOf, type Text } from '../../core/message.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** A sign of life of a run, with its latest progress where that has changed. */
export interface SignOfLife {
  readonly taskId: number;
  readonly attempt: number;
  readonly leaseSeconds: number;
  readonly progressPercent: number | null;
  readonly progressDescription: Text | null;
}

/** A run that still holds its task. */
export interface StillHeld {
  readonly taskId: number;
  readonly attempt: number;
  /** Who has asked to stop it and when, in words; null where nobody has. */
  readonly stopNote: string | null;
}

/**
 * Renews the leases of runs and writes their progress, in one statement (the heartbeat of table 243:
 * `updated` and `updatedCount`).
 *
 * @returns the runs that still hold their tasks; the others are lost and must end
 */
export async function renewLeases(db: Kysely<Schema>, signs: readonly SignOfLife[]): Promise<StillHeld[]> {
  const rows = signs.map((sign) => ({
    id: sign.taskId,
    attempt: sign.attempt,
    lease: sign.leaseSeconds,
    percent: sign.progressPercent,
    progress: plainOf(sign.progressDescription),
    message: messageOf(sign.progressDescription),
  }));
  const held = await sql<{ id: number; attempt: number; stop_note: string | null }>`
    update batchline.task as t set
      lease_until = now() + d.lease * interval '1 second',
      progress_percent = coalesce(d.percent, t.progress_percent),
      progress_description = coalesce(d.progress, t.progress_description),
      progress_message = case when d.progress is null then t.progress_message else d.message end,
      updated = now(), updated_by = 0, updated_count = t.updated_count + 1
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (
      id int, attempt int, lease int, percent smallint, progress text, message jsonb
    )
    where t.id = d.id and t.attempt = d.attempt and t.state = ${TaskState.Started}
    returning t.id, t.attempt, t.stop_note`.execute(db);
  return held.rows.map((row) => ({ taskId: row.id, attempt: row.attempt, stopNote: row.stop_note }));
}
