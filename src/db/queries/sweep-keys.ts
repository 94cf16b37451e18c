import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** Deletes keys that are older than a day, at most `limit`. Resolves to how many there were. */
export async function sweepKeys(db: Kysely<Schema>, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from batchline.idempotency_key
    where (associate_id, key) in (
      select associate_id, key from batchline.idempotency_key
      where created < now() - interval '1 day'
      order by created limit ${limit}
      for update skip locked
    )
    returning key`.execute(db);
  return rows.length;
}
