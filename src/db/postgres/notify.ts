import pg from 'pg';
import type { Logger } from 'pino';
import { retry } from '../../core/retry.ts';
import type { Channel } from '../pubsub.ts';
import type { Listener } from './listener-hub.ts';
import { queryTimeout } from './probe.ts';

const RECONNECT_MS = 1000;
const CONNECT_MS = 10_000;
/** A connection that was silent for this long is tested by a repeated LISTEN, which has no effect. */
const PING_MS = 5000;

/** Returns the channel of one process. Earlier releases listen only on the common one. */
export function channelOf(nodeId: string): string {
  return `batchline_${nodeId}`;
}

/** The channels that a process listens on. */
export interface Channels {
  /** The common channel of the processes of a schema, which has the name of the schema. */
  readonly channel: string;
  /** Identifies the process, in all schemas. */
  readonly nodeId: string;
}

/** Called for a text on a channel. */
type OnText = (channel: string, text: string) => void;

/** LISTEN and NOTIFY on a dedicated connection, which is reopened if it breaks. */
export class PgListener implements Listener {
  readonly #connectionString: string;
  readonly #log: Logger;
  readonly #maxMs: number;
  readonly #closing = new AbortController();
  readonly #channels = new Set<string>();
  readonly #receive: OnText;
  readonly #onReconnect: () => void;
  /** When the server last responded or notified, on the monotonic clock of this process (ms). */
  #aliveAt = 0;
  #client: pg.Client | undefined;
  #reconnecting: Promise<void> | undefined;
  #pinging: NodeJS.Timeout | undefined;

  /**
   * @param maxMs time limit for a response of the database (ms)
   * @param receive called for each text
   * @param onReconnect called when a broken connection was replaced: texts may have been lost
   */
  constructor(
    connectionString: string,
    log: Logger,
    maxMs: number,
    receive: OnText,
    onReconnect: () => void,
  ) {
    this.#connectionString = connectionString;
    this.#log = log;
    this.#maxMs = maxMs;
    this.#receive = receive;
    this.#onReconnect = onReconnect;
  }

  /** Connects. Rejects if the first connection fails. */
  async open(): Promise<this> {
    await this.#connect();
    this.#pinging = setInterval(() => this.#ping(), Math.min(PING_MS, this.#maxMs));
    return this;
  }

  async add(channels: readonly string[]): Promise<void> {
    const added = channels.filter((channel) => !this.#channels.has(channel));
    if (added.length === 0) return;
    for (const channel of added) this.#channels.add(channel);
    await this.#client?.query(listenTo(added));
  }

  async notify(channels: readonly string[], text: string): Promise<void> {
    await this.#client?.query('select pg_notify(c, $2) from unnest($1::text[]) as c', [channels, text]);
    this.#aliveAt = performance.now();
  }

  async close(): Promise<void> {
    clearInterval(this.#pinging);
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
      connectionTimeoutMillis: Math.min(CONNECT_MS, this.#maxMs),
      keepAlive: true,
    });
    client.on('error', (error) => this.#onBroken(client, error));
    client.on('end', () => this.#onBroken(client, undefined));
    client.on('notification', (message) => {
      this.#aliveAt = performance.now();
      this.#receive(message.channel, message.payload ?? '');
    });
    await client.connect();
    queryTimeout(client, () => Math.min(PING_MS, this.#maxMs));
    if (this.#channels.size > 0) await client.query(listenTo(this.#channels));
    this.#client = client;
  }

  #ping(): void {
    if (performance.now() - this.#aliveAt < PING_MS) return;
    this.#client?.query(listenTo(this.#channels)).catch((error: unknown) => {
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
      if (signal.aborted) return;
      await this.#connect();
      this.#onReconnect();
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

function listenTo(channels: Iterable<string>): string {
  return [...channels].map((channel) => `listen ${pg.escapeIdentifier(channel)}`).join('; ');
}

/**
 * LISTEN and NOTIFY on a connection of this process. Each process also listens on a channel of its own, so that a text for one
 * process costs the others nothing.
 */
export class PgNotifyChannel implements Channel {
  readonly #connectionString: string;
  readonly #channels: Channels;
  readonly #log: Logger;
  readonly #maxMs: number;
  #listener: PgListener | undefined;

  /** @param maxMs time limit for a response of the database (ms) */
  constructor(connectionString: string, channels: Channels, log: Logger, maxMs: number) {
    this.#connectionString = connectionString;
    this.#channels = channels;
    this.#log = log;
    this.#maxMs = maxMs;
  }

  async open(receive: (text: string) => void, onReconnect: () => void): Promise<void> {
    const onText: OnText = (_, text) => receive(text);
    const listener = new PgListener(this.#connectionString, this.#log, this.#maxMs, onText, onReconnect);
    const { channel, nodeId } = this.#channels;
    await listener.add([channel, channelOf(nodeId)]);
    this.#listener = await listener.open();
  }

  async send(text: string, to?: readonly string[]): Promise<void> {
    await this.#listener?.notify(to?.map(channelOf) ?? [this.#channels.channel], text);
  }

  async close(): Promise<void> {
    await this.#listener?.close();
  }
}
