import { EventEmitter } from 'node:events';

/** What processes tell each other. A lost signal delays, it never loses work: polling and heartbeats stand behind it. */
export type Signal =
  /** Tasks of these definitions are due. */
  | { readonly kind: 'due'; readonly names: readonly string[] }
  /** This task is to be stopped, or has been taken from its run. */
  | { readonly kind: 'stop'; readonly taskId: number }
  /** This waiting call of a worker is to be answered. */
  | { readonly kind: 'end-wait'; readonly call: string }
  /** States of tasks have changed: there are new events. Other processes hear it only while one of them listens. */
  | { readonly kind: 'changed' }
  /** These tasks have new progress. Likewise. */
  | { readonly kind: 'progress'; readonly taskIds: readonly number[] }
  /** This process wants to hear of events; to be said again within `LISTENING_MS`. */
  | { readonly kind: 'listening' }
  /** Children of these tasks have moved on. For this process only: the one that has written it looks after the parents. */
  | { readonly kind: 'children'; readonly parentIds: readonly number[] };

/** How long the others believe a process that says that it is listening. */
export const LISTENING_MS = 30_000;

/** Carries signals between all processes on the same database, this one included. */
export interface PubSub {
  /** Sends a signal, after the transaction that made it true has committed. Never throws. */
  publish(signal: Signal): void;
  /** Calls the listener for every signal; returns the function that ends it. */
  subscribe(listener: (signal: Signal) => void): () => void;
  /** Sends what is waiting and closes. */
  close(): Promise<void>;
}

/** PubSub within this process: all there is where the database is embedded. */
export class LocalPubSub implements PubSub {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  publish(signal: Signal): void {
    this.#emitter.emit('signal', signal);
  }

  subscribe(listener: (signal: Signal) => void): () => void {
    this.#emitter.on('signal', listener);
    return () => this.#emitter.off('signal', listener);
  }

  async close(): Promise<void> {
    this.#emitter.removeAllListeners();
  }
}
