import { type Kysely, type Selectable, sql } from 'kysely';
import { ROLES, type Role, SCOPES, type Scope } from '../../core/access.ts';
import type { MessageData } from '../../core/message.ts';
import { type Channel, OCCASIONS, type Occasion } from '../../core/notification.ts';
import type { Schema, SubscriptionTable } from '../schema.ts';

/** The settings of a subscription. */
export interface SubscriptionSettings {
  readonly channel: Channel;
  /** The address: of e-mail, or a URL. */
  readonly target: string;
  readonly occasions: readonly Occasion[];
  /** Definitions, in lower case; empty for all. */
  readonly names: readonly string[];
  /** Limits it to tasks of the owner. */
  readonly own: boolean;
  /** Limits it to one task. */
  readonly taskId: number | null;
  /** Seconds after which a task that runs or waits is late; null without the occasion `Late`. */
  readonly lateSeconds: number | null;
  /** Threshold of the failure rate in percent; null compares it with the usual one. */
  readonly failurePercent: number | null;
  /** Length of the window of the failure rate; null without the occasion `FailureRate`. */
  readonly windowMinutes: number | null;
  /** Language and IANA time zone of its texts. */
  readonly language: string;
  readonly timeZone: string;
  readonly active: boolean;
}

/** A subscription: notifications about tasks by e-mail, chat or webhook. */
export interface Subscription extends SubscriptionSettings {
  readonly id: number;
  readonly ownerId: number;
  /** The tenant that its creator was restricted to. */
  readonly tenant: string | null;
  readonly scopes: readonly Scope[];
  /** Maximum roles; null for those of the owner. */
  readonly roles: readonly Role[] | null;
  /** Signs deliveries to a webhook, and the links to unsubscribe in e-mail; empty for the other channels. */
  readonly secret: string;
  /** Reason for which the server deactivated it; null if it did not. */
  readonly disabledReason: MessageData | null;
  readonly afterEvent: number;
  readonly created: Date;
  readonly updated: Date;
}

/** Inserts a subscription that reports the events after `afterEvent`. */
export async function insertSubscription(
  db: Kysely<Schema>,
  subscription: Omit<Subscription, 'id' | 'disabledReason' | 'created' | 'updated'>,
): Promise<Subscription> {
  const row = await db
    .insertInto('batchline.subscription')
    .values({
      owner_id: subscription.ownerId,
      tenant: subscription.tenant,
      scopes: [...subscription.scopes],
      roles: subscription.roles && [...subscription.roles],
      secret: subscription.secret,
      after_event: subscription.afterEvent,
      ...columnsOf(subscription),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toSubscription(row);
}

/** Counts the subscriptions of an owner. */
export async function countSubscriptions(db: Kysely<Schema>, ownerId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from batchline.subscription where owner_id = ${ownerId}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Returns the subscription with this id, or `undefined`. */
export async function getSubscription(db: Kysely<Schema>, id: number): Promise<Subscription | undefined> {
  const row = await db
    .selectFrom('batchline.subscription')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row && toSubscription(row);
}

/** Lists subscriptions by id, filtered by owner and activity. */
export async function listSubscriptions(
  db: Kysely<Schema>,
  filter: { readonly ownerId?: number | undefined; readonly active?: boolean | undefined } = {},
): Promise<Subscription[]> {
  let query = db.selectFrom('batchline.subscription').selectAll().orderBy('id');
  if (filter.ownerId !== undefined) query = query.where('owner_id', '=', filter.ownerId);
  if (filter.active !== undefined) query = query.where('active', '=', filter.active);
  return (await query.execute()).map(toSubscription);
}

/**
 * Updates a subscription.
 *
 * @param afterEvent if it becomes active: the last event that it does not report. Resets its count of failures.
 */
export async function updateSubscription(
  db: Kysely<Schema>,
  id: number,
  settings: SubscriptionSettings & Pick<Subscription, 'scopes' | 'roles' | 'tenant'>,
  afterEvent: number | undefined,
): Promise<Subscription | undefined> {
  const row = await db
    .updateTable('batchline.subscription')
    .set({
      ...columnsOf(settings),
      scopes: [...settings.scopes],
      roles: settings.roles && [...settings.roles],
      tenant: settings.tenant,
      ...(afterEvent === undefined
        ? {}
        : { after_event: afterEvent, dead_in_a_row: 0, disabled_reason: null, checked: sql<Date>`now()` }),
      updated: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row && toSubscription(row);
}

/** Deactivates a subscription for a reason. */
export async function endSubscription(db: Kysely<Schema>, id: number, reason: MessageData): Promise<void> {
  await sql`
    update batchline.subscription
    set active = false, disabled_reason = ${JSON.stringify(reason)}::text::jsonb, updated = now()
    where id = ${id}`.execute(db);
}

/** Deletes a subscription and its deliveries. */
export async function deleteSubscription(db: Kysely<Schema>, id: number): Promise<void> {
  await db.deleteFrom('batchline.subscription').where('id', '=', id).execute();
}

/** Deletes at most `limit` subscriptions to one task that ended `days` ago or was deleted. */
export async function pruneSubscriptions(db: Kysely<Schema>, days: number, limit: number): Promise<void> {
  await sql`
    delete from batchline.subscription where id in (
      select s.id from batchline.subscription as s left join batchline.task as t on t.id = s.task_id
      where s.task_id is not null
        and (t.id is null or t.state in (4, 5, 6) and t.updated < now() - ${days}::float8 * interval '1 day')
        and s.created < now() - ${days}::float8 * interval '1 day'
      limit ${limit}
    )`.execute(db);
}

function columnsOf(settings: SubscriptionSettings) {
  return {
    channel: settings.channel,
    target: settings.target,
    occasions: [...settings.occasions],
    names: [...settings.names],
    own: settings.own,
    task_id: settings.taskId,
    late_seconds: settings.lateSeconds,
    failure_percent: settings.failurePercent,
    window_minutes: settings.windowMinutes,
    language: settings.language,
    time_zone: settings.timeZone,
    active: settings.active,
  };
}

function toSubscription(row: Selectable<SubscriptionTable>): Subscription {
  return {
    id: row.id,
    ownerId: row.owner_id,
    tenant: row.tenant,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    roles: row.roles && ROLES.filter((role) => row.roles?.includes(role)),
    channel: row.channel,
    target: row.target,
    secret: row.secret,
    occasions: OCCASIONS.filter((occasion) => row.occasions.includes(occasion)),
    names: row.names,
    own: row.own,
    taskId: row.task_id,
    lateSeconds: row.late_seconds,
    failurePercent: row.failure_percent,
    windowMinutes: row.window_minutes,
    language: row.language,
    timeZone: row.time_zone,
    active: row.active,
    disabledReason: row.disabled_reason,
    afterEvent: Number(row.after_event),
    created: row.created,
    updated: row.updated,
  };
}
