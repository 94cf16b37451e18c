import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import { inEnglish, type Message } from '../../core/message.ts';
import type { Schema } from '../schema.ts';

/**
 * Notes that a running task is to be stopped. The run ends it; where the run is gone, the maintenance does.
 *
 * @param note who asks and when, in words; the first one counts
 */
export async function requestStop(
  trx: Transaction<Schema>,
  id: number,
  actorId: number,
  note: Message,
): Promise<void> {
  await sql`
    update batchline.task set
      stop_message = case when stop_note is null then ${JSON.stringify(note)}::text::jsonb else stop_message end,
      stop_note = coalesce(stop_note, ${inEnglish(note)}),
      updated = now(), updated_by = ${actorId}, updated_count = updated_count + 1
    where id = ${id}`.execute(trx);
}
