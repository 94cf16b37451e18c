import type { Kysely } from 'kysely';
import type { Caller } from '../core/caller.ts';
import type { Database } from '../db/database.ts';
import { getAssociate } from '../db/queries/account.ts';
import type { TaskEvent } from '../db/queries/event.ts';
import { settledEvents } from '../db/queries/event-order.ts';
import { listWebhooks, type Webhook } from '../db/queries/webhook.ts';
import { insertDeliveries, lockCursor, moveCursor } from '../db/queries/webhook-delivery.ts';
import type { Schema } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { concerns, type EventFilter } from './filter.ts';
import { bodyOf } from './webhook-body.ts';

const PAGE = 500;

/**
 * Makes the deliveries of the next events: one a webhook and event that it may and wants to hear of. The cursor is
 * locked meanwhile, so that each event is looked at by one process, and moves in the same transaction.
 *
 * @returns whether there are active webhooks, whether deliveries were made, and whether there may be more events
 */
export async function fanOut(
  database: Database,
  signal: AbortSignal,
): Promise<{ readonly active: boolean; readonly made: boolean; readonly more: boolean }> {
  const webhooks = await listWebhooks(database.sql, { active: true });
  if (webhooks.length === 0) return { active: false, made: false, more: false };
  return inTransaction(database, async (trx) => {
    const cursor = await lockCursor(trx);
    if (cursor === undefined) return { active: true, made: false, more: false };
    // Read again behind the lock: what another process has seen of them must not be missing here.
    const current = await Promise.all(
      (await listWebhooks(trx, { active: true })).map((webhook) => recipientOf(trx, webhook)),
    );
    // While there was none, nobody has moved the cursor.
    const begin = Math.min(...current.map(({ webhook }) => webhook.afterEvent));
    const from = Number.isFinite(begin) ? Math.max(cursor, begin) : cursor;
    const { events, position, more } = await settledEvents(trx, from, PAGE, signal);
    const deliveries = events.flatMap((event) =>
      current
        .filter((recipient) => wants(recipient, event))
        .map(({ webhook }) => ({
          webhookId: webhook.id,
          eventId: event.id,
          body: bodyOf(event),
          trace: event.trace,
        })),
    );
    await insertDeliveries(trx, deliveries);
    if (position !== cursor) await moveCursor(trx, position);
    return { active: true, made: deliveries.length > 0, more };
  });
}

interface Recipient {
  readonly webhook: Webhook;
  readonly filter: EventFilter;
  /** `undefined` where the owner may not sign in any more. */
  readonly caller: Caller | undefined;
}

async function recipientOf(db: Kysely<Schema>, webhook: Webhook): Promise<Recipient> {
  const filter = { names: new Set(webhook.names), states: new Set(webhook.states), own: webhook.own };
  const owner = await getAssociate(db, webhook.ownerId);
  if (owner === undefined || owner.disabled) return { webhook, filter, caller: undefined };
  // An owner who has been moved to another tenant hears of neither.
  if (owner.tenant !== null && webhook.tenant !== null && owner.tenant !== webhook.tenant)
    return { webhook, filter, caller: undefined };
  return {
    webhook,
    filter,
    caller: {
      associateId: owner.id,
      login: owner.login,
      roles: owner.roles.filter((role) => webhook.roles?.includes(role) ?? true),
      tenant: owner.tenant ?? webhook.tenant,
      scopes: webhook.scopes,
    },
  };
}

function wants({ webhook, filter, caller }: Recipient, event: TaskEvent): boolean {
  if (caller === undefined || event.id <= webhook.afterEvent) return false;
  return concerns(caller, filter, { ...event, state: event.to });
}
