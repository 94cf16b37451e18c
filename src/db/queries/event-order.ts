import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { readEvents, type TaskEvent } from './event.ts';

/**
 * Returns the open transactions that have inserted audit rows or are about to. An INSERT takes this table lock before it
 * draws an id, and releases it after its rows are visible to all.
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

/** A gapless sequence of events in the order of their ids. */
export interface SettledEvents {
  readonly events: readonly TaskEvent[];
  /** All events up to this id have been read; none will appear below it. */
  readonly position: number;
  /** True if more events may be available at once. */
  readonly more: boolean;
}

const MAX_POLL_MS = 100;

/**
 * Reads the events after a position. Ids are drawn at the insert but become visible at the commit, so a smaller id may
 * appear after a larger one. If there is a gap, this waits until the transactions that may fill it have ended
 * (docs/decisions/0013-order-of-events.md).
 *
 * @param limit maximum number of audit rows
 * @param signal aborts the wait
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
  await waitForWriters(db, signal);
  const settled = await readEvents(db, { after, upTo: last }, limit);
  const cut = settled.ids.length === limit;
  return {
    events: settled.events,
    position: cut ? (settled.ids.at(-1) ?? last) : last,
    more: cut || seen.ids.length === limit,
  };
}

/** Returns the id up to which no further event will become visible. */
export async function settledPosition(db: Kysely<Schema>, signal?: AbortSignal): Promise<number> {
  const last = await lastEventId(db);
  await waitForWriters(db, signal);
  return last;
}

/** Returns the largest visible id. */
export async function lastEventId(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ id: string | number | null }>`
    select max(id) as id from batchline.task_audit`.execute(db);
  return Number(rows[0]?.id ?? 0);
}

/** Waits until the open transactions that write audit rows have ended; later ones draw larger ids. */
async function waitForWriters(db: Kysely<Schema>, signal: AbortSignal | undefined): Promise<void> {
  const writers = await auditWriters(db);
  let pending = writers.size > 0;
  for (let pause = 2; pending; pause = Math.min(pause * 2, MAX_POLL_MS)) {
    await delay(pause, undefined, { signal });
    const now = await auditWriters(db);
    pending = [...writers].some((writer) => now.has(writer));
  }
}
