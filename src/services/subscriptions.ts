import type { Kysely } from 'kysely';
import { type Caller, isAdministrator, seesAll } from '../core/access.ts';
import { actorOf, changesBetween, hiddenChange, type Properties } from '../core/administration.ts';
import { conflict, forbidden, invalid, notFound, rateLimited } from '../core/errors.ts';
import { readLanguageCode } from '../core/language.ts';
import {
  CHANNELS,
  type Digest,
  isAllowedDomain,
  isMailAddress,
  type Notice,
  shownTarget,
} from '../core/notification.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import { findTimeZone } from '../core/time-zone.ts';
import type { Database } from '../db/database.ts';
import { insertAdministrationAudit } from '../db/queries/administration-audit.ts';
import { settledPosition } from '../db/queries/event.ts';
import { insertTest, readDigest, writeDigest } from '../db/queries/notice.ts';
import {
  countSubscriptions,
  getSubscription,
  insertSubscription,
  listSubscriptions,
  deleteSubscription as removeSubscription,
  type Subscription,
  type SubscriptionSettings,
  updateSubscription,
} from '../db/queries/subscription.ts';
import { getTask } from '../db/queries/task.ts';
import {
  type Delivery,
  deleteWaitingDeliveries,
  getDelivery,
  listDeliveries,
  redeliver,
} from '../db/queries/webhook-delivery.ts';
import type { Schema } from '../db/schema.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import { isNarrower, mayManage, rightsAfterChange, rightsOf } from '../events/rights.ts';
import { generateSecret } from '../events/webhook-delivery.ts';
import type { WebhookSender } from '../events/webhook-sender.ts';
import { maySee, noSuchTask } from './access.ts';
import { checkUrl } from './webhooks.ts';

/** Maximum length of an address, in characters. */
export const MAX_TARGET_LENGTH = 2000;
/** Maximum number of subscriptions of a person. */
const MAX_SUBSCRIPTIONS = 100;
/** Maximum number of deliveries in one list. */
const MAX_DELIVERIES = 100;
/** Minimum seconds between two tests of a subscription, and before a delivery is repeated. */
const TEST_SECONDS = 10;

/** The dependencies of the subscription service. */
export interface SubscriptionDeps {
  readonly database: Database;
  /** Sends tests, and is woken when there may be something to deliver. */
  readonly sender: Pick<WebhookSender, 'wake' | 'test'>;
  readonly allowPrivateAddresses: boolean;
  /** Domains that mail may be sent to; `undefined` without an SMTP server. */
  readonly mailDomains: readonly string[] | undefined;
}

/** A delivery of a subscription, and what it reports. */
export interface SubscriptionDelivery {
  readonly delivery: Delivery;
  readonly digest: Digest;
}

/** Lists the subscriptions that the caller may see: their own, or for administrators, all of the tenant or the server. */
export async function readSubscriptions(
  { database }: SubscriptionDeps,
  caller: Caller,
): Promise<Subscription[]> {
  const ownerId = isAdministrator(caller) ? undefined : caller.associateId;
  const subscriptions = await listSubscriptions(database.sql, { ownerId });
  return subscriptions.filter((subscription) => mayManage(caller, subscription));
}

/**
 * Returns a subscription.
 *
 * @throws RequestError (notFound) if there is none, or the caller may not see it
 */
export async function readSubscription(
  { database }: SubscriptionDeps,
  caller: Caller,
  id: number,
): Promise<Subscription> {
  const subscription = await getSubscription(database.sql, id);
  if (subscription === undefined || !mayManage(caller, subscription))
    throw notFound`There is no subscription ${id}.`;
  return subscription;
}

/**
 * Creates a subscription that reports what happens from now on. It has the rights of the caller.
 *
 * @returns the subscription, with the secret that signs its deliveries to a webhook or its links in e-mail
 * @throws RequestError (invalid); (conflict) if the caller has too many, or the server can't send e-mail; (notFound) if the
 *   caller may not see its task
 */
export async function createSubscription(
  deps: SubscriptionDeps,
  caller: Caller,
  wanted: SubscriptionSettings,
): Promise<Subscription> {
  const { database, sender } = deps;
  const settings = await check(deps, caller, wanted);
  const count = await countSubscriptions(database.sql, caller.associateId);
  if (count >= MAX_SUBSCRIPTIONS)
    throw conflict`You have ${count} subscriptions; at most ${MAX_SUBSCRIPTIONS} are accepted. Delete one first.`;
  const afterEvent = await settledPosition(database.sql);
  const subscription = await inQuietTransaction(database.sql, async (trx) => {
    const inserted = await insertSubscription(trx, {
      ...settings,
      ...rightsOf(caller),
      secret: ['Webhook', 'Email'].includes(settings.channel) ? generateSecret() : '',
      afterEvent,
    });
    await record(trx, caller, 'Create', undefined, inserted);
    return inserted;
  });
  sender.wake();
  return subscription;
}

/**
 * Changes the given settings of a subscription. A change by its owner limits its rights to the owner's present credentials.
 * One that becomes active reports what happens from then on.
 *
 * @throws RequestError like `createSubscription`
 */
export async function changeSubscription(
  deps: SubscriptionDeps,
  caller: Caller,
  id: number,
  change: Partial<Omit<SubscriptionSettings, 'channel' | 'taskId'>>,
): Promise<Subscription> {
  const { database, sender } = deps;
  const subscription = await readSubscription(deps, caller, id);
  const changed = { ...subscription, ...change };
  // One whose address is no longer accepted can still be turned off.
  const turnsOff = change.active === false && Object.keys(change).length === 1;
  const settings = turnsOff ? changed : await check(deps, caller, changed);
  const rights = rightsAfterChange(subscription, caller);
  const afterEvent = changed.active && !subscription.active ? await settledPosition(database.sql) : undefined;
  const written = await inQuietTransaction(database.sql, async (trx) => {
    // Notifications that were queued with more rights must not go to an address that was set with fewer.
    if (isNarrower(rights, subscription)) await deleteWaitingDeliveries(trx, recipientOf(id));
    const updated = await updateSubscription(trx, id, { ...settings, ...rights }, afterEvent);
    if (updated !== undefined) await record(trx, caller, 'Change', subscription, updated);
    return updated;
  });
  if (written === undefined) throw notFound`There is no subscription ${id}.`;
  sender.wake();
  return written;
}

/** Deletes a subscription with its deliveries. @throws RequestError (notFound) */
export async function deleteSubscription(deps: SubscriptionDeps, caller: Caller, id: number): Promise<void> {
  const subscription = await readSubscription(deps, caller, id);
  await inQuietTransaction(deps.database.sql, async (trx) => {
    await removeSubscription(trx, id);
    await record(trx, caller, 'Delete', subscription, undefined);
  });
}

/** Records an administrative action, without the path of a chat's or webhook's address, which is a secret. */
async function record(
  trx: Kysely<Schema>,
  caller: Caller,
  action: 'Create' | 'Change' | 'Delete',
  before: Subscription | undefined,
  after: Subscription | undefined,
): Promise<void> {
  const subscription = after ?? before;
  if (subscription === undefined) return;
  const changes = changesBetween(recordedOf(before), recordedOf(after));
  const isOtherTarget = before !== undefined && after !== undefined && before.target !== after.target;
  if (isOtherTarget && !changes.some(({ property }) => property === 'Target'))
    changes.push(hiddenChange('Target'));
  if (changes.length === 0) return;
  const { id: objectId, tenant } = subscription;
  const objectName = targetOf(subscription);
  const change = { kind: 'Subscription', action, objectId, objectName, tenant, changes } as const;
  await insertAdministrationAudit(trx, actorOf(caller), change);
}

function recordedOf(subscription: Subscription | undefined): Properties {
  if (subscription === undefined) return {};
  return {
    Channel: subscription.channel,
    Target: targetOf(subscription),
    On: subscription.occasions,
    Names: subscription.names,
    Own: subscription.own,
    TaskId: subscription.taskId,
    LateSeconds: subscription.lateSeconds,
    FailurePercent: subscription.failurePercent,
    WindowMinutes: subscription.windowMinutes,
    Language: subscription.language,
    TimeZone: subscription.timeZone,
    Active: subscription.active,
  };
}

function targetOf({ channel, target }: Subscription): string {
  return channel === 'Webhook' ? new URL(target).origin : shownTarget(channel, target);
}

/**
 * Sends a test message of a subscription at once.
 *
 * @returns the delivery with its outcome
 * @throws RequestError (notFound); (rateLimited) if one was sent a moment ago
 */
export async function testSubscription(
  { database, sender, ...deps }: SubscriptionDeps,
  caller: Caller,
  id: number,
): Promise<SubscriptionDelivery> {
  const subscription = await readSubscription({ database, sender, ...deps }, caller, id);
  const filter = { state: undefined, beforeId: undefined };
  const [last] = await listDeliveries(database.sql, recipientOf(id), filter, 1);
  const isTest = last !== undefined && readDigest(last.body).notices.length === 0;
  const elapsedMs = Date.now() - (last?.created.getTime() ?? 0);
  if (isTest && elapsedMs >= 0 && elapsedMs < TEST_SECONDS * 1000) throw rateLimited(TEST_SECONDS);
  const { channel, target: url, secret, language, timeZone } = subscription;
  const digest = { notices: [], more: 0 };
  const body = writeDigest(digest);
  const recipient = recipientOf(id);
  const result = await sender.test({ channel, url, secret, language, timeZone, recipient, body });
  return { delivery: await insertTest(database.sql, id, body, result), digest };
}

/**
 * Lists the latest deliveries of a subscription about tasks that the caller may see.
 *
 * @throws RequestError (notFound)
 */
export async function readSubscriptionDeliveries(
  deps: SubscriptionDeps,
  caller: Caller,
  id: number,
  filter: { readonly state: Delivery['state'] | undefined; readonly beforeId: number | undefined },
): Promise<SubscriptionDelivery[]> {
  await readSubscription(deps, caller, id);
  const deliveries = await listDeliveries(deps.database.sql, recipientOf(id), filter, MAX_DELIVERIES);
  return deliveries
    .map((delivery) => ({ delivery, digest: readDigest(delivery.body) }))
    .filter(({ digest }) => digest.notices.every((notice) => maySeeNotice(caller, notice)));
}

/**
 * Sends a delivery again, with all its attempts.
 *
 * @throws RequestError (notFound); (conflict) if the subscription is not active; (rateLimited) if it was sent a moment ago
 */
export async function repeatNotification(
  deps: SubscriptionDeps,
  caller: Caller,
  id: number,
  deliveryId: number,
): Promise<SubscriptionDelivery> {
  const { sql } = deps.database;
  const subscription = await readSubscription(deps, caller, id);
  if (!subscription.active) throw conflict`Subscription ${id} is not active; set Active first.`;
  const known = await getDelivery(sql, recipientOf(id), deliveryId);
  const digest = known && readDigest(known.body);
  const isVisible = digest?.notices.every((notice) => maySeeNotice(caller, notice)) ?? false;
  if (known === undefined || digest === undefined || !isVisible)
    throw notFound`Subscription ${id} has no delivery ${String(deliveryId)}.`;
  if (Date.now() - (known.ended?.getTime() ?? 0) < TEST_SECONDS * 1000) throw rateLimited(TEST_SECONDS);
  const delivery = await redeliver(sql, recipientOf(id), deliveryId);
  if (delivery === undefined) throw notFound`Subscription ${id} has no delivery ${String(deliveryId)}.`;
  deps.sender.wake();
  return { delivery, digest };
}

/** Rates are about all tasks of a tenant; other notifications about a task or schedule. */
function maySeeNotice(caller: Caller, notice: Notice): boolean {
  if (notice.occasion !== 'FailureRate') return allows(rightsOn(caller, notice), TableRight.Select);
  return seesAll(caller) && (caller.tenant === null || caller.tenant === notice.tenant);
}

function recipientOf(id: number): { readonly kind: 'subscription'; readonly id: number } {
  return { kind: 'subscription', id };
}

/** Checks settings. Returns them in their normal form. */
async function check(
  deps: SubscriptionDeps,
  caller: Caller,
  settings: SubscriptionSettings,
): Promise<SubscriptionSettings> {
  const { occasions, taskId, language, timeZone, lateSeconds } = settings;
  if (occasions.length === 0) throw invalid`On is empty; at least one occasion is accepted.`;
  if (occasions.includes('Late') && lateSeconds === null)
    throw invalid`LateSeconds is missing; with the occasion Late a number of seconds is accepted.`;
  if (occasions.includes('FailureRate') && !seesAll(caller))
    throw forbidden`The occasion FailureRate is for callers who can see all tasks.`;
  if (taskId !== null) {
    const task = await getTask(deps.database.sql, taskId);
    if (!maySee(caller, task)) throw noSuchTask(taskId);
  }
  const code = readLanguageCode(language);
  if (code === undefined)
    throw invalid`Language is "${language.slice(0, 40)}"; a language code such as de or nb-NO is accepted.`;
  const zone = findTimeZone(timeZone);
  if (zone === undefined)
    throw invalid`TimeZone is "${timeZone.slice(0, 40)}"; a code such as NO, an id or an IANA name such as Europe/Oslo is accepted.`;
  return { ...settings, target: checkTarget(deps, settings), language: code, timeZone: zone.iana };
}

/** @throws RequestError (invalid) if the address is not accepted; (conflict) if the server can't send e-mail */
function checkTarget(
  { mailDomains, allowPrivateAddresses }: SubscriptionDeps,
  { channel, target }: SubscriptionSettings,
): string {
  if (channel !== 'Email') return checkUrl(target, allowPrivateAddresses, 'Target');
  if (mailDomains === undefined)
    throw conflict`This server can't send e-mail; an administrator can set BATCHLINE_SMTP_URL. ${CHANNELS.filter((one) => one !== 'Email').join(', ')} are accepted.`;
  if (!isMailAddress(target))
    throw invalid`Target is "${target.slice(0, 100)}"; an address such as anna@example.com is accepted.`;
  if (!isAllowedDomain(target, mailDomains))
    throw invalid`Target is "${target.slice(0, 100)}"; addresses of ${mailDomains.join(', ')} are accepted (BATCHLINE_MAIL_DOMAINS).`;
  return target;
}
