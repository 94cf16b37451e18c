import { EventEmitter } from 'node:events';

/** A message between processes. A lost one only delays work: polling and heartbeats find it too. */
export type Signal =
  /** Tasks of these definitions are due. */
  | { readonly kind: 'due'; readonly names: readonly string[] }
  /** A process has done a round of this job for all (`sharedJob`). Delivered to the others only. */
  | { readonly kind: 'round'; readonly job: string }
  /** This process may have missed signals of others. Local. */
  | { readonly kind: 'reconnected' }
  /** A stop of this task was requested, or its run has lost it. */
  | { readonly kind: 'stop'; readonly taskId: number }
  /** This long poll of a worker must return. */
  | { readonly kind: 'end-wait'; readonly call: string }
  /** States of tasks have changed, so there are new events. Sent to other processes only while one of them listens. */
  | { readonly kind: 'changed' }
  /** These tasks have new progress. Sent to other processes only while one of them listens. */
  | { readonly kind: 'progress'; readonly taskIds: readonly number[] }
  /** This process listens for events. It repeats this within `LISTENING_MS`. */
  | { readonly kind: 'listening' }
  /** Children of these tasks have changed state. Local: the process that changed them updates the parents. */
  | { readonly kind: 'children'; readonly parentIds: readonly number[] };

/** Validity of a `listening` signal. */
export const LISTENING_MS = 30_000;

/** Delivers signals to all processes on the same database, including this one. */
export interface PubSub {
  /** True if processes on the database receive the signals of each other. */
  readonly isShared: boolean;
  /** Sends a signal. Call it after the commit. Never throws. */
  publish(signal: Signal): void;
  /** Calls the listener for every signal. Returns a function that unsubscribes it. */
  subscribe(listener: (signal: Signal) => void): () => void;
  /** Sends pending signals and closes. */
  close(): Promise<void>;
}

/** PubSub within this process, for the embedded database. */
export class LocalPubSub implements PubSub {
  readonly isShared = false;
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  publish(signal: Signal): void {
    if (signal.kind !== 'round') this.deliver(signal);
  }

  /** Calls the listeners of this process. */
  deliver(signal: Signal): void {
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
