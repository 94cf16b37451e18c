import { isIP } from 'node:net';
import type { Kysely } from 'kysely';
import { type Caller, isAdministrator } from '../core/access.ts';
import { actorOf, changesBetween, hiddenChange, type Properties } from '../core/administration.ts';
import { conflict, invalid, notFound } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import { AddressRefused, readUrl, refusedRange } from '../core/ssrf-guard.ts';
import type { StoredState } from '../core/task-state.ts';
import type { Database } from '../db/database.ts';
import { insertAdministrationAudit } from '../db/queries/administration-audit.ts';
import { settledPosition } from '../db/queries/event.ts';
import {
  countWebhooks,
  getWebhook,
  insertWebhook,
  listWebhooks,
  deleteWebhook as removeWebhook,
  updateWebhook,
  type Webhook,
} from '../db/queries/webhook.ts';
import {
  type Delivery,
  deleteWaitingDeliveries,
  getDelivery,
  insertDeliveries,
  listDeliveries,
  redeliver,
} from '../db/queries/webhook-delivery.ts';
import type { Schema } from '../db/schema.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import { isNarrower, mayManage, rightsAfterChange, rightsOf } from '../events/rights.ts';
import { generateSecret, subjectOf, testBody } from '../events/webhook-delivery.ts';
import type { WebhookSender } from '../events/webhook-sender.ts';

/** Maximum length of the URL of a webhook, in characters. */
export const MAX_WEBHOOK_URL_LENGTH = 2000;
/** Maximum number of deliveries in one list. */
const MAX_DELIVERIES = 100;

/** The dependencies of the webhook service. */
export interface WebhookDeps {
  readonly database: Database;
  /** Woken when there may be something to deliver. */
  readonly sender: Pick<WebhookSender, 'wake'>;
  readonly allowPrivateAddresses: boolean;
  /** Maximum number of webhooks per tenant. */
  readonly limit: number;
}

/** The settings of a webhook, as its owner gives them. */
export interface WantedWebhook {
  readonly url: string;
  /** Definitions in lower case; none means all. */
  readonly names: readonly string[];
  /** None means all. */
  readonly states: readonly StoredState[];
  /** Only tasks of the owner. */
  readonly own: boolean;
  readonly active: boolean;
}

/** Lists the webhooks that the caller may see: their own, or for administrators, all of the tenant or the server. */
export async function readWebhooks({ database }: WebhookDeps, caller: Caller): Promise<Webhook[]> {
  const ownerId = isAdministrator(caller) ? undefined : caller.associateId;
  const webhooks = await listWebhooks(database.sql, { ownerId });
  return webhooks.filter((webhook) => mayManage(caller, webhook));
}

/**
 * Returns a webhook.
 *
 * @throws RequestError (notFound) if there is none, or the caller may not see it
 */
export async function readWebhook({ database }: WebhookDeps, caller: Caller, id: number): Promise<Webhook> {
  const webhook = await getWebhook(database.sql, id);
  if (webhook === undefined || !mayManage(caller, webhook)) throw notFound`There is no webhook ${id}.`;
  return webhook;
}

/**
 * Creates a webhook that receives the events from now on. It has the rights of the caller.
 *
 * @returns the webhook, with the secret that signs its deliveries
 * @throws RequestError (conflict) if the tenant has reached its limit; (invalid) if the URL is invalid
 */
export async function createWebhook(
  { database, sender, limit, allowPrivateAddresses }: WebhookDeps,
  caller: Caller,
  wanted: WantedWebhook,
): Promise<Webhook> {
  const url = checkUrl(wanted.url, allowPrivateAddresses);
  await checkWebhookLimit(database.sql, caller.tenant, limit);
  const afterEvent = await settledPosition(database.sql);
  const webhook = await inQuietTransaction(database.sql, async (trx) => {
    const inserted = await insertWebhook(trx, {
      ...wanted,
      url,
      ...rightsOf(caller),
      secret: generateSecret(),
      afterEvent,
    });
    await record(trx, caller, 'Create', undefined, inserted);
    return inserted;
  });
  sender.wake();
  return webhook;
}

/**
 * Changes the given settings of a webhook. A change by its owner limits its rights to the owner's present credentials. A
 * webhook that becomes active receives the events from then on.
 *
 * @throws RequestError (notFound), (invalid)
 */
export async function changeWebhook(
  deps: WebhookDeps,
  caller: Caller,
  id: number,
  change: Partial<WantedWebhook>,
): Promise<Webhook> {
  const { database, sender, allowPrivateAddresses } = deps;
  const webhook = await readWebhook(deps, caller, id);
  const rights = rightsAfterChange(webhook, caller);
  const settings = {
    url: change.url === undefined ? webhook.url : checkUrl(change.url, allowPrivateAddresses),
    names: change.names ?? webhook.names,
    states: change.states ?? webhook.states,
    own: change.own ?? webhook.own,
    active: change.active ?? webhook.active,
    ...rights,
  };
  const afterEvent = settings.active && !webhook.active ? await settledPosition(database.sql) : undefined;
  const changed = await inQuietTransaction(database.sql, async (trx) => {
    // Deliveries that were created with more rights must not go to a URL that was set with fewer.
    if (isNarrower(rights, webhook)) await deleteWaitingDeliveries(trx, { kind: 'webhook', id });
    const updated = await updateWebhook(trx, id, settings, afterEvent);
    if (updated !== undefined) await record(trx, caller, 'Change', webhook, updated);
    return updated;
  });
  if (changed === undefined) throw notFound`There is no webhook ${id}.`;
  sender.wake();
  return changed;
}

/** Deletes a webhook with its deliveries. @throws RequestError (notFound) */
export async function deleteWebhook(deps: WebhookDeps, caller: Caller, id: number): Promise<void> {
  const webhook = await readWebhook(deps, caller, id);
  await inQuietTransaction(deps.database.sql, async (trx) => {
    await removeWebhook(trx, id);
    await record(trx, caller, 'Delete', webhook, undefined);
  });
}

/** Records an administrative action, without the path of the URL, which is a secret of some receivers. */
async function record(
  trx: Kysely<Schema>,
  caller: Caller,
  action: 'Create' | 'Change' | 'Delete',
  before: Webhook | undefined,
  after: Webhook | undefined,
): Promise<void> {
  const webhook = after ?? before;
  if (webhook === undefined) return;
  const changes = changesBetween(recordedOf(before), recordedOf(after));
  const isOtherPath = before !== undefined && after !== undefined && before.url !== after.url;
  if (isOtherPath && !changes.some(({ property }) => property === 'Url')) changes.push(hiddenChange('Url'));
  if (changes.length === 0) return;
  const objectName = new URL(webhook.url).origin;
  const { id: objectId, tenant } = webhook;
  const change = { kind: 'Webhook', action, objectId, objectName, tenant, changes } as const;
  await insertAdministrationAudit(trx, actorOf(caller), change);
}

function recordedOf(webhook: Webhook | undefined): Properties {
  if (webhook === undefined) return {};
  const { url, names, states, own, active } = webhook;
  return { Url: new URL(url).origin, Names: names, States: states, Own: own, Active: active };
}

/**
 * Creates a delivery that tests a webhook.
 *
 * @throws RequestError (notFound); (conflict) if the webhook is not active
 */
export async function testWebhook(
  deps: WebhookDeps,
  caller: Caller,
  id: number,
): Promise<Delivery | undefined> {
  const webhook = await readWebhook(deps, caller, id);
  checkActive(webhook);
  const body = testBody(webhook.id, new Date());
  const [delivery] = await insertDeliveries(deps.database.sql, [
    { webhookId: webhook.id, eventId: null, body },
  ]);
  deps.sender.wake();
  return delivery;
}

/**
 * Lists the latest deliveries of a webhook about tasks that the caller may see.
 *
 * @throws RequestError (notFound)
 */
export async function readDeliveries(
  deps: WebhookDeps,
  caller: Caller,
  id: number,
  filter: { readonly state: Delivery['state'] | undefined; readonly beforeId: number | undefined },
): Promise<Delivery[]> {
  const webhook = await readWebhook(deps, caller, id);
  const deliveries = await listDeliveries(
    deps.database.sql,
    { kind: 'webhook', id: webhook.id },
    filter,
    MAX_DELIVERIES,
  );
  return deliveries.filter((delivery) => maySeeDelivery(caller, delivery));
}

/**
 * Sends a delivery again.
 *
 * @throws RequestError (notFound); (conflict) if the webhook is not active
 */
export async function repeatDelivery(
  deps: WebhookDeps,
  caller: Caller,
  id: number,
  deliveryId: number,
): Promise<Delivery> {
  const webhook = await readWebhook(deps, caller, id);
  checkActive(webhook);
  const { sql } = deps.database;
  const recipient = { kind: 'webhook', id: webhook.id } as const;
  const known = await getDelivery(sql, recipient, deliveryId);
  const isVisible = known !== undefined && maySeeDelivery(caller, known);
  const delivery = isVisible ? await redeliver(sql, recipient, known.id) : undefined;
  if (delivery === undefined) throw notFound`Webhook ${webhook.id} has no delivery ${String(deliveryId)}.`;
  deps.sender.wake();
  return delivery;
}

/** True if the caller can see the task of the delivery, whatever rights the webhook had when the delivery was created. */
function maySeeDelivery(caller: Caller, { body }: Delivery): boolean {
  const task = subjectOf(body);
  return task === undefined || allows(rightsOn(caller, task), TableRight.Select);
}

/** @throws RequestError (conflict) if the tenant has reached its limit of webhooks */
async function checkWebhookLimit(db: Kysely<Schema>, tenant: string | null, limit: number): Promise<void> {
  const count = await countWebhooks(db, tenant);
  if (count >= limit)
    throw conflict`This tenant has ${count} webhooks; at most ${limit} are accepted (BATCHLINE_WEBHOOK_LIMIT). Delete one first.`;
}

function checkActive(webhook: Webhook): void {
  if (!webhook.active) throw conflict`Webhook ${webhook.id} is not active; set Active first.`;
}

/**
 * Checks the URL of a webhook, and returns it in its normal form.
 *
 * @param what the name of the property, for messages
 * @throws RequestError (invalid) if the server may not call it
 */
export function checkUrl(text: string, allowPrivateAddresses: boolean, what = 'Url'): string {
  checkText(what, text, MAX_WEBHOOK_URL_LENGTH);
  try {
    const url = readUrl(text);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const range = isIP(host) === 0 ? undefined : refusedRange(host);
    if (range !== undefined && !allowPrivateAddresses)
      throw invalid`${what} names ${host}, which is not a public address (${range}); public addresses are accepted.`;
    return url.href;
  } catch (error) {
    if (error instanceof AddressRefused) throw invalid`${what}: ${error.message}.`;
    throw error;
  }
}
