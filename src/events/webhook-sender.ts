import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Agent } from 'undici';
import type { Config } from '../config.ts';
import type { Caller } from '../core/access.ts';
import { BackgroundJob } from '../core/background-job.ts';
import { message } from '../core/message.ts';
import type { WebhookMeter } from '../core/meters.ts';
import { createAgent } from '../core/ssrf-guard.ts';
import type { Database } from '../db/database.ts';
import type { TaskEvent } from '../db/queries/event.ts';
import { pruneSubscriptions } from '../db/queries/subscription.ts';
import { listWebhooks, recordHealth, type Webhook } from '../db/queries/webhook.ts';
import {
  claimDeliveries,
  type DeliveryTarget,
  type DueDelivery,
  insertDeliveries,
  pruneDeliveries,
  recordTry,
  type TargetLoad,
  type TryResult,
} from '../db/queries/webhook-delivery.ts';
import type { Schema } from '../db/schema.ts';
import { type EventReaders, queueNextEvents } from './event-cursor.ts';
import { concerns, type EventFilter } from './feed.ts';
import { type NoticeSending, sendNotices } from './notice-delivery.ts';
import type { NoticeReaders } from './notice-text.ts';
import { checkSubscriptions } from './notice-watch.ts';
import { SUBSCRIPTIONS } from './notices.ts';
import { actingCaller } from './rights.ts';
import { bodyOf, sendDelivery, type Target, TargetBreaker } from './webhook-delivery.ts';

/** Webhooks, with one delivery per event that one wants. */
const WEBHOOKS: EventReaders<Webhook> = {
  kind: 'webhook',
  list: (db) => listWebhooks(db, { active: true }),
  async queue(trx, webhooks, events) {
    const readers = await Promise.all(webhooks.map((webhook) => readerOf(trx, webhook)));
    await insertDeliveries(
      trx,
      events.flatMap((event) =>
        readers
          .filter((reader) => wants(reader, event))
          .map(({ webhook }) => ({
            webhookId: webhook.id,
            eventId: event.id,
            body: bodyOf(event),
            trace: event.trace,
          })),
      ),
    );
  },
};

interface Reader {
  readonly webhook: Webhook;
  readonly filter: EventFilter;
  /** `undefined` if the owner can no longer sign in. */
  readonly caller: Caller | undefined;
}

async function readerOf(db: Kysely<Schema>, webhook: Webhook): Promise<Reader> {
  const filter = { names: new Set(webhook.names), states: new Set(webhook.states), own: webhook.own };
  return { webhook, filter, caller: await actingCaller(db, webhook) };
}

function wants({ webhook, filter, caller }: Reader, event: TaskEvent): boolean {
  if (caller === undefined || event.id <= webhook.afterEvent) return false;
  return concerns(caller, filter, { ...event, state: event.to });
}

/** Polling interval for events of other processes and due deliveries. */
const POLL_MS = 1000;
/** Delay after a signal, because signals come in bursts. */
const WAKE_DELAY_MS = 50;
const TIMEOUT_MS = 10_000;
/** Lease of a delivery. If its outcome is not recorded in time, the delivery is sent again. */
const LEASE_SECONDS = 20;
/** Maximum number of concurrent deliveries. */
const MAX_BATCH = 40;
/** Maximum per tenant, so that its slow servers don't delay other tenants. */
const MAX_PER_TENANT = 10;
/** Maximum per target. */
const MAX_PER_TARGET = 4;
/** Number of consecutive dead deliveries that deactivates a webhook. */
export const MAX_DEAD = 20;
/** Outcomes in metrics, by the state of the delivery after the attempt. */
const OUTCOMES = { Delivered: 'delivered', Waiting: 'failed', Dead: 'dead' } as const;
/** Interval at which subscriptions that are due for a check are looked for. */
const CHECK_MS = 10_000;
const SWEEP_MS = 3_600_000;
const SWEEP_DAYS = 30;
const SWEEP_ROWS = 1000;
/** Number of days after the end of a task until its subscriptions are deleted. */
const ENDED_DAYS = 1;

/** Settings of the sender. */
export type SenderConfig = Pick<Config, 'webhooks' | 'mail' | 'publicUrl' | 'allowPrivateAddresses'>;

/**
 * Creates and sends the deliveries of webhooks and subscriptions, concurrently with other processes on the same database.
 * Delivery is at least once: if a process is lost, its deliveries are sent again. Outcomes are recorded once.
 */
export class WebhookSender {
  readonly #database: Database;
  readonly #sends: Omit<NoticeSending, 'dispatcher'>;
  readonly #log: Logger;
  readonly #meter: WebhookMeter;
  readonly #allowPrivateAddresses: boolean;
  /** Created for the first delivery. */
  #agent: Agent | undefined;
  readonly #aborting = new AbortController();
  readonly #breaker = new TargetBreaker();
  readonly #sending = new Map<Promise<void>, DueDelivery>();
  readonly #delivering: BackgroundJob;
  readonly #cleaning: BackgroundJob;
  readonly #checking: BackgroundJob;
  #unsubscribe: () => void = () => undefined;
  #active = true;

  constructor(
    database: Database,
    config: SenderConfig,
    readers: NoticeReaders,
    log: Logger,
    meter: WebhookMeter,
  ) {
    this.#meter = meter;
    this.#database = database;
    this.#log = log;
    const { webhooks, mail, publicUrl, allowPrivateAddresses } = config;
    this.#allowPrivateAddresses = allowPrivateAddresses;
    this.#sends = { config: webhooks, mail, publicUrl, readers };
    this.#delivering = new BackgroundJob({
      name: 'webhooks',
      intervalMs: POLL_MS,
      log,
      run: (signal) => this.#round(signal),
    });
    this.#checking = new BackgroundJob({
      name: 'notifications',
      intervalMs: CHECK_MS,
      jitter: 0.5,
      log,
      run: (signal) => checkSubscriptions(database, signal),
    });
    this.#cleaning = new BackgroundJob({
      name: 'webhooks.cleanup',
      intervalMs: SWEEP_MS,
      log,
      run: async () => {
        await pruneDeliveries(database.sql, SWEEP_DAYS, SWEEP_ROWS);
        await pruneSubscriptions(database.sql, ENDED_DAYS, SWEEP_ROWS);
      },
    });
  }

  start(): void {
    this.#unsubscribe = this.#database.signals.subscribe(({ kind }) => {
      if (this.#active && (kind === 'changed' || kind === 'due')) this.wake();
    });
    this.#delivering.start('later');
    this.#cleaning.start('later');
    this.#checking.start('later');
  }

  /** Starts a round soon, because there may be new events or due deliveries. */
  wake(): void {
    this.#delivering.wakeIn(WAKE_DELAY_MS);
  }

  /**
   * Claims no more deliveries and waits for those in flight. After the grace period they are aborted, and sent again later.
   */
  async stop(graceSeconds: number): Promise<void> {
    this.#unsubscribe();
    const cut = setTimeout(() => this.#aborting.abort(), graceSeconds * 1000);
    await Promise.all([this.#delivering.stop(), this.#cleaning.stop(), this.#checking.stop()]);
    await Promise.all(this.#sending.keys());
    clearTimeout(cut);
    await this.#agent?.destroy();
  }

  async #round(signal: AbortSignal): Promise<void> {
    let active = false;
    const rounds = [
      () => queueNextEvents(this.#database, WEBHOOKS, signal),
      () => queueNextEvents(this.#database, SUBSCRIPTIONS, signal),
    ];
    for (const round of rounds) {
      for (let more = true; more && !signal.aborted; ) {
        const result = await round();
        active ||= result.active;
        more = result.more;
      }
    }
    this.#active = active;
    if (active) await this.#sendDue(signal);
  }

  /** Sends a test of a subscription now, and returns its outcome. */
  async test(target: DeliveryTarget & Pick<DueDelivery, 'recipient' | 'body'>): Promise<TryResult> {
    const unqueued = { ...target, id: 0, created: new Date(), tries: 1, tenant: '', origin: '', trace: null };
    return sendNotices(this.#noticeSending(), unqueued, this.#aborting.signal, TIMEOUT_MS);
  }

  #dispatcher(): Agent {
    this.#agent ??= createAgent({ allowPrivateAddresses: this.#allowPrivateAddresses });
    return this.#agent;
  }

  #noticeSending(): NoticeSending {
    return { ...this.#sends, dispatcher: this.#dispatcher() };
  }

  async #sendDue(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const free = MAX_BATCH - this.#sending.size;
      if (free <= 0) return;
      const claimLimits = { limit: free, perTenant: MAX_PER_TENANT, perTarget: MAX_PER_TARGET };
      const due = await claimDeliveries(this.#database.sql, this.#loads(), claimLimits, LEASE_SECONDS);
      for (const delivery of due) this.#begin(delivery);
      if (due.length === 0) return;
    }
  }

  /** The targets with deliveries in flight or an open circuit. */
  #loads(): TargetLoad[] {
    const keyOf = ({ tenant, origin }: Target): string => JSON.stringify([tenant, origin]);
    const limits = this.#breaker.limits();
    const maxima = new Map(limits.map((limit) => [keyOf(limit), limit.max]));
    const sending = Map.groupBy(this.#sending.values(), keyOf);
    const targets = new Map([...limits, ...this.#sending.values()].map((target) => [keyOf(target), target]));
    return [...targets].map(([key, { tenant, origin }]) => ({
      tenant,
      origin,
      busy: sending.get(key)?.length ?? 0,
      max: maxima.get(key) ?? MAX_PER_TARGET,
    }));
  }

  #begin(delivery: DueDelivery): void {
    const sending = this.#send(delivery)
      .catch((error: unknown) => {
        if (!this.#aborting.signal.aborted)
          this.#log.warn(
            { event: 'webhook.delivery_record_failed', err: error, delivery: delivery.id },
            'failed to record the outcome of a webhook delivery',
          );
      })
      .finally(() => {
        this.#sending.delete(sending);
        this.wake();
      });
    this.#sending.set(sending, delivery);
  }

  async #send(delivery: DueDelivery): Promise<void> {
    const { sql } = this.#database;
    const began = performance.now();
    const { signal } = this.#aborting;
    const result =
      delivery.channel === null
        ? await sendDelivery(this.#dispatcher(), delivery, this.#sends.config, signal, TIMEOUT_MS)
        : await sendNotices(this.#noticeSending(), delivery, signal, TIMEOUT_MS);
    const durationMs = performance.now() - began;
    if (result.isServerFault) this.#breaker.failed(delivery);
    else this.#breaker.succeeded(delivery);
    this.#meter.tried(OUTCOMES[result.state], durationMs / 1000);
    const written = await recordTry(sql, delivery, result, durationMs);
    if (!written || result.state === 'Waiting') return;
    const outcome = result.state === 'Delivered' ? 'delivered' : 'dead';
    const reason = message`${MAX_DEAD} consecutive deliveries failed; the last one: ${result.error}`;
    await recordHealth(sql, delivery.recipient, outcome, MAX_DEAD, reason);
  }
}
