import { type Kysely, sql, type Transaction } from 'kysely';
import type { MessageData } from '../../core/message.ts';
import { addNotices, DIGEST_SECONDS, type Digest, type Notice } from '../../core/notification.ts';
import type { Schema } from '../schema.ts';
import { secondsFromNow } from '../sql.ts';
import { type Delivery, type TryResult, toDelivery } from './webhook-delivery.ts';

/** The properties of a task that notifications contain. */
export interface NoticeTask {
  readonly id: number;
  readonly description: string;
  readonly result: string;
  readonly resultMessage: MessageData | null;
  readonly lastStarted: Date | null;
}

/** Reads these properties of tasks. Deleted tasks are missing. */
export async function readNoticeTasks(
  db: Kysely<Schema>,
  ids: readonly number[],
): Promise<Map<number, NoticeTask>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<NoticeTask>`
    select id, description, result, result_message as "resultMessage", last_started as "lastStarted"
    from batchline.task where id = any (${sql.val([...ids])}::int[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Adds notifications to the pending delivery of a subscription that no process has claimed yet, or to a new one, which is
 * due `DIGEST_SECONDS` after the previous one. A claim and this wait for each other, so that nothing is added to a delivery
 * that is being sent.
 *
 * @param more number of further notifications, which are only counted
 */
export async function queueNotices(
  trx: Transaction<Schema>,
  subscriptionId: number,
  notices: readonly Notice[],
  more = 0,
): Promise<void> {
  if (notices.length === 0) return;
  const { rows } = await sql<{ id: string; body: string }>`
    select id, body from batchline.webhook_delivery
    where subscription_id = ${subscriptionId} and state = 'Waiting' and tries = 0
    order by id desc limit 1 for update`.execute(trx);
  const [open] = rows;
  if (open !== undefined) {
    const body = writeDigest(addNotices(readDigest(open.body), notices, more));
    await sql`update batchline.webhook_delivery set body = ${body} where id = ${open.id}`.execute(trx);
    return;
  }
  const body = writeDigest(addNotices({ notices: [], more: 0 }, notices, more));
  await sql`
    with due as (
      update batchline.subscription set
        last_queued = ${secondsFromNow(sql`greatest(0, extract(epoch from last_queued - now())::float8 + ${DIGEST_SECONDS}::float8)`)}
      where id = ${subscriptionId}
      returning id, last_queued
    )
    insert into batchline.webhook_delivery (subscription_id, body, next_try)
    select id, ${body}, last_queued from due`.execute(trx);
}

/** Inserts a delivery that has been sent already: a test. */
export async function insertTest(
  db: Kysely<Schema>,
  subscriptionId: number,
  body: string,
  { state, status, answer, error }: TryResult,
): Promise<Delivery> {
  const row = await db
    .insertInto('batchline.webhook_delivery')
    .values({
      subscription_id: subscriptionId,
      webhook_id: null,
      event_id: null,
      body,
      state: state === 'Delivered' ? 'Delivered' : 'Dead',
      tries: 1,
      ended: sql<Date>`now()`,
      status,
      answer,
      error,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toDelivery(row);
}

/** The type of the body of notifications, in the queue and at webhooks. */
const TYPE = 'notification';

/** Returns a digest as the body of a delivery. */
export function writeDigest({ notices, more }: Digest): string {
  return JSON.stringify({ Type: TYPE, Notices: notices, More: more });
}

/** Parses the body of a delivery. A test has no notifications. */
export function readDigest(body: string): Digest {
  const { Notices = [], More = 0 } = JSON.parse(body) as {
    Notices?: (Notice & { at: string })[];
    More?: number;
  };
  return { notices: Notices.map((notice) => ({ ...notice, at: new Date(notice.at) })), more: More };
}
