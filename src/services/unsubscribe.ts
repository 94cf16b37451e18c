import { gone } from '../core/errors.ts';
import { message } from '../core/message.ts';
import type { Database } from '../db/database.ts';
import { getAssociate } from '../db/queries/account.ts';
import { insertAdministrationAudit } from '../db/queries/administration-audit.ts';
import { endSubscription, getSubscription, type Subscription } from '../db/queries/subscription.ts';
import { deleteWaitingDeliveries } from '../db/queries/webhook-delivery.ts';
import { inQuietTransaction } from '../db/transaction.ts';
import { isTokenOf, subscriptionIdOf } from '../events/unsubscribe.ts';

/** Returns the subscription of a link in a notification. @throws RequestError (gone) if there is none */
export async function subscriptionOfLink({ sql }: Database, token: string): Promise<Subscription> {
  const id = subscriptionIdOf(token);
  const subscription = id === undefined ? undefined : await getSubscription(sql, id);
  if (subscription === undefined || !isTokenOf(token, subscription))
    throw gone`The link is wrong, or its notifications were deleted.`;
  return subscription;
}

/**
 * Ends the subscription of a link in a notification: it becomes inactive, and its waiting deliveries are deleted. The person can
 * activate it again. Repeating it changes nothing.
 *
 * @throws RequestError (gone) if the link is wrong, or the subscription was deleted
 */
export async function unsubscribe(database: Database, token: string): Promise<void> {
  const { id, ownerId, tenant, target, active } = await subscriptionOfLink(database, token);
  if (!active) return;
  await inQuietTransaction(database.sql, async (trx) => {
    await endSubscription(trx, id, message`The recipient unsubscribed by the link in a message.`);
    await deleteWaitingDeliveries(trx, { kind: 'subscription', id });
    const owner = await getAssociate(trx, ownerId);
    const actor = { associateId: ownerId, login: owner?.login ?? '', means: 'Link' } as const;
    const changes = [{ property: 'Active', from: 'true', to: 'false' }];
    const change = {
      kind: 'Subscription',
      action: 'Change',
      objectId: id,
      objectName: target,
      tenant,
      changes,
    } as const;
    await insertAdministrationAudit(trx, actor, change);
  });
}
