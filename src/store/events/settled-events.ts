import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Backend } from '../backend.ts';
import type { Schema } from '../schema.ts';
import { auditWriters } from './audit-writers.ts';
import { closeGaps } from './close-gaps.ts';
import { readEvents, type TaskEvent } from './read-events.ts';

/** Events in the order of their ids, without one missing among them. */
export interface SettledEvents {
  readonly events: readonly TaskEvent[];
  /** Every event up to this id has been read; none will ever come below it. */
  readonly position: number;
  /** Whether there may be more at once. */
  readonly more: boolean;
}

/** Where events are read from. */
export interface EventSource {
  /** The database, or a transaction in it. */
  readonly sql: Kysely<Schema>;
  readonly backend: Backend;
}

const LONGEST_PAUSE_MS = 100;
/** Where the database doesn't tell who writes: how many ids before the last one may still come. */
const MOST_UNSETTLED = 10_000;

/**
 * Reads the events after a position. Ids are taken when rows are written and become visible when their
 * transactions commit, so that a smaller one may come after a larger one: where an id is missing, this waits until
 * the transactions that may still bring it have ended (docs/decisions/0013-order-of-events.md).
 *
 * @param limit of audit rows
 * @param signal ends the waiting with its reason
 */
export async function settledEvents(
  source: EventSource,
  after: number,
  limit: number,
  signal?: AbortSignal,
): Promise<SettledEvents> {
  const seen = await readEvents(source.sql, { after }, limit);
  const last = seen.ids.at(-1) ?? after;
  const complete = last - after === seen.ids.length;
  if (complete) return { events: seen.events, position: last, more: seen.ids.length === limit };
  await settle(source, after, last, signal);
  const settled = await readEvents(source.sql, { after, upTo: last }, limit);
  const cut = settled.ids.length === limit;
  return {
    events: settled.events,
    position: cut ? (settled.ids.at(-1) ?? last) : last,
    more: cut || seen.ids.length === limit,
  };
}

/** The id up to which every event is visible now, or never will be. */
export async function settledPosition(source: EventSource, signal?: AbortSignal): Promise<number> {
  const last = await lastEventId(source.sql);
  await settle(source, 0, last, signal);
  return last;
}

/** Resolves when no event can come any more in this range that is not there. */
async function settle(
  { sql: db, backend }: EventSource,
  after: number,
  last: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (backend.showsWriters) await presentWritersEnded(db, signal);
  else await closeGaps(db, Math.max(after, (await lastEventId(db)) - MOST_UNSETTLED), last, signal);
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
