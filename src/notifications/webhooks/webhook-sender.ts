import type { Logger } from 'pino';
import type { Agent } from 'undici';
import type { WebhookConfig } from '../../config.ts';
import { message } from '../../domain/message.ts';
import { createAgent } from '../../net/address-rules.ts';
import type { Database } from '../../store/database.ts';
import { type DueDelivery, sweepDeliveries, takeDue, writeTry } from '../../store/webhooks/deliveries.ts';
import { noteHealth } from '../../store/webhooks/webhooks.ts';
import { fanOut } from './fan-out.ts';
import { sendDelivery } from './send-delivery.ts';
import type { WebhookMeter } from './webhook-meter.ts';

/** Looks this often for events and deliveries of other processes, and for what is due again. */
const POLL_MS = 1000;
/** After a signal; many come at once. */
const GATHER_MS = 50;
const TIMEOUT_MS = 10_000;
/** A process that has not said what became of a delivery within this time counts as lost. */
const LEASE_SECONDS = 20;
const MOST_AT_ONCE = 20;
/** Of them to one webhook, so that a slow one does not hold up the others. */
const MOST_PER_WEBHOOK = 4;
/** Dead deliveries in a row after which a webhook is made inactive. */
export const MOST_DEAD = 20;
/** How the try is counted after which a delivery is in a state. */
const OUTCOMES = { Delivered: 'delivered', Waiting: 'failed', Dead: 'dead' } as const;
const SWEEP_MS = 3_600_000;
const SWEEP_DAYS = 30;
const SWEEP_ROWS = 1000;

/**
 * Makes the deliveries of webhooks and sends them, beside the other processes on the same database. What is sent
 * may come twice where a process is lost; what is recorded comes once.
 */
export class WebhookSender {
  readonly #database: Database;
  readonly #config: WebhookConfig;
  readonly #log: Logger;
  readonly #meter: WebhookMeter;
  readonly #agent: Agent;
  readonly #ending = new AbortController();
  readonly #cutting = new AbortController();
  readonly #sending = new Map<Promise<void>, number>();
  #timers: NodeJS.Timeout[] = [];
  #unsubscribe: () => void = () => undefined;
  #waking: NodeJS.Timeout | undefined;
  #active = true;
  #working: Promise<void> = Promise.resolve();
  #busy = false;
  #again = false;

  constructor(
    database: Database,
    config: WebhookConfig,
    allowPrivateAddresses: boolean,
    log: Logger,
    meter: WebhookMeter,
  ) {
    this.#meter = meter;
    this.#database = database;
    this.#config = config;
    this.#log = log;
    this.#agent = createAgent({ allowPrivateAddresses });
  }

  start(): void {
    this.#unsubscribe = this.#database.signals.subscribe(({ kind }) => {
      if (this.#active && (kind === 'changed' || kind === 'due')) this.wake();
    });
    this.#timers = [
      setInterval(() => this.wake(), POLL_MS),
      setInterval(
        () => this.#do(() => sweepDeliveries(this.#database.sql, SWEEP_DAYS, SWEEP_ROWS)),
        SWEEP_MS,
      ),
    ];
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#ending.signal.aborted) return;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#waking ??= setTimeout(() => {
      this.#waking = undefined;
      this.#busy = true;
      this.#again = false;
      this.#do(() => this.#round().finally(() => this.#rest()));
    }, GATHER_MS);
  }

  /** Takes nothing more and lets what is being sent end, at most this long; what is cut is sent again later. */
  async stop(graceSeconds: number): Promise<void> {
    this.#ending.abort();
    this.#unsubscribe();
    for (const timer of [...this.#timers, this.#waking]) clearTimeout(timer);
    const cut = setTimeout(() => this.#cutting.abort(), graceSeconds * 1000);
    await this.#working;
    await Promise.all(this.#sending.keys());
    clearTimeout(cut);
    await this.#agent.destroy();
  }

  #rest(): void {
    this.#busy = false;
    if (this.#again) this.wake();
  }

  #do(work: () => Promise<unknown>): void {
    this.#working = this.#working.then(work).then(
      () => undefined,
      (error: unknown) => {
        if (!this.#ending.signal.aborted)
          this.#log.warn({ err: error }, 'webhooks could not be looked after; trying again');
      },
    );
  }

  async #round(): Promise<void> {
    for (let more = true; more && !this.#ending.signal.aborted; ) {
      const result = await fanOut(this.#database, this.#ending.signal);
      this.#active = result.active;
      more = result.more;
    }
    if (this.#active) await this.#sendDue();
  }

  async #sendDue(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const free = MOST_AT_ONCE - this.#sending.size;
      if (free <= 0) return;
      const due = await takeDue(
        this.#database.sql,
        this.#busyWebhooks(),
        Math.min(free, MOST_PER_WEBHOOK),
        LEASE_SECONDS,
      );
      for (const delivery of due) this.#begin(delivery);
      if (due.length === 0) return;
    }
  }

  #busyWebhooks(): number[] {
    const counts = Map.groupBy(this.#sending.values(), (id) => id);
    return [...counts].flatMap(([id, { length }]) => (length >= MOST_PER_WEBHOOK ? id : []));
  }

  #begin(delivery: DueDelivery): void {
    const sending = this.#send(delivery)
      .catch((error: unknown) => {
        if (!this.#cutting.signal.aborted)
          this.#log.warn(
            { err: error, delivery: delivery.id },
            'what became of a delivery could not be written',
          );
      })
      .finally(() => {
        this.#sending.delete(sending);
        this.wake();
      });
    this.#sending.set(sending, delivery.webhookId);
  }

  async #send(delivery: DueDelivery): Promise<void> {
    const { sql } = this.#database;
    const began = performance.now();
    const result = await sendDelivery(this.#agent, delivery, this.#config, this.#cutting.signal, TIMEOUT_MS);
    this.#meter.tried(OUTCOMES[result.state], (performance.now() - began) / 1000);
    const written = await writeTry(sql, delivery, result);
    if (!written || result.state === 'Waiting') return;
    const outcome = result.state === 'Delivered' ? 'delivered' : 'dead';
    const reason = message`${MOST_DEAD} deliveries in a row have failed; the last one: ${result.error}`;
    await noteHealth(sql, delivery.webhookId, outcome, MOST_DEAD, reason);
  }
}
