import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { readEvents, type TaskEvent } from './event.ts';

/**
 * The transactions under way that have written, or are about to write, audit rows. An INSERT locks the table in
 * this mode before it takes its id, and lets go of it only after its rows are visible to everybody.
 */
async function auditWriters(db: Kysely<Schema>): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ writer: string }>`
    select l.virtualtransaction as writer from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
      and l.relation = 'batchline.task_audit'::regclass
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())`.execute(
    db,
  );
  return new Set(rows.map((row) => row.writer));
}

/** Events in the order of their ids, without one missing among them. */
export interface SettledEvents {
  readonly events: readonly TaskEvent[];
  /** Every event up to this id has been read; none will ever come below it. */
  readonly position: number;
  /** Whether there may be more at once. */
  readonly more: boolean;
}

const LONGEST_PAUSE_MS = 100;

/**
 * Reads the events after a position. Ids are taken when rows are written and become visible when their
 * transactions commit, so that a smaller one may come after a larger one: where an id is missing, this waits until
 * the transactions that may still bring it have ended (docs/decisions/0013-order-of-events.md).
 *
 * @param limit of audit rows
 * @param signal ends the waiting with its reason
 */
export async function settledEvents(
  db: Kysely<Schema>,
  after: number,
  limit: number,
  signal?: AbortSignal,
): Promise<SettledEvents> {
  const seen = await readEvents(db, { after }, limit);
  const last = seen.ids.at(-1) ?? after;
  const complete = last - after === seen.ids.length;
  if (complete) return { events: seen.events, position: last, more: seen.ids.length === limit };
  await presentWritersEnded(db, signal);
  const settled = await readEvents(db, { after, upTo: last }, limit);
  const cut = settled.ids.length === limit;
  return {
    events: settled.events,
    position: cut ? (settled.ids.at(-1) ?? last) : last,
    more: cut || seen.ids.length === limit,
  };
}

/** The id up to which every event is visible now, or never will be. */
export async function settledPosition(db: Kysely<Schema>, signal?: AbortSignal): Promise<number> {
  const last = await lastEventId(db);
  await presentWritersEnded(db, signal);
  return last;
}

/** The largest id that is visible. */
export async function lastEventId(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ id: string | number | null }>`
    select max(id) as id from batchline.task_audit`.execute(db);
  return Number(rows[0]?.id ?? 0);
}

/** Resolves when the transactions that write audit rows now have ended; later ones take larger ids. */
async function presentWritersEnded(db: Kysely<Schema>, signal: AbortSignal | undefined): Promise<void> {
  const present = await auditWriters(db);
  let going = present.size > 0;
  for (let pause = 2; going; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    await delay(pause, undefined, { signal });
    const now = await auditWriters(db);
    going = [...present].some((writer) => now.has(writer));
  }
}
