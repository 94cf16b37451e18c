import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { LocalSignals, type Signal, type Signals } from '../signals.ts';

const CHANNEL = 'batchline';
/** NOTIFY takes a lock at commit, so due definitions are gathered this long before they are announced. */
const GATHER_MS = 5;
const RECONNECT_MS = 1000;

/**
 * Signals over LISTEN/NOTIFY on a connection of its own. Local listeners hear at once; other processes hear
 * through the database. The connection is made again when it breaks.
 */
export class PostgresSignals implements Signals {
  readonly #local = new LocalSignals();
  readonly #connectionString: string;
  readonly #log: Logger;
  /** Tells our own notifications, which were heard locally already. */
  readonly #origin: string;
  readonly #dueNames = new Set<string>();
  readonly #stops = new Set<number>();
  readonly #closing = new AbortController();
  #client: pg.Client | undefined;
  #gathering: NodeJS.Timeout | undefined;
  /** The last announcement; the next one gathers until it has ended. */
  #sending: Promise<void> = Promise.resolve();
  #reconnecting: Promise<void> | undefined;

  constructor(connectionString: string, origin: string, log: Logger) {
    this.#connectionString = connectionString;
    this.#origin = origin;
    this.#log = log;
  }

  /** Connects; the first connection must succeed. */
  async open(): Promise<this> {
    await this.#connect();
    return this;
  }

  publish(signal: Signal): void {
    this.#local.publish(signal);
    if (signal.kind === 'due') for (const name of signal.names) this.#dueNames.add(name);
    else this.#stops.add(signal.taskId);
    this.#gathering ??= setTimeout(() => {
      this.#sending = this.#sending.then(() => this.#flush());
    }, GATHER_MS);
  }

  subscribe(listener: (signal: Signal) => void): () => void {
    return this.#local.subscribe(listener);
  }

  async close(): Promise<void> {
    if (this.#gathering !== undefined) clearTimeout(this.#gathering);
    await this.#sending;
    await this.#flush();
    this.#closing.abort();
    await this.#reconnecting;
    await this.#client
      ?.end()
      .catch((error: unknown) => this.#log.debug({ err: error }, 'closing the signal connection'));
    await this.#local.close();
  }

  async #flush(): Promise<void> {
    this.#gathering = undefined;
    const payload = JSON.stringify({
      origin: this.#origin,
      due: [...this.#dueNames],
      stops: [...this.#stops],
    });
    const nothing = this.#dueNames.size + this.#stops.size === 0;
    this.#dueNames.clear();
    this.#stops.clear();
    if (nothing || this.#client === undefined) return;
    try {
      await this.#client.query('select pg_notify($1, $2)', [CHANNEL, payload]);
    } catch (error) {
      this.#log.warn({ err: error }, 'a signal to the other processes was lost; polling makes up for it');
    }
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'batchline signals',
    });
    client.on('error', (error) => this.#onBroken(client, error));
    client.on('end', () => this.#onBroken(client, undefined));
    client.on('notification', (message) => this.#onNotification(message.payload ?? ''));
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    this.#client = client;
  }

  #onNotification(payload: string): void {
    const { origin, due, stops } = JSON.parse(payload) as { origin: string; due: string[]; stops: number[] };
    if (origin === this.#origin) return;
    if (due.length > 0) this.#local.publish({ kind: 'due', names: due });
    for (const taskId of stops) this.#local.publish({ kind: 'stop', taskId });
  }

  #onBroken(client: pg.Client, error: Error | undefined): void {
    if (this.#closing.signal.aborted || this.#client !== client) return;
    this.#log.warn({ err: error }, 'the signal connection broke; connecting again');
    this.#client = undefined;
    this.#reconnecting ??= this.#reconnect().finally(() => {
      this.#reconnecting = undefined;
    });
  }

  async #reconnect(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#connect();
        return;
      } catch (error) {
        this.#log.warn({ err: error }, 'the signal connection could not be made again yet');
        await delay(RECONNECT_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }
}
