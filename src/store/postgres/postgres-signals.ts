import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { LISTENING_MS, LocalSignals, type Signal, type Signals } from '../signals.ts';
import { dropWhenSilent } from './drop-when-silent.ts';

const CHANNEL = 'batchline';
/** NOTIFY takes a lock at commit, so due definitions are gathered this long before they are announced. */
const GATHER_MS = 5;
const RECONNECT_MS = 1000;
/** Nothing else is said on a connection that only listens: LISTEN once more, which changes nothing, tells whether it still hears. */
const BEAT_MS = 5000;
const CONNECT_MS = 10_000;
/** That there are events is announced at most this often, ... */
const CHANGED_MS = 50;
/** ... and whose progress is new at most this often, ... */
const PROGRESS_MS = 300;
/** ... with at most this many ids: a notification holds less than 8,000 bytes. Others wait for the next one. */
const MOST_IDS = 600;

/** What one notification tells. */
interface Payload {
  readonly origin: string;
  readonly due?: readonly string[];
  readonly stops?: readonly number[];
  readonly progress?: readonly number[];
  readonly changed?: boolean;
  readonly listening?: boolean;
}

/**
 * Signals over LISTEN/NOTIFY on a connection of its own. Local listeners hear at once; other processes hear
 * through the database. The connection is made again when it breaks.
 */
export class PostgresSignals implements Signals {
  readonly #local = new LocalSignals();
  readonly #connectionString: string;
  readonly #log: Logger;
  readonly #mostMs: number;
  /** Tells our own notifications, which were heard locally already. */
  readonly #origin: string;
  readonly #dueNames = new Set<string>();
  readonly #stops = new Set<number>();
  readonly #progress = new Set<number>();
  readonly #closing = new AbortController();
  #listening = false;
  /** Until when another process wants to hear of events, on this process's own clock (ms). */
  #wantedUntil = 0;
  #changed: NodeJS.Timeout | undefined;
  #progressing: NodeJS.Timeout | undefined;
  #client: pg.Client | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #beating: NodeJS.Timeout | undefined;
  /** The last announcement; the next one gathers until it has ended. */
  #sending: Promise<void> = Promise.resolve();
  #reconnecting: Promise<void> | undefined;

  /** @param mostMs how long the database may take to answer, in ms */
  constructor(connectionString: string, origin: string, log: Logger, mostMs: number) {
    this.#connectionString = connectionString;
    this.#origin = origin;
    this.#log = log;
    this.#mostMs = mostMs;
  }

  /** Connects; the first connection must succeed. */
  async open(): Promise<this> {
    await this.#connect();
    this.#beating = setInterval(() => this.#beat(), Math.min(BEAT_MS, this.#mostMs));
    return this;
  }

  publish(signal: Signal): void {
    this.#local.publish(signal);
    switch (signal.kind) {
      case 'due':
        for (const name of signal.names) this.#dueNames.add(name);
        this.#gather();
        return;
      case 'stop':
        this.#stops.add(signal.taskId);
        this.#gather();
        return;
      case 'listening':
        this.#listening = true;
        this.#gather();
        return;
      case 'children':
        return; // for this process only
      case 'changed':
        if (this.#isWanted()) this.#changed ??= setTimeout(() => this.#flushChanged(), CHANGED_MS);
        return;
      case 'progress':
        if (!this.#isWanted()) return;
        for (const taskId of signal.taskIds) this.#progress.add(taskId);
        this.#progressing ??= setTimeout(() => this.#flushProgress(), PROGRESS_MS);
    }
  }

  subscribe(listener: (signal: Signal) => void): () => void {
    return this.#local.subscribe(listener);
  }

  async close(): Promise<void> {
    for (const timer of [this.#gathering, this.#changed, this.#progressing, this.#beating])
      clearTimeout(timer);
    await this.#sending;
    await this.#flush();
    this.#closing.abort();
    await this.#reconnecting;
    await this.#client
      ?.end()
      .catch((error: unknown) => this.#log.debug({ err: error }, 'closing the signal connection'));
    await this.#local.close();
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#sending = this.#sending.then(() => this.#flush());
    }, GATHER_MS);
  }

  #isWanted(): boolean {
    return performance.now() < this.#wantedUntil;
  }

  async #flush(): Promise<void> {
    this.#gathering = undefined;
    const due = [...this.#dueNames];
    const stops = [...this.#stops];
    const listening = this.#listening;
    this.#dueNames.clear();
    this.#stops.clear();
    this.#listening = false;
    if (due.length + stops.length > 0 || listening) await this.#notify({ due, stops, listening });
  }

  #flushChanged(): void {
    this.#changed = undefined;
    this.#sending = this.#sending.then(() => this.#notify({ changed: true }));
  }

  #flushProgress(): void {
    const progress = [...this.#progress].slice(0, MOST_IDS);
    for (const taskId of progress) this.#progress.delete(taskId);
    this.#progressing =
      this.#progress.size > 0 ? setTimeout(() => this.#flushProgress(), PROGRESS_MS) : undefined;
    this.#sending = this.#sending.then(() => this.#notify({ progress }));
  }

  async #notify(payload: Omit<Payload, 'origin'>): Promise<void> {
    if (this.#client === undefined) return;
    try {
      const text = JSON.stringify({ origin: this.#origin, ...payload });
      await this.#client.query('select pg_notify($1, $2)', [CHANNEL, text]);
    } catch (error) {
      this.#log.warn({ err: error }, 'a signal to the other processes was lost; polling makes up for it');
    }
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
    client.on('notification', (message) => this.#onNotification(message.payload ?? ''));
    await client.connect();
    dropWhenSilent(client, () => Math.min(BEAT_MS, this.#mostMs));
    await client.query(`listen ${CHANNEL}`);
    this.#client = client;
  }

  #beat(): void {
    this.#client?.query(`listen ${CHANNEL}`).catch((error: unknown) => {
      this.#log.debug({ err: error }, 'the signal connection does not answer');
    });
  }

  #onNotification(payload: string): void {
    const { origin, due = [], stops = [], progress = [], ...flags } = JSON.parse(payload) as Payload;
    if (origin === this.#origin) return;
    if (due.length > 0) this.#local.publish({ kind: 'due', names: due });
    for (const taskId of stops) this.#local.publish({ kind: 'stop', taskId });
    if (progress.length > 0) this.#local.publish({ kind: 'progress', taskIds: progress });
    if (flags.changed === true) this.#local.publish({ kind: 'changed' });
    if (flags.listening === true) this.#wantedUntil = performance.now() + LISTENING_MS;
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
