import type { Kysely, Transaction } from 'kysely';
import { type Caller, seesAll } from '../core/access.ts';
import { type Message, message } from '../core/message.ts';
import {
  type EndCount,
  failsMoreThanUsual,
  MAX_NOTICES,
  type Notice,
  type ScheduleNotice,
  shortened,
  usualRate,
} from '../core/notification.ts';
import { allows, rightsOn, TableRight, visibleTo } from '../core/permissions.ts';
import type { Database } from '../db/database.ts';
import { queueNotices } from '../db/queries/notice.ts';
import { countChanges } from '../db/queries/statistics.ts';
import { readCountedRange } from '../db/queries/statistics-rollup.ts';
import { getSubscription, listSubscriptions, type Subscription } from '../db/queries/subscription.ts';
import {
  beginCheck,
  type CheckFilter,
  endAlerts,
  findLateTasks,
  findOverdueSchedules,
  listUnchecked,
  type Period,
  raiseAlert,
} from '../db/queries/subscription-check.ts';
import type { Schema } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { actingCaller } from './rights.ts';

/** The occasions that no event reports, so that they are looked for. */
const WATCHED = ['Late', 'FailureRate', 'ScheduleMissed'] as const;
/** Interval between two checks of a subscription. */
const CHECK_SECONDS = 60;
/** Seconds after which a due schedule that has not been fired is missed. Schedules fire within ten seconds. */
const OVERDUE_SECONDS = 300;
/** Days whose failure rate is the usual one. */
const USUAL_DAYS = 7;
const DAY_SECONDS = 86_400;

/**
 * Queues the notifications of subscriptions that were not checked for a minute: of tasks that became late since then, of
 * schedules that were not fired, and of definitions that fail more than usual. Each check is a transaction that locks its
 * subscription, so that one process reports each.
 */
export async function checkSubscriptions(database: Database, signal: AbortSignal): Promise<void> {
  const rates = new Rates();
  for (const id of await listUnchecked(database.sql, WATCHED, CHECK_SECONDS)) {
    if (signal.aborted) return;
    await inTransaction(database, async (trx) => {
      const period = await beginCheck(trx, id, CHECK_SECONDS);
      const subscription = period && (await getSubscription(trx, id));
      const caller = subscription && (await actingCaller(trx, subscription));
      if (period === undefined || subscription === undefined || caller === undefined) return;
      const filter = filterOf(subscription, caller);
      const { occasions } = subscription;
      if (occasions.includes('Late')) await queueLateTasks(trx, subscription, filter, period);
      if (occasions.includes('ScheduleMissed')) await queueOverdue(trx, subscription, filter, period);
      if (occasions.includes('FailureRate') && seesAll(caller))
        await queueRates(trx, subscription, caller, rates, period.until);
    });
  }
}

function filterOf({ own, ownerId, names, taskId }: Subscription, caller: Caller): CheckFilter {
  const visible = visibleTo(caller);
  return { ...visible, ...(own ? { ownerIds: [ownerId] } : {}), names, taskId };
}

async function queueLateTasks(
  trx: Transaction<Schema>,
  { id, lateSeconds }: Subscription,
  filter: CheckFilter,
  period: Period,
): Promise<void> {
  if (lateSeconds === null) return;
  const { tasks, total } = await findLateTasks(trx, period, lateSeconds, filter, MAX_NOTICES);
  const notices = tasks.map(
    (task): Notice => ({
      occasion: 'Late',
      at: period.until,
      taskId: task.id,
      name: task.name,
      ownerId: task.ownerId,
      tenant: task.tenant,
      description: shortened(task.description),
      state: task.state,
      stopped: false,
      result: shortened(task.progress),
      resultMessage: task.progressMessage,
      seconds: task.seconds,
    }),
  );
  await queueNotices(trx, id, notices, total - tasks.length);
}

async function queueOverdue(
  trx: Transaction<Schema>,
  { id }: Subscription,
  filter: CheckFilter,
  period: Period,
): Promise<void> {
  const overdue = await findOverdueSchedules(trx, period, OVERDUE_SECONDS, filter);
  const reason = message`It is due, but no server has started its task.`;
  await queueNotices(
    trx,
    id,
    overdue.map((schedule) => scheduleNotice({ ...schedule, reason }, period.until)),
  );
}

/** A due time of a schedule for which no task was started. */
export interface MissedSchedule {
  readonly id: number;
  readonly name: string;
  readonly definition: string;
  readonly ownerId: number;
  readonly tenant: string;
  readonly due: Date;
  readonly reason: Message;
}

/** Queues the notifications of missed due times. Call it in the transaction that advances the schedules. */
export async function queueMissedSchedules(
  trx: Transaction<Schema>,
  missed: readonly MissedSchedule[],
  now: Date,
): Promise<void> {
  if (missed.length === 0) return;
  const subscriptions = await listSubscriptions(trx, { active: true });
  for (const subscription of subscriptions.filter(({ occasions }) => occasions.includes('ScheduleMissed'))) {
    const caller = await actingCaller(trx, subscription);
    const wanted = missed.filter(
      (schedule) => caller !== undefined && concerns(subscription, caller, schedule),
    );
    await queueNotices(
      trx,
      subscription.id,
      wanted.map((schedule) => scheduleNotice(schedule, now)),
    );
  }
}

function concerns({ own, ownerId, names }: Subscription, caller: Caller, schedule: MissedSchedule): boolean {
  if (own && schedule.ownerId !== ownerId) return false;
  if (names.length > 0 && !names.includes(schedule.definition.toLowerCase())) return false;
  return allows(rightsOn(caller, schedule), TableRight.Select);
}

function scheduleNotice(schedule: MissedSchedule, at: Date): ScheduleNotice {
  const { id, name, definition, ownerId, tenant, due, reason } = schedule;
  return {
    occasion: 'ScheduleMissed',
    at,
    name: definition,
    scheduleId: id,
    schedule: name,
    ownerId,
    tenant,
    due: due.toISOString(),
    reason,
  };
}

async function queueRates(
  trx: Transaction<Schema>,
  { id, names, failurePercent, windowMinutes }: Subscription,
  caller: Caller,
  rates: Rates,
  now: Date,
): Promise<void> {
  const minutes = windowMinutes ?? 60;
  const recent = await rates.since(trx, caller.tenant, now, minutes * 60, 60);
  const bad: Notice[] = [];
  for (const [name, count] of recent) {
    if (names.length > 0 && !names.includes(name.toLowerCase())) continue;
    // The usual rate is only read if the rate can be too high at all.
    if (!failsMoreThanUsual(count, 0, failurePercent)) continue;
    const usual = usualRate(await rates.usual(trx, caller.tenant, now, name, count));
    if (failsMoreThanUsual(count, usual, failurePercent))
      bad.push({ occasion: 'FailureRate', at: now, name, tenant: caller.tenant, ...count, minutes, usual });
  }
  await endAlerts(
    trx,
    id,
    bad.map(({ name }) => name),
    minutes,
  );
  const raised: Notice[] = [];
  for (const notice of bad) if (await raiseAlert(trx, id, notice.name)) raised.push(notice);
  await queueNotices(trx, id, raised);
}

/** Counts of ended tasks, read once for all subscriptions of a round with the same tenant and window. */
class Rates {
  readonly #counts = new Map<string, Promise<Map<string, EndCount>>>();

  /** Returns the counts by definition of the last `seconds`. */
  since(
    db: Kysely<Schema>,
    tenant: string | null,
    now: Date,
    seconds: number,
    stepSeconds: number,
  ): Promise<Map<string, EndCount>> {
    const key = JSON.stringify([tenant, seconds]);
    let counts = this.#counts.get(key);
    if (counts === undefined) {
      const start = Math.floor(now.getTime() / 1000 / stepSeconds) * stepSeconds - seconds;
      counts = countEnds(db, tenant, new Date(start * 1000), stepSeconds);
      this.#counts.set(key, counts);
    }
    return counts;
  }

  /** Returns the count of a definition in the days before the window. */
  async usual(
    db: Kysely<Schema>,
    tenant: string | null,
    now: Date,
    name: string,
    recent: EndCount,
  ): Promise<EndCount> {
    const all = await this.since(db, tenant, now, USUAL_DAYS * DAY_SECONDS, 3600);
    const { failed, ended } = all.get(name) ?? recent;
    return {
      failed: Math.max(0, failed - recent.failed),
      ended: Math.max(0, ended - recent.ended),
    };
  }
}

async function countEnds(
  db: Kysely<Schema>,
  tenant: string | null,
  since: Date,
  stepSeconds: number,
): Promise<Map<string, EndCount>> {
  const counts = new Map<string, EndCount>();
  const scope = { tenant, since, stepSeconds, seen: await readCountedRange(db) };
  for (const { name, succeeded, failed } of await countChanges(db, scope)) {
    const before = counts.get(name) ?? { failed: 0, ended: 0 };
    if (name !== '')
      counts.set(name, { failed: before.failed + failed, ended: before.ended + succeeded + failed });
  }
  return counts;
}
