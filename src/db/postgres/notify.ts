import pg from 'pg';
import type { Logger } from 'pino';
import { retry } from '../../core/retry.ts';
import type { Channel } from '../pubsub-cluster.ts';
import { queryTimeout } from './probe.ts';

const CHANNEL = 'batchline';
const RECONNECT_MS = 1000;
const CONNECT_MS = 10_000;
/** Nothing else is said on a connection that only listens: LISTEN once more, which changes nothing, tells whether it still hears. */
const BEAT_MS = 5000;

/** LISTEN and NOTIFY on a connection of its own, which is made again when it breaks. */
export class PgNotifyChannel implements Channel {
  readonly #connectionString: string;
  readonly #log: Logger;
  readonly #mostMs: number;
  readonly #closing = new AbortController();
  #hear: (text: string) => void = () => undefined;
  #client: pg.Client | undefined;
  #reconnecting: Promise<void> | undefined;
  #beating: NodeJS.Timeout | undefined;

  /** @param maxMs how long the database may take to answer, in ms */
  constructor(connectionString: string, log: Logger, mostMs: number) {
    this.#connectionString = connectionString;
    this.#log = log;
    this.#mostMs = mostMs;
  }

  async open(hear: (text: string) => void): Promise<void> {
    this.#hear = hear;
    await this.#connect();
    this.#beating = setInterval(() => this.#beat(), Math.min(BEAT_MS, this.#mostMs));
  }

  async send(text: string): Promise<void> {
    await this.#client?.query('select pg_notify($1, $2)', [CHANNEL, text]);
  }

  async close(): Promise<void> {
    clearInterval(this.#beating);
    this.#closing.abort();
    await this.#reconnecting;
    await this.#client
      ?.end()
      .catch((error: unknown) =>
        this.#log.debug(
          { event: 'signals.close_failed', err: error },
          'failed to close the LISTEN connection',
        ),
      );
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'batchline signals',
      connectionTimeoutMillis: Math.min(CONNECT_MS, this.#mostMs),
      keepAlive: true,
    });
    client.on('error', (error) => this.#onBroken(client, error));
    client.on('end', () => this.#onBroken(client, undefined));
    client.on('notification', (message) => this.#hear(message.payload ?? ''));
    await client.connect();
    queryTimeout(client, () => Math.min(BEAT_MS, this.#mostMs));
    await client.query(`listen ${CHANNEL}`);
    this.#client = client;
  }

  #beat(): void {
    this.#client?.query(`listen ${CHANNEL}`).catch((error: unknown) => {
      this.#log.debug({ event: 'signals.ping_failed', err: error }, 'LISTEN connection does not respond');
    });
  }

  #onBroken(client: pg.Client, error: Error | undefined): void {
    if (this.#closing.signal.aborted || this.#client !== client) return;
    this.#log.warn({ event: 'signals.disconnected', err: error }, 'LISTEN connection lost; reconnecting');
    this.#client = undefined;
    this.#reconnecting ??= this.#reconnect().finally(() => {
      this.#reconnecting = undefined;
    });
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing;
    const connect = async (): Promise<void> => {
      if (!signal.aborted) await this.#connect();
    };
    await retry(connect, {
      firstMs: RECONNECT_MS,
      maxMs: RECONNECT_MS,
      signal,
      onRetry: (error) =>
        this.#log.warn(
          { event: 'signals.reconnect_failed', err: error },
          'failed to reopen the LISTEN connection; retrying',
        ),
    });
  }
}
