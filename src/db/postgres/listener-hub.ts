import { rename, stat, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Logger } from 'pino';

/** Interval at which a hub checks that new processes still find it, not another hub. */
const CHECK_MS = 5000;
/** A process that doesn't read its messages is disconnected; it connects again and polls meanwhile. */
const MAX_UNSENT_BYTES = 1_000_000;

/** The connection to the database on which the processes of a machine listen together. */
export interface Listener {
  /** Listens on more channels. */
  add(channels: readonly string[]): Promise<void>;
  /** Sends a text to the processes that listen on these channels. */
  notify(channels: readonly string[], text: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the connection. */
export type OpenListener = (
  receive: (channel: string, text: string) => void,
  onReconnect: () => void,
) => Promise<Listener>;

/** A message of a process to the hub. */
export type HubRequest =
  | { readonly id: number; readonly key: string; readonly common: string; readonly own: string }
  | { readonly id: number; readonly notify: readonly string[]; readonly text: string }
  | { readonly id: number; readonly ping: true };

/** A message of the hub to a process: a response to a request, a text, or that the database was reconnected. */
export type HubResponse =
  | { readonly id: number; readonly error?: string }
  | { readonly text: string }
  | { readonly reconnected: true };

/** The error for a process of another database. */
export const OTHER_DATABASE = 'the processes of this socket use another database';

interface Member {
  readonly socket: Socket;
  /** The channel of all processes of its schema. */
  common?: string;
  /** The channel of this process alone. */
  own?: string;
}

/**
 * Listens on the database for all processes of a machine, which connect to its Unix socket. It runs in one of these processes.
 *
 * The socket is bound under another name and renamed, which replaces that of a hub that is gone. If two processes do this
 * at once, the last one wins, and the other finds out by its check and closes.
 */
export class ListenerHub {
  readonly #path: string;
  readonly #key: string;
  readonly #log: Logger;
  readonly #members = new Set<Member>();
  #listener: Listener | undefined;
  #server: Server | undefined;
  #checking: NodeJS.Timeout | undefined;
  #inode: bigint | undefined;

  /** @param key identifies the database, so that processes of another one are refused */
  constructor(path: string, key: string, log: Logger) {
    this.#path = path;
    this.#key = key;
    this.#log = log;
  }

  /** Connects to the database, then takes the socket. Rejects if either fails. */
  async open(openListener: OpenListener, id: string): Promise<void> {
    this.#listener = await openListener(
      (channel, text) => this.#deliver([channel], text),
      () => this.#broadcast({ reconnected: true }),
    );
    try {
      const own = `${this.#path}.${id}`;
      const server = createServer((socket) => this.#accept(socket));
      this.#server = server;
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(own, resolve);
      });
      this.#inode = (await stat(own, { bigint: true })).ino;
      await rename(own, this.#path);
      this.#checking = setInterval(() => void this.#check(), CHECK_MS).unref();
      this.#log.info({ event: 'signals.hub_opened', path: this.#path }, 'listening for this machine');
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Disconnects all processes, which elect another hub. */
  async close(): Promise<void> {
    clearInterval(this.#checking);
    if (await this.#isCurrent()) await unlink(this.#path);
    this.#server?.close();
    for (const { socket } of this.#members) socket.destroy();
    await this.#listener?.close();
    this.#listener = undefined;
  }

  async #check(): Promise<void> {
    if (await this.#isCurrent()) return;
    this.#log.info(
      { event: 'signals.hub_replaced', path: this.#path },
      'another process listens for this machine',
    );
    await this.close();
  }

  async #isCurrent(): Promise<boolean> {
    const found = await stat(this.#path, { bigint: true }).catch(() => undefined);
    return found !== undefined && found.ino === this.#inode;
  }

  #accept(socket: Socket): void {
    const member: Member = { socket };
    this.#members.add(member);
    socket.on('close', () => this.#members.delete(member));
    socket.on('error', (error) =>
      this.#log.debug(
        { event: 'signals.hub_connection_failed', err: error },
        'connection to a process broke',
      ),
    );
    createInterface({ input: socket }).on('line', (line) => void this.#respond(member, line));
  }

  async #respond(member: Member, line: string): Promise<void> {
    let request: HubRequest;
    try {
      request = JSON.parse(line) as HubRequest;
    } catch {
      member.socket.destroy(); // not a process of Batchline
      return;
    }
    try {
      await this.#execute(member, request);
      this.#send(member, { id: request.id });
    } catch (error) {
      this.#send(member, { id: request.id, error: (error as Error).message });
    }
  }

  async #execute(member: Member, request: HubRequest): Promise<void> {
    if ('common' in request) {
      if (request.key !== this.#key) throw new Error(OTHER_DATABASE);
      await this.#listener?.add([request.common, request.own]);
      member.common = request.common;
      member.own = request.own;
    } else if ('notify' in request) {
      // A process of this machine needs no NOTIFY.
      const here = new Set([...this.#members].map(({ own }) => own));
      this.#deliver(
        request.notify.filter((channel) => here.has(channel)),
        request.text,
      );
      const elsewhere = request.notify.filter((channel) => !here.has(channel));
      if (elsewhere.length > 0) await this.#listener?.notify(elsewhere, request.text);
    }
  }

  #deliver(channels: readonly string[], text: string): void {
    for (const member of this.#members)
      if (channels.some((channel) => channel === member.own || channel === member.common))
        this.#send(member, { text });
  }

  #broadcast(response: HubResponse): void {
    for (const member of this.#members) this.#send(member, response);
  }

  #send({ socket }: Member, response: HubResponse): void {
    if (socket.writableLength > MAX_UNSENT_BYTES) socket.destroy();
    else socket.write(`${JSON.stringify(response)}\n`);
  }
}
