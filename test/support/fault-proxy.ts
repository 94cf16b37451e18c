import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Behaviour of a proxy. */
type Weather =
  /** Data passes immediately. */
  | { readonly kind: 'clear' }
  /** Data passes after this delay in ms. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Data is held back and connections stay open; neither side notices. New connections are accepted but get no data. */
  | { readonly kind: 'silent' }
  /** New connections are refused. */
  | { readonly kind: 'refused' };

/** A TCP proxy that delays, cuts, half-closes and blackholes connections, as networks do. */
export interface FaultProxy {
  readonly port: number;
  /** Sets the behaviour of existing and new connections. Held-back data passes once it is clear again. */
  set(weather: Weather): void;
  /** Resets every connection. @returns their number */
  cut(): number;
  /** Closes every connection towards the client, as a server that exits does; the other direction stays open. */
  halfClose(): number;
  /** Blackholes every existing connection permanently, unnoticed by the client. New ones are not affected. */
  lose(): number;
  close(): Promise<void>;
}

/** A connection through the proxy. */
class Passage {
  readonly client: Socket;
  readonly upstream: Socket;
  #lost = false;

  constructor(client: Socket, upstream: Socket, weather: () => Weather, changed: () => Promise<void>) {
    this.client = client;
    this.upstream = upstream;
    void this.#pass(client, upstream, weather, changed);
    void this.#pass(upstream, client, weather, changed);
  }

  /** Stops passing data. */
  lose(): void {
    this.#lost = true;
    this.upstream.destroy();
  }

  async #pass(from: Socket, to: Socket, weather: () => Weather, changed: () => Promise<void>): Promise<void> {
    try {
      for await (const chunk of from) {
        for (let now = weather(); now.kind === 'silent' && !this.#lost; now = weather()) await changed();
        const now = weather();
        if (now.kind === 'slow') await delay(now.ms);
        if (this.#lost) continue;
        if (!to.write(chunk)) await once(to, 'drain');
      }
      if (!this.#lost) to.end();
    } catch {
      if (!this.#lost) to.destroy(); // cut: destroy the other side too
    }
  }
}

/** Starts a proxy on loopback. @param target the port of the target, on 127.0.0.1 */
export async function startFaultProxy(target: number): Promise<FaultProxy> {
  const passages = new Set<Passage>();
  let weather: Weather = { kind: 'clear' };
  let change = Promise.withResolvers<void>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (weather.kind === 'refused') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const passage = new Passage(
      client,
      upstream,
      () => weather,
      () => change.promise,
    );
    passages.add(passage);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // reported by the passage
      socket.once('close', () => {
        if (client.destroyed && upstream.destroyed) passages.delete(passage);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const each = (act: (passage: Passage) => void): number => {
    const all = [...passages];
    all.forEach(act);
    return all.length;
  };
  const set = (next: Weather): void => {
    weather = next;
    change.resolve();
    change = Promise.withResolvers();
  };
  return {
    port: (server.address() as AddressInfo).port,
    set,
    cut: () =>
      each(({ client, upstream }) => {
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      }),
    halfClose: () => each(({ client }) => client.end()),
    lose: () => each((passage) => passage.lose()),
    async close() {
      set({ kind: 'clear' });
      each(({ client, upstream }) => {
        client.destroy();
        upstream.destroy();
      });
      server.close();
      await once(server, 'close');
    },
  };
}
