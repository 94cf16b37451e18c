import { type Kysely, type Selectable, sql } from 'kysely';
import { ROLES, type Role, SCOPES, type Scope } from '../../core/access.ts';
import type { Message, MessageData } from '../../core/message.ts';
import { type StoredState, storedStateOf, TaskState } from '../../core/task-state.ts';
import type { Schema, WebhookTable } from '../schema.ts';
import type { Recipient } from './webhook-delivery.ts';

/** The settings of a webhook. */
export interface WebhookSettings {
  readonly url: string;
  /** Definitions, in lower case; empty for all. */
  readonly names: readonly string[];
  /** New states of tasks; empty for all. */
  readonly states: readonly StoredState[];
  /** Limits events to tasks of the owner. */
  readonly own: boolean;
  readonly active: boolean;
}

/** A webhook: an address that receives events. */
export interface Webhook extends WebhookSettings {
  readonly id: number;
  readonly ownerId: number;
  /** The tenant that its creator was restricted to. */
  readonly tenant: string | null;
  readonly scopes: readonly Scope[];
  /** Maximum roles; null for those of the owner. */
  readonly roles: readonly Role[] | null;
  /** Signs the deliveries. */
  readonly secret: string;
  /** Reason for which the server deactivated it; null if it did not. */
  readonly disabledReason: MessageData | null;
  readonly afterEvent: number;
  readonly created: Date;
  readonly updated: Date;
}

/** Inserts a webhook that receives the events after `afterEvent`. */
export async function insertWebhook(
  db: Kysely<Schema>,
  webhook: Omit<Webhook, 'id' | 'disabledReason' | 'created' | 'updated'>,
): Promise<Webhook> {
  const row = await db
    .insertInto('batchline.webhook')
    .values({
      owner_id: webhook.ownerId,
      tenant: webhook.tenant,
      scopes: [...webhook.scopes],
      roles: webhook.roles && [...webhook.roles],
      secret: webhook.secret,
      after_event: webhook.afterEvent,
      ...columnsOf(webhook),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toWebhook(row);
}

/** Counts the webhooks of a tenant, or those without a tenant. */
export async function countWebhooks(db: Kysely<Schema>, tenant: string | null): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from batchline.webhook
    where tenant is not distinct from ${tenant}::text`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Returns the webhook with this id, or `undefined`. */
export async function getWebhook(db: Kysely<Schema>, id: number): Promise<Webhook | undefined> {
  const row = await db.selectFrom('batchline.webhook').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toWebhook(row);
}

/** Lists webhooks by id, filtered by owner and activity. */
export async function listWebhooks(
  db: Kysely<Schema>,
  filter: { readonly ownerId?: number | undefined; readonly active?: boolean | undefined } = {},
): Promise<Webhook[]> {
  let query = db.selectFrom('batchline.webhook').selectAll().orderBy('id');
  if (filter.ownerId !== undefined) query = query.where('owner_id', '=', filter.ownerId);
  if (filter.active !== undefined) query = query.where('active', '=', filter.active);
  return (await query.execute()).map(toWebhook);
}

/**
 * Updates a webhook.
 *
 * @param afterEvent if it becomes active: the last event that it does not receive. Resets its count of failures.
 */
export async function updateWebhook(
  db: Kysely<Schema>,
  id: number,
  settings: WebhookSettings & Pick<Webhook, 'scopes' | 'roles' | 'tenant'>,
  afterEvent: number | undefined,
): Promise<Webhook | undefined> {
  const row = await db
    .updateTable('batchline.webhook')
    .set({
      ...columnsOf(settings),
      scopes: [...settings.scopes],
      roles: settings.roles && [...settings.roles],
      tenant: settings.tenant,
      ...(afterEvent === undefined
        ? {}
        : { after_event: afterEvent, dead_in_a_row: 0, disabled_reason: null }),
      updated: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row && toWebhook(row);
}

/** Deletes a webhook and its deliveries. */
export async function deleteWebhook(db: Kysely<Schema>, id: number): Promise<void> {
  await db.deleteFrom('batchline.webhook').where('id', '=', id).execute();
}

/**
 * Records that a delivery succeeded or died. Deactivates the webhook or subscription after `maxDead` consecutive dead
 * deliveries.
 */
export async function recordHealth(
  db: Kysely<Schema>,
  { kind, id }: Recipient,
  outcome: 'delivered' | 'dead',
  maxDead: number,
  reason: Message,
): Promise<void> {
  const table = sql.id('batchline', kind);
  if (outcome === 'delivered') {
    await sql`
      update ${table} set dead_in_a_row = 0 where id = ${id} and dead_in_a_row > 0`.execute(db);
    return;
  }
  await sql`
    update ${table} set
      dead_in_a_row = dead_in_a_row + 1,
      active = active and dead_in_a_row + 1 < ${maxDead},
      disabled_reason = case
        when active and dead_in_a_row + 1 >= ${maxDead} then ${JSON.stringify(reason)}::text::jsonb
        else disabled_reason
      end
    where id = ${id}`.execute(db);
}

function columnsOf(settings: WebhookSettings): {
  url: string;
  names: string[];
  states: number[];
  own: boolean;
  active: boolean;
} {
  return {
    url: settings.url,
    names: [...settings.names],
    states: settings.states.map((state) => TaskState[state]),
    own: settings.own,
    active: settings.active,
  };
}

function toWebhook(row: Selectable<WebhookTable>): Webhook {
  return {
    id: row.id,
    ownerId: row.owner_id,
    tenant: row.tenant,
    scopes: row.scopes.filter((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope)),
    roles: row.roles && ROLES.filter((role) => row.roles?.includes(role)),
    url: row.url,
    secret: row.secret,
    names: row.names,
    states: row.states.map(storedStateOf),
    own: row.own,
    active: row.active,
    disabledReason: row.disabled_reason,
    afterEvent: Number(row.after_event),
    created: row.created,
    updated: row.updated,
  };
}
