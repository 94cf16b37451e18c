import type { Transaction } from 'kysely';
import type { Database } from '../db/database.ts';
import { settledEvents, type TaskEvent } from '../db/queries/event.ts';
import { advanceCursor, lockCursor, type Recipient } from '../db/queries/webhook-delivery.ts';
import type { Schema } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';

const PAGE = 500;

/** The progress of a round. */
export interface CursorRound {
  /** True if there are active readers. */
  readonly active: boolean;
  /** True if there may be more events. */
  readonly more: boolean;
}

/** Those who read events: webhooks or subscriptions. */
export interface EventReaders<R extends { readonly afterEvent: number }> {
  readonly kind: Recipient['kind'];
  /** Lists the active ones. */
  readonly list: (db: Database['sql']) => Promise<R[]>;
  /** Queues the deliveries of events, in the transaction that advances the cursor. */
  readonly queue: (
    trx: Transaction<Schema>,
    readers: readonly R[],
    events: readonly TaskEvent[],
  ) => Promise<void>;
}

/**
 * Queues the deliveries of the next events. Locks the cursor, so that one process handles each event, and advances it in the
 * same transaction.
 */
export async function queueNextEvents<R extends { readonly afterEvent: number }>(
  database: Database,
  { kind, list, queue }: EventReaders<R>,
  signal: AbortSignal,
): Promise<CursorRound> {
  if ((await list(database.sql)).length === 0) return { active: false, more: false };
  return inTransaction(database, async (trx) => {
    const cursor = await lockCursor(trx, kind);
    if (cursor === undefined) return { active: true, more: false };
    // Read again under the lock, to see all readers that the previous lock holder saw.
    const readers = await list(trx);
    // The cursor does not advance while there are no active readers.
    const begin = Math.min(...readers.map(({ afterEvent }) => afterEvent));
    const from = Number.isFinite(begin) ? Math.max(cursor, begin) : cursor;
    const { events, position, more } = await settledEvents(trx, from, PAGE, signal);
    await queue(trx, readers, events);
    if (position !== cursor) await advanceCursor(trx, kind, position);
    return { active: true, more };
  });
}
