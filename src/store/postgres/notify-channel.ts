import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Channel } from './shared-signals.ts';

const CHANNEL = 'batchline';
const RECONNECT_MS = 1000;
const CONNECT_MS = 10_000;

/** LISTEN and NOTIFY on a connection of its own, which is made again when it breaks. */
export class NotifyChannel implements Channel {
  readonly #connectionString: string;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  #hear: (text: string) => void = () => undefined;
  #client: pg.Client | undefined;
  #reconnecting: Promise<void> | undefined;

  constructor(connectionString: string, log: Logger) {
    this.#connectionString = connectionString;
    this.#log = log;
  }

  async open(hear: (text: string) => void): Promise<void> {
    this.#hear = hear;
    await this.#connect();
  }

  async send(text: string): Promise<void> {
    await this.#client?.query('select pg_notify($1, $2)', [CHANNEL, text]);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reconnecting;
    await this.#client
      ?.end()
      .catch((error: unknown) => this.#log.debug({ err: error }, 'closing the signal connection'));
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'batchline signals',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    });
    client.on('error', (error) => this.#onBroken(client, error));
    client.on('end', () => this.#onBroken(client, undefined));
    client.on('notification', (message) => this.#hear(message.payload ?? ''));
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    this.#client = client;
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
