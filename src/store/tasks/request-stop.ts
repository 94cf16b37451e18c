import type { Transaction } from 'kysely';
import { sql } from 'kysely';
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
  note: string,
): Promise<void> {
  await sql`
    update batchline.task set
      stop_note = coalesce(stop_note, ${note}),
      updated = now(), updated_by = ${actorId}, updated_count = updated_count + 1
    where id = ${id}`.execute(trx);
}
