import { type Kysely, type RawBuilder, type Selectable, sql, type Transaction } from 'kysely';
import type { Channel } from '../../core/notification.ts';
import { type TraceContext, traceOfRow } from '../../core/tracing.ts';
import type { Schema, WebhookDeliveryTable } from '../schema.ts';

/** The owner of a delivery. */
export interface Recipient {
  readonly kind: 'webhook' | 'subscription';
  readonly id: number;
}

/** A delivery to a webhook, or of a subscription. */
export interface Delivery {
  readonly id: number;
  readonly recipient: Recipient;
  /** The event; null for a test delivery, and for one of a subscription. */
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
  /** Duration of the last attempt in milliseconds; null before it, and if an earlier release made it. */
  readonly durationMs: number | null;
}

/** A delivery to a webhook to insert. */
export interface NewDelivery extends Pick<Delivery, 'eventId' | 'body'> {
  readonly webhookId: number;
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

/** The column of the deliveries of a webhook or subscription. */
function columnOf({ kind }: Recipient): 'webhook_id' | 'subscription_id' {
  return kind === 'webhook' ? 'webhook_id' : 'subscription_id';
}

/** Lists the deliveries of a webhook or subscription, newest first, before `beforeId`. */
export async function listDeliveries(
  db: Kysely<Schema>,
  recipient: Recipient,
  filter: { readonly state?: Delivery['state'] | undefined; readonly beforeId?: number | undefined },
  limit: number,
): Promise<Delivery[]> {
  let query = db
    .selectFrom('batchline.webhook_delivery')
    .selectAll()
    .where(columnOf(recipient), '=', recipient.id)
    .orderBy('id', 'desc')
    .limit(limit);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.beforeId !== undefined) query = query.where('id', '<', String(filter.beforeId));
  return (await query.execute()).map(toDelivery);
}

/** Returns a delivery of a webhook or subscription, or `undefined`. */
export async function getDelivery(
  db: Kysely<Schema>,
  recipient: Recipient,
  id: number,
): Promise<Delivery | undefined> {
  const row = await db
    .selectFrom('batchline.webhook_delivery')
    .selectAll()
    .where('id', '=', String(id))
    .where(columnOf(recipient), '=', recipient.id)
    .executeTakeFirst();
  return row && toDelivery(row);
}

/** Deletes the pending deliveries of a webhook or subscription. */
export async function deleteWaitingDeliveries(db: Kysely<Schema>, recipient: Recipient): Promise<void> {
  await db
    .deleteFrom('batchline.webhook_delivery')
    .where(columnOf(recipient), '=', recipient.id)
    .where('state', '=', 'Waiting')
    .execute();
}

/** Makes a delivery due again with all its attempts. Returns `undefined` if its recipient has no such delivery. */
export async function redeliver(
  db: Kysely<Schema>,
  recipient: Recipient,
  id: number,
): Promise<Delivery | undefined> {
  const row = await db
    .updateTable('batchline.webhook_delivery')
    .set({ state: 'Waiting', tries: 0, next_try: sql<Date>`now()`, ended: null })
    .where('id', '=', String(id))
    .where(columnOf(recipient), '=', recipient.id)
    .returningAll()
    .executeTakeFirst();
  return row && toDelivery(row);
}

/** Where and how a delivery is sent. */
export interface DeliveryTarget {
  /** The channel of a subscription; null for a webhook that receives events. */
  readonly channel: Channel | null;
  /** A URL, or an address of e-mail. */
  readonly url: string;
  /** Signs the body; empty if the channel has no signature. */
  readonly secret: string;
  /** Language of the texts. */
  readonly language: string;
  /** Time zone of the texts, by its IANA name. */
  readonly timeZone: string;
}

/** A claimed delivery with its target. */
export interface DueDelivery extends DeliveryTarget {
  readonly id: number;
  readonly recipient: Recipient;
  readonly body: string;
  readonly created: Date;
  /** Number of attempts, including this one. It is the fencing token of the attempt. */
  readonly tries: number;
  /** The tenant of the webhook or subscription; empty if it has none. */
  readonly tenant: string;
  /** Scheme, host and port of the address; `smtp:` for e-mail. */
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

/** Scheme, host and port of an address. */
const originOf = (address: RawBuilder<unknown>): RawBuilder<string> =>
  sql`substring(${address} from '^[a-z]+://[^/?#]*')`;

/** The server of subscription `s`. All e-mail is sent through one server. */
const subscriptionOrigin = sql<string>`
  case when s.channel = 'Email' then 'smtp:' else coalesce(${originOf(sql`s.target`)}, '') end`;

/**
 * Claims due deliveries for this process. Without an outcome they are due again after `leaseSeconds`. Tenants with fewer
 * deliveries in flight come first. Of a subscription, only the oldest pending delivery is claimed: later notifications are
 * added to the next one until then, so that an outage is not followed by many messages.
 *
 * @param loads targets with deliveries in flight or with their own limit
 */
export async function claimDeliveries(
  db: Kysely<Schema>,
  loads: readonly TargetLoad[],
  { limit, perTenant, perTarget }: ClaimLimits,
  leaseSeconds: number,
): Promise<DueDelivery[]> {
  const { rows } = await sql<DueRow>`
    with load as (
      select * from json_to_recordset(${JSON.stringify(loads)}::text::json) as l (tenant text, origin text, busy int, max int)
    ), target as (
      select w.id as webhook_id, null::int as subscription_id, coalesce(w.tenant, '') as tenant,
        ${originOf(sql`w.url`)} as origin
      from batchline.webhook as w where w.active
      union all
      select null, s.id, coalesce(s.tenant, ''), ${subscriptionOrigin} from batchline.subscription as s where s.active
    ), candidate as (
      select d.id, d.next_try, h.tenant, coalesce(l.busy, 0) as busy, coalesce(l.max, ${perTarget}::int) as max,
        row_number() over (partition by h.tenant, h.origin order by d.next_try, d.id) as position
      from target as h
      left join load as l on l.tenant = h.tenant and l.origin = h.origin
      cross join lateral (
        (
          select id, next_try from batchline.webhook_delivery
          where webhook_id = h.webhook_id and state = 'Waiting' and next_try <= now()
          order by next_try, id limit ${perTarget}::int
        ) union all (
          select id, next_try from (
            select id, next_try from batchline.webhook_delivery
            where subscription_id = h.subscription_id and state = 'Waiting'
            order by id limit 1
          ) as oldest where next_try <= now()
        )
      ) as d
    ), turn as (
      select id, next_try,
        row_number() over (partition by tenant order by next_try, id)
          + coalesce((select sum(busy) from load where load.tenant = candidate.tenant), 0) as turn
      from candidate where position + busy <= max
    ), taken as (
      select id, webhook_id, subscription_id from batchline.webhook_delivery
      where state = 'Waiting' and next_try <= now() and id in (
        select id from turn where turn <= ${perTenant}::int order by turn, next_try, id limit ${limit}::int
      )
      for update skip locked
    )
    update batchline.webhook_delivery as d set
      tries = d.tries + 1,
      next_try = now() + ${leaseSeconds}::float8 * interval '1 second'
    from taken
      left join batchline.webhook as w on w.id = taken.webhook_id
      left join batchline.subscription as s on s.id = taken.subscription_id
    where d.id = taken.id
    returning d.id, d.webhook_id, d.subscription_id, d.body, d.created, d.tries, s.channel,
      coalesce(w.url, s.target) as url, coalesce(w.secret, s.secret) as secret,
      coalesce(w.tenant, s.tenant, '') as tenant,
      case when w.id is null then ${subscriptionOrigin} else ${originOf(sql`w.url`)} end as origin,
      coalesce(s.language, '') as language, coalesce(s.time_zone, '') as "timeZone",
      d.traceparent, d.tracestate`.execute(db);
  return rows.map(({ webhook_id, subscription_id, traceparent, tracestate, ...row }) => ({
    ...row,
    id: Number(row.id),
    recipient: recipientOf({ webhook_id, subscription_id }),
    trace: traceOfRow({ traceparent, tracestate }),
  }));
}

interface DueRow extends DeliveryTarget {
  readonly id: string | number;
  readonly webhook_id: number | null;
  readonly subscription_id: number | null;
  readonly body: string;
  readonly created: Date;
  readonly tries: number;
  readonly tenant: string;
  readonly origin: string;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/** The outcome of an attempt. */
export interface TryResult {
  readonly state: Delivery['state'];
  /** Seconds until the next attempt, if there is one. */
  readonly delaySeconds: number;
  readonly status: number | null;
  readonly answer: string;
  readonly error: string;
  /** True if the server failed: no response, a failure of its own, or rate limiting. */
  readonly isServerFault: boolean;
}

/** Records the outcome of an attempt. Returns false if another process has claimed the delivery meanwhile. */
export async function recordTry(
  db: Kysely<Schema>,
  { id, tries }: DueDelivery,
  result: TryResult,
  durationMs: number,
): Promise<boolean> {
  const { rows } = await sql`
    update batchline.webhook_delivery set
      state = ${result.state},
      next_try = now() + ${result.delaySeconds}::float8 * interval '1 second',
      ended = ${result.state === 'Waiting' ? null : sql`now()`},
      status = ${result.status}, answer = ${result.answer}, error = ${result.error},
      duration_ms = ${Math.round(durationMs)}::int
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

/** The ids of the cursors of webhooks and subscriptions. */
const CURSORS = { webhook: 1, subscription: 2 } as const;

/**
 * Locks a cursor: the id of the last event for which deliveries have been inserted.
 *
 * @returns `undefined` if another process has locked it
 */
export async function lockCursor(
  trx: Transaction<Schema>,
  kind: Recipient['kind'],
): Promise<number | undefined> {
  const { rows } = await sql<{ position: string | number }>`
    select position from batchline.webhook_cursor where id = ${CURSORS[kind]} for update skip locked`.execute(
    trx,
  );
  return rows[0] && Number(rows[0].position);
}

/** Sets a cursor. */
export async function advanceCursor(
  trx: Transaction<Schema>,
  kind: Recipient['kind'],
  position: number,
): Promise<void> {
  await sql`update batchline.webhook_cursor set position = ${position} where id = ${CURSORS[kind]}`.execute(
    trx,
  );
}

function recipientOf({
  webhook_id,
  subscription_id,
}: Pick<Selectable<WebhookDeliveryTable>, 'webhook_id' | 'subscription_id'>): Recipient {
  return subscription_id === null
    ? { kind: 'webhook', id: webhook_id ?? 0 }
    : { kind: 'subscription', id: subscription_id };
}

/** Maps a row to a delivery. */
export function toDelivery(row: Selectable<WebhookDeliveryTable>): Delivery {
  return {
    id: Number(row.id),
    recipient: recipientOf(row),
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
    durationMs: row.duration_ms,
  };
}
