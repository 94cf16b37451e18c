import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** How often, and how far apart, missing ids are looked for before they are given up. */
const LOOKS = 4;
const PAUSE_MS = 40;

/**
 * Makes sure that no event will come in a range of ids that is not there now: for databases that don't tell who
 * writes. An id that stays missing is taken by a row that tells nothing. Where a transaction under way has that id,
 * the database makes this wait for its end; where one takes it later, that transaction fails on the key and is
 * done again under another id (`isWorthRetrying`).
 *
 * @param after the range begins after this id
 * @param upTo its last id
 */
export async function closeGaps(
  db: Kysely<Schema>,
  after: number,
  upTo: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let missing = await missingIds(db, after, upTo);
  for (let look = 1; missing.length > 0 && look < LOOKS; look++) {
    await delay(PAUSE_MS, undefined, { signal });
    missing = await missingIds(db, after, upTo);
  }
  if (missing.length === 0) return;
  await sql`
    insert into batchline.task_audit (id, task_id, tenant, at, actor_id, from_state, to_state, attempt, reason)
    select d.value::bigint, 0, '', '1970-01-01T00:00:00Z'::timestamptz, 0, 0, 0, 0, ''
    from json_array_elements_text(${JSON.stringify(missing)}::text::json) as d
    on conflict (id) do nothing`.execute(db);
}

async function missingIds(db: Kysely<Schema>, after: number, upTo: number): Promise<number[]> {
  const { rows } = await sql<{ id: string | number }>`
    select a.id from batchline.task_audit as a where a.id > ${after} and a.id <= ${upTo}`.execute(db);
  const present = new Set(rows.map((row) => Number(row.id)));
  const missing: number[] = [];
  for (let id = after + 1; id <= upTo; id++) if (!present.has(id)) missing.push(id);
  return missing;
}
