import { type Kysely, sql } from 'kysely';
import { DatabaseUnfit } from '../postgres/database-errors.ts';
import type { Schema } from '../schema.ts';

/**
 * Checks that ids of events are taken one by one: where connections take them in blocks, they don't tell the order.
 *
 * @throws DatabaseUnfit where they don't
 */
export async function checkEventIds(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ cache: string | number }>`
    select cache_size as cache from pg_catalog.pg_sequences
    where schemaname = 'batchline' and sequencename = 'task_audit_id_seq'`.execute(db);
  const cache = Number(rows[0]?.cache ?? 1);
  if (cache !== 1)
    throw new DatabaseUnfit(
      `The sequence batchline.task_audit_id_seq hands out ${cache} numbers at a time, so that events would be told out of order; 1 is accepted. In YugabyteDB set ysql_sequence_cache_minval to 0 and then: alter sequence batchline.task_audit_id_seq cache 1`,
    );
}
