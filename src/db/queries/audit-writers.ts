import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/**
 * The transactions under way that have written, or are about to write, audit rows. An INSERT locks the table in
 * this mode before it takes its id, and lets go of it only after its rows are visible to everybody.
 */
export async function auditWriters(db: Kysely<Schema>): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ writer: string }>`
    select l.virtualtransaction as writer from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
      and l.relation = 'batchline.task_audit'::regclass
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())`.execute(
    db,
  );
  return new Set(rows.map((row) => row.writer));
}
