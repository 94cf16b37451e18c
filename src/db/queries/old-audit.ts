import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** How far a walk through the audit rows has come. */
export interface AuditStep {
  /** The id of the last row that was looked at; `undefined` where there is nothing old behind it. */
  readonly to: string | undefined;
  readonly removed: number;
}

/**
 * Looks at the next audit rows, by their ids, that were written before then, and removes those whose tasks are gone.
 *
 * @param from the id after which it looks
 */
export async function removeOldAudit(
  db: Kysely<Schema>,
  from: string,
  before: Date,
  limit: number,
): Promise<AuditStep> {
  const { rows } = await sql<{ id: string; at: Date; gone: boolean }>`
    select a.id, a.at, not exists (select 1 from batchline.task as t where t.id = a.task_id) as gone
    from batchline.task_audit as a where a.id > ${from} order by a.id limit ${limit}`.execute(db);
  const old = rows.filter((row) => row.at < before);
  const gone = old.filter((row) => row.gone).map((row) => row.id);
  if (gone.length > 0) {
    await sql`
      delete from batchline.task_audit
      where id in (select value::bigint from json_array_elements_text(${JSON.stringify(gone)}::text::json))`.execute(
      db,
    );
  }
  // Rows are written in the order of their ids, but for transactions that overlap.
  const isLast = old.length < rows.length || rows.length < limit;
  return { to: isLast ? undefined : rows.at(-1)?.id, removed: gone.length };
}
