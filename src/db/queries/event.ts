import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import { type StoredState, storedStateOf } from '../../core/task-state.ts';
import { type TraceContext, traceOfRow } from '../../core/tracing.ts';
import type { Schema } from '../schema.ts';
import { AUDIT_COLUMNS, type AuditEntry, type AuditRow, JOIN_DELETED_TASK, toAuditEntry } from './audit.ts';

/** A change of a task's state: an audit entry with the task's tenant, owner and definition. */
export interface TaskEvent extends AuditEntry {
  /** Id of the audit row; later events have larger ids. */
  readonly id: number;
  readonly taskId: number;
  readonly tenant: string;
  readonly ownerId: number;
  /** The definition's name. */
  readonly name: string;
  /** Trace context of the start of the task; null if it has none or the task is deleted. */
  readonly trace: TraceContext | null;
}

/** Audit rows in a range of ids. */
export interface EventRows {
  /** The ids of all rows, in order. */
  readonly ids: readonly number[];
  /** The events; rows of internal tasks are not events. */
  readonly events: readonly TaskEvent[];
}

/** A range of event ids: greater than `after`, up to and including `upTo`. */
export interface EventRange {
  readonly after: number;
  readonly upTo?: number | undefined;
  readonly taskId?: number | undefined;
}

/** Reads the visible events by id. Events of concurrent transactions may appear between them later; see `settledEvents`. */
export async function readEvents(db: Kysely<Schema>, range: EventRange, limit: number): Promise<EventRows> {
  const conditions: RawBuilder<unknown>[] = [sql`a.id > ${range.after}`];
  if (range.upTo !== undefined) conditions.push(sql`a.id <= ${range.upTo}`);
  if (range.taskId !== undefined) conditions.push(sql`a.task_id = ${range.taskId}`);
  const { rows } = await sql<EventRow>`
    select a.id, a.task_id, a.tenant, coalesce(t.owner_id, a.owner_id, d.owner_id) as owner_id,
      coalesce(t.name, a.name, d.name) as name, ${AUDIT_COLUMNS}, t.traceparent, t.tracestate
    from batchline.task_audit as a
    left join batchline.task as t on t.id = a.task_id and not t.is_internal
    ${JOIN_DELETED_TASK}
    where ${sql.join(conditions, sql` and `)}
    order by a.id
    limit ${limit}`.execute(db);
  return {
    ids: rows.map((row) => Number(row.id)),
    events: rows.flatMap((row) =>
      row.owner_id === null || row.name === null ? [] : toEvent(row, row.owner_id, row.name),
    ),
  };
}

interface EventRow extends AuditRow {
  readonly id: string | number;
  readonly task_id: number;
  readonly tenant: string;
  readonly owner_id: number | null;
  readonly name: string | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

function toEvent(row: EventRow, ownerId: number, name: string): TaskEvent {
  const { task_id: taskId, tenant } = row;
  return { id: Number(row.id), taskId, tenant, ownerId, name, trace: traceOfRow(row), ...toAuditEntry(row) };
}

/** The current progress of a task. */
export interface TaskProgress {
  readonly taskId: number;
  readonly tenant: string;
  readonly ownerId: number;
  /** The definition's name. */
  readonly name: string;
  readonly at: Date;
  readonly state: StoredState;
  /** 0 to 100 */
  readonly percent: number;
  readonly text: string;
  readonly textMessage: MessageData | null;
}

/** Reads the progress of these tasks, without internal ones. */
export async function readProgress(db: Kysely<Schema>, ids: readonly number[]): Promise<TaskProgress[]> {
  const { rows } = await sql<{
    id: number;
    tenant: string;
    owner_id: number;
    name: string;
    updated: Date;
    state: number;
    progress_percent: number;
    progress_description: string;
    progress_message: MessageData | null;
  }>`
    select t.id, t.tenant, t.owner_id, t.name, t.updated, t.state,
      t.progress_percent, t.progress_description, t.progress_message
    from batchline.task as t
    where not t.is_internal and t.id in (
      select value::int from json_array_elements_text(${JSON.stringify(ids)}::text::json)
    )
    order by t.id`.execute(db);
  return rows.map((row) => ({
    taskId: row.id,
    tenant: row.tenant,
    ownerId: row.owner_id,
    name: row.name,
    at: row.updated,
    state: storedStateOf(row.state),
    percent: row.progress_percent,
    text: row.progress_description,
    textMessage: row.progress_message,
  }));
}

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
