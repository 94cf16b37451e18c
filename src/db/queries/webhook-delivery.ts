import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { type TraceContext, traceOfRow } from '../../core/tracing.ts';
import type { Schema, WebhookDeliveryTable } from '../schema.ts';

/** A delivery to a webhook. */
export interface Delivery {
  readonly id: number;
  readonly webhookId: number;
  /** The event; null for a test delivery. */
  readonly eventId: number | null;
  /** The request body, as JSON. */
  readonly body: string;
  readonly state: 'Waiting' | 'Delivered' | 'Dead';
  readonly tries: number;
  readonly nextTry: Date;
  readonly created: Date;
  readonly ended: Date | null;
  /** HTTP status of the last response; null if there was none. */
  readonly status: number | null;
  /** Beginning of the last response. */
  readonly answer: string;
  /** Error of the last attempt. */
  readonly error: string;
}

/** A delivery to insert. */
export interface NewDelivery extends Pick<Delivery, 'webhookId' | 'eventId' | 'body'> {
  /** Trace context of the event's task. */
  readonly trace?: TraceContext | null;
}

/** Inserts deliveries that are due now. Skips events that the webhook has a delivery for already. */
export async function insertDeliveries(
  db: Kysely<Schema>,
  deliveries: readonly NewDelivery[],
): Promise<Delivery[]> {
  if (deliveries.length === 0) return [];
  const rows = await db
    .insertInto('batchline.webhook_delivery')
    .values(
      deliveries.map((one) => ({
        webhook_id: one.webhookId,
        event_id: one.eventId,
        body: one.body,
        traceparent: one.trace?.traceparent ?? null,
        tracestate: one.trace?.tracestate ?? null,
      })),
    )
    .onConflict((oc) => oc.columns(['webhook_id', 'event_id']).doNothing())
    .returningAll()
    .execute();
  return rows.map(toDelivery);
}

/** Lists the deliveries of a webhook, newest first, before `beforeId`. */
export async function listDeliveries(
  db: Kysely<Schema>,
  webhookId: number,
  filter: { readonly state?: Delivery['state'] | undefined; readonly beforeId?: number | undefined },
  limit: number,
): Promise<Delivery[]> {
  let query = db
    .selectFrom('batchline.webhook_delivery')
    .selectAll()
    .where('webhook_id', '=', webhookId)
    .orderBy('id', 'desc')
    .limit(limit);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.beforeId !== undefined) query = query.where('id', '<', String(filter.beforeId));
  return (await query.execute()).map(toDelivery);
}

/** Returns a delivery of a webhook, or `undefined`. */
export async function getDelivery(
  db: Kysely<Schema>,
  webhookId: number,
  id: number,
): Promise<Delivery | undefined> {
  const row = await db
    .selectFrom('batchline.webhook_delivery')
    .selectAll()
    .where('id', '=', String(id))
    .where('webhook_id', '=', webhookId)
    .executeTakeFirst();
  return row && toDelivery(row);
}

/** Deletes the pending deliveries of a webhook. */
export async function deleteWaitingDeliveries(db: Kysely<Schema>, webhookId: number): Promise<void> {
  await db
    .deleteFrom('batchline.webhook_delivery')
    .where('webhook_id', '=', webhookId)
    .where('state', '=', 'Waiting')
    .execute();
}

/** Makes a delivery due again with all its attempts. Returns `undefined` if the webhook has no such delivery. */
export async function redeliver(
  db: Kysely<Schema>,
  webhookId: number,
  id: number,
): Promise<Delivery | undefined> {
  const row = await db
    .updateTable('batchline.webhook_delivery')
    .set({ state: 'Waiting', tries: 0, next_try: sql<Date>`now()`, ended: null })
    .where('id', '=', String(id))
    .where('webhook_id', '=', webhookId)
    .returningAll()
    .executeTakeFirst();
  return row && toDelivery(row);
}

/** A claimed delivery with its target. */
export interface DueDelivery {
  readonly id: number;
  readonly webhookId: number;
  readonly body: string;
  /** Number of attempts, including this one. It is the fencing token of the attempt. */
  readonly tries: number;
  readonly url: string;
  readonly secret: string;
  /** The webhook's tenant; empty if it has none. */
  readonly tenant: string;
  /** Scheme, host and port of the address. */
  readonly origin: string;
  /** Trace context of the event's task; null if it has none. */
  readonly trace: TraceContext | null;
}

/** Deliveries of a tenant to a server that this process is sending, and their limit. */
export interface TargetLoad {
  readonly tenant: string;
  readonly origin: string;
  readonly busy: number;
  readonly max: number;
}

/** Limits of a claim. */
export interface ClaimLimits {
  /** Maximum number of deliveries. */
  readonly limit: number;
  /** Maximum number for one tenant, including those in flight. */
  readonly perTenant: number;
  /** Maximum number for one tenant and server, unless its `TargetLoad` has another. */
  readonly perTarget: number;
}

/** Scheme, host and port of the address of webhook `w`. */
const origin = sql`substring(w.url from '^[a-z]+://[^/?#]*')`;

/**
 * Claims due deliveries for this process. Without an outcome they are due again after `leaseSeconds`. Tenants with fewer
 * deliveries in flight come first.
 *
 * @param loads targets with deliveries in flight or with their own limit
 */
export async function claimDeliveries(
  db: Kysely<Schema>,
  loads: readonly TargetLoad[],
  { limit, perTenant, perTarget }: ClaimLimits,
  leaseSeconds: number,
): Promise<DueDelivery[]> {
  const { rows } = await sql<{
    id: string | number;
    webhook_id: number;
    body: string;
    tries: number;
    url: string;
    secret: string;
    tenant: string;
    origin: string;
    traceparent: string | null;
    tracestate: string | null;
  }>`
    with load as (
      select * from json_to_recordset(${JSON.stringify(loads)}::text::json) as l (tenant text, origin text, busy int, max int)
    ), hook as (
      select w.id, coalesce(w.tenant, '') as tenant, ${origin} as origin from batchline.webhook as w where w.active
    ), candidate as (
      select d.id, d.next_try, h.tenant, coalesce(l.busy, 0) as busy, coalesce(l.max, ${perTarget}::int) as max,
        row_number() over (partition by h.tenant, h.origin order by d.next_try, d.id) as position
      from hook as h
      left join load as l on l.tenant = h.tenant and l.origin = h.origin
      cross join lateral (
        select id, next_try from batchline.webhook_delivery
        where webhook_id = h.id and state = 'Waiting' and next_try <= now()
        order by next_try, id limit ${perTarget}::int
      ) as d
    ), turn as (
      select id, next_try,
        row_number() over (partition by tenant order by next_try, id)
          + coalesce((select sum(busy) from load where load.tenant = candidate.tenant), 0) as turn
      from candidate where position + busy <= max
    ), taken as (
      select id from batchline.webhook_delivery where state = 'Waiting' and next_try <= now() and id in (
        select id from turn where turn <= ${perTenant}::int order by turn, next_try, id limit ${limit}::int
      )
      for update skip locked
    )
    update batchline.webhook_delivery as d set
      tries = d.tries + 1,
      next_try = now() + ${leaseSeconds}::float8 * interval '1 second'
    from batchline.webhook as w
    where w.id = d.webhook_id and d.id in (select id from taken)
    returning d.id, d.webhook_id, d.body, d.tries, w.url, w.secret, coalesce(w.tenant, '') as tenant,
      ${origin} as origin, d.traceparent, d.tracestate`.execute(db);
  return rows.map((row) => ({
    id: Number(row.id),
    webhookId: row.webhook_id,
    body: row.body,
    tries: row.tries,
    url: row.url,
    secret: row.secret,
    tenant: row.tenant,
    origin: row.origin,
    trace: traceOfRow(row),
  }));
}

/** The outcome of an attempt. */
export interface TryResult {
  readonly state: Delivery['state'];
  /** Seconds until the next attempt, if there is one. */
  readonly delaySeconds: number;
  readonly status: number | null;
  readonly answer: string;
  readonly error: string;
}

/** Records the outcome of an attempt. Returns false if another process has claimed the delivery meanwhile. */
export async function recordTry(
  db: Kysely<Schema>,
  { id, tries }: DueDelivery,
  result: TryResult,
): Promise<boolean> {
  const { rows } = await sql`
    update batchline.webhook_delivery set
      state = ${result.state},
      next_try = now() + ${result.delaySeconds}::float8 * interval '1 second',
      ended = case when ${result.state} = 'Waiting' then null else now() end,
      status = ${result.status}, answer = ${result.answer}, error = ${result.error}
    where id = ${id} and tries = ${tries} and state = 'Waiting'
    returning id`.execute(db);
  return rows.length === 1;
}

/** Deletes at most `limit` deliveries that ended before the last `days`. */
export async function pruneDeliveries(db: Kysely<Schema>, days: number, limit: number): Promise<void> {
  await sql`
    delete from batchline.webhook_delivery where id in (
      select id from batchline.webhook_delivery
      where ended < now() - ${days}::float8 * interval '1 day'
      limit ${limit}
    )`.execute(db);
}

/**
 * Locks the cursor: the id of the last event for which deliveries have been inserted.
 *
 * @returns `undefined` if another process has locked it
 */
export async function lockCursor(trx: Transaction<Schema>): Promise<number | undefined> {
  const { rows } = await sql<{ position: string | number }>`
    select position from batchline.webhook_cursor where id = 1 for update skip locked`.execute(trx);
  return rows[0] && Number(rows[0].position);
}

/** Sets the cursor. */
export async function advanceCursor(trx: Transaction<Schema>, position: number): Promise<void> {
  await sql`update batchline.webhook_cursor set position = ${position} where id = 1`.execute(trx);
}

function toDelivery(row: Selectable<WebhookDeliveryTable>): Delivery {
  return {
    id: Number(row.id),
    webhookId: row.webhook_id,
    eventId: row.event_id === null ? null : Number(row.event_id),
    body: row.body,
    state: row.state,
    tries: row.tries,
    nextTry: row.next_try,
    created: row.created,
    ended: row.ended,
    status: row.status,
    answer: row.answer,
    error: row.error,
  };
}
