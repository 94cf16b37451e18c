import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Channel } from '../pubsub.ts';
import {
  type HubRequest,
  type HubResponse,
  ListenerHub,
  type OpenListener,
  OTHER_DATABASE,
} from './listener-hub.ts';
import { type Channels, channelOf } from './notify.ts';

/** A hub that doesn't respond within this time has stopped; another process takes its place. */
const RESPONSE_MS = 3000;
const PING_MS = 5000;
const RETRY_MS = 200;

/** Settings of a `SharedNotifyChannel`. */
export interface SharedListening {
  /** Unix socket that the processes of the machine have in common. */
  readonly path: string;
  /** Identifies the database. */
  readonly key: string;
  readonly channels: Channels;
  readonly openListener: OpenListener;
}

/** A request to the hub without its id. */
type Asked = HubRequest extends infer One ? (One extends HubRequest ? Omit<One, 'id'> : never) : never;

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * LISTEN and NOTIFY through one connection for all processes of a machine: that of a hub (`ListenerHub`), which runs in one of
 * them. If the hub is gone or hangs, the first process that notices becomes the next one.
 */
export class SharedNotifyChannel implements Channel {
  readonly #settings: SharedListening;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  readonly #pending = new Map<number, Pending>();
  #receive: (text: string) => void = () => undefined;
  #onReconnect: () => void = () => undefined;
  #hub: ListenerHub | undefined;
  #socket: Socket | undefined;
  #pinging: NodeJS.Timeout | undefined;
  #reconnecting: Promise<void> | undefined;
  #lastId = 0;

  constructor(settings: SharedListening, log: Logger) {
    this.#settings = settings;
    this.#log = log;
  }

  async open(receive: (text: string) => void, onReconnect: () => void): Promise<void> {
    this.#receive = receive;
    this.#onReconnect = onReconnect;
    await this.#join();
    this.#pinging = setInterval(() => void this.#ping(), PING_MS).unref();
  }

  async send(text: string, to?: readonly string[]): Promise<void> {
    await this.#ask({ notify: to?.map(channelOf) ?? [this.#settings.channels.channel], text });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#pinging);
    await this.#reconnecting;
    this.#socket?.destroy();
    await this.#hub?.close();
  }

  /** Connects to the hub, or becomes it. The pause makes it unlikely that several processes do so at once. */
  async #join(): Promise<void> {
    if ((await this.#reach()) || (await this.#reach(Math.random() * RETRY_MS))) return;
    const { path, key, channels, openListener } = this.#settings;
    await this.#hub?.close();
    const hub = new ListenerHub(path, key, this.#log);
    await hub.open(openListener, channels.nodeId);
    this.#hub = hub;
    await this.#connect();
  }

  /** Connects to the hub. Returns false if none responds. */
  async #reach(waitMs = 0): Promise<boolean> {
    await delay(waitMs, undefined, { signal: this.#closing.signal });
    try {
      await this.#connect();
      return true;
    } catch (error) {
      if ((error as Error).message === OTHER_DATABASE) throw error;
      this.#log.debug({ event: 'signals.hub_missing', err: error }, 'no process listens for this machine');
      return false;
    }
  }

  async #connect(): Promise<void> {
    const { path, key, channels } = this.#settings;
    const socket = await connectTo(path);
    this.#use(socket);
    try {
      await this.#ask({ key, common: channels.channel, own: channelOf(channels.nodeId) });
    } catch (error) {
      this.#socket = undefined;
      socket.destroy();
      throw error;
    }
  }

  #use(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', () => socket.destroy()); // `close` follows
    socket.on('close', () => this.#onClosed(socket));
    createInterface({ input: socket }).on('line', (line) => this.#onMessage(JSON.parse(line) as HubResponse));
  }

  #onMessage(message: HubResponse): void {
    if ('text' in message) this.#receive(message.text);
    else if ('reconnected' in message) this.#onReconnect();
    else {
      const pending = this.#pending.get(message.id);
      if (message.error === undefined) pending?.resolve();
      else pending?.reject(new Error(message.error));
    }
  }

  #onClosed(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    for (const { reject } of this.#pending.values()) reject(new Error('the hub has closed the connection'));
    if (this.#closing.signal.aborted) return;
    this.#reconnecting ??= this.#rejoin().finally(() => {
      this.#reconnecting = undefined;
    });
  }

  async #rejoin(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#join();
        this.#onReconnect();
        return;
      } catch (error) {
        this.#log.warn(
          { event: 'signals.reconnect_failed', err: error },
          'failed to reopen the LISTEN connection; retrying',
        );
        await delay(RETRY_MS + Math.random() * RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #ping(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || this.#reconnecting !== undefined) return;
    await this.#ask({ ping: true }).catch(() => socket.destroy());
  }

  #ask(asked: Asked): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return Promise.reject(new Error('no connection to the hub'));
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error('the hub does not respond')), RESPONSE_MS);
    this.#pending.set(id, { resolve, reject });
    socket.write(`${JSON.stringify({ id, ...asked })}\n`);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#pending.delete(id);
    });
  }
}

/** Connects to a Unix socket. Rejects if nothing accepts it. */
function connectTo(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
