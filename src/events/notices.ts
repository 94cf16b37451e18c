import type { Transaction } from 'kysely';
import type { Caller } from '../core/access.ts';
import { type Notice, type Occasion, occasionsOf, shortened } from '../core/notification.ts';
import type { TaskEvent } from '../db/queries/event.ts';
import { type NoticeTask, queueNotices, readNoticeTasks } from '../db/queries/notice.ts';
import { listSubscriptions, type Subscription } from '../db/queries/subscription.ts';
import type { Schema } from '../db/schema.ts';
import type { EventReaders } from './event-cursor.ts';
import { concerns } from './feed.ts';
import { actingCaller } from './rights.ts';

/** A subscription and the caller that it acts as. */
interface Reader {
  readonly subscription: Subscription;
  /** `undefined` if the owner can no longer sign in. */
  readonly caller: Caller | undefined;
}

/** Subscriptions, with the notifications of the ends of tasks. */
export const SUBSCRIPTIONS: EventReaders<Subscription> = {
  kind: 'subscription',
  list: (db) => listSubscriptions(db, { active: true }),
  async queue(trx, subscriptions, events) {
    const readers = await Promise.all(
      subscriptions.map(async (subscription) => ({
        subscription,
        caller: await actingCaller(trx, subscription),
      })),
    );
    await queueMatches(trx, readers, events);
  },
};

async function queueMatches(
  trx: Transaction<Schema>,
  readers: readonly Reader[],
  events: readonly TaskEvent[],
): Promise<void> {
  const ends = events.filter(({ from, to, stopped }) => occasionsOf(from, to, stopped).length > 0);
  const matches = readers
    .map((reader) => ({ ...reader, matched: ends.filter((event) => wants(reader, event)) }))
    .filter(({ matched }) => matched.length > 0);
  const ids = new Set(matches.flatMap(({ matched }) => matched.map(({ taskId }) => taskId)));
  const tasks = await readNoticeTasks(trx, [...ids]);
  for (const { subscription, matched } of matches)
    await queueNotices(
      trx,
      subscription.id,
      matched.map((event) => noticeOf(event, tasks.get(event.taskId))),
    );
}

/** True if a subscription reports this event and its owner may see the task. */
function wants({ subscription, caller }: Reader, event: TaskEvent): boolean {
  if (caller === undefined || event.id <= subscription.afterEvent) return false;
  const occasions: readonly Occasion[] = occasionsOf(event.from, event.to, event.stopped);
  if (!subscription.occasions.some((one) => occasions.includes(one))) return false;
  const filter = {
    taskId: subscription.taskId ?? undefined,
    names: new Set(subscription.names),
    states: new Set<never>(),
    own: subscription.own,
  };
  return concerns(caller, filter, { ...event, state: event.to });
}

/** @param task undefined if it was deleted meanwhile: the reason of the event replaces its result */
function noticeOf(event: TaskEvent, task: NoticeTask | undefined): Notice {
  const { at, taskId, name, ownerId, tenant, to: state, stopped } = event;
  const started = task?.lastStarted ?? null;
  return {
    occasion: state === 'Failed' && !stopped ? 'Failed' : 'Ended',
    at,
    taskId,
    name,
    ownerId,
    tenant,
    description: shortened(task?.description ?? ''),
    state,
    stopped,
    result: shortened(task?.result ?? event.reason),
    resultMessage: task === undefined ? event.reasonMessage : task.resultMessage,
    seconds: started === null ? null : Math.max(0, (at.getTime() - started.getTime()) / 1000),
  };
}
