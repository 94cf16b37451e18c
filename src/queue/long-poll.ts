import type { Logger } from 'pino';
import type { PubSub } from '../db/pubsub.ts';
import type { ClaimedTask } from '../db/queries/queue.ts';
import type { ClaimResult } from './claimer.ts';

/** A worker outside the server that asks for tasks. */
export interface Waiter {
  /** Definitions that it runs, each as it is written. */
  readonly names: readonly string[];
  /** The only tenant whose tasks it may run; `null` for any. */
  readonly tenant: string | null;
  /** The most tasks that it takes. */
  readonly limit: number;
  /** Who will hold the leases. */
  readonly owner: string;
}

/** What a waiting line works with. */
export interface WaitingLineOptions {
  /** Claims tasks of a definition for a waiter. */
  readonly claim: (name: string, waiter: Waiter) => Promise<ClaimResult>;
  /** Gives back tasks that were claimed for a waiter who has left meanwhile. */
  readonly release: (claimed: readonly ClaimedTask[], waiter: Waiter) => Promise<void>;
  readonly signals: PubSub;
  readonly log: Logger;
}

/** A lost signal costs this long at most. */
const POLL_MS = 2000;
/** After a failed claim, before the next. */
const PAUSE_MS = 1000;

interface Place {
  readonly waiter: Waiter;
  left: boolean;
  readonly leave: (claimed: readonly ClaimedTask[]) => void;
}

/**
 * The workers outside the server that wait for tasks in this process, first come, first served. A task that comes
 * due costs one claim, however many wait: the line claims for its first, and goes on only while there is more.
 */
export class LongPollQueue {
  readonly #options: WaitingLineOptions;
  readonly #places = new Set<Place>();
  /** Definitions that may have something due, in the order of their turns. */
  readonly #due = new Set<string>();
  readonly #unsubscribe: () => void;
  readonly #poll: NodeJS.Timeout;
  /** How often something has come due: what came while a worker looked for itself must not be missed. */
  #comings = 0;
  #serving: Promise<void> | undefined;
  #closed = false;

  constructor(options: WaitingLineOptions) {
    this.#options = options;
    this.#unsubscribe = options.signals.subscribe((signal) => {
      if (signal.kind !== 'due') return;
      this.#comings += 1;
      this.#wake(signal.names);
    });
    this.#poll = setInterval(() => this.#wake(this.#wanted()), POLL_MS);
  }

  /**
   * Tasks for a worker: at once where some are due, else the first that come.
   *
   * @param ms how long to wait; 0 not at all
   * @param gone aborted when the worker can no longer hear the answer; what was claimed for it goes back
   * @param enough aborted when the worker wants to wait no longer; it still gets what was claimed for it
   * @returns the claimed tasks; none when the time is over or the line closes
   */
  async wait(
    waiter: Waiter,
    ms: number,
    gone: AbortSignal,
    enough: AbortSignal,
  ): Promise<readonly ClaimedTask[]> {
    const before = this.#comings;
    for (const name of waiter.names) {
      if (this.#closed || gone.aborted || enough.aborted) return [];
      const { claimed } = await this.#options.claim(name, waiter);
      if (claimed.length === 0) continue;
      if (!gone.aborted) return claimed;
      await this.#options.release(claimed, waiter);
      return [];
    }
    if (ms <= 0 || this.#closed || gone.aborted || enough.aborted) return [];
    return new Promise((resolve) => {
      const end = (): void => place.leave([]);
      const timer = setTimeout(end, ms);
      const place: Place = {
        waiter,
        left: false,
        leave: (claimed) => {
          if (place.left) return;
          place.left = true;
          this.#places.delete(place);
          clearTimeout(timer);
          for (const signal of [gone, enough]) signal.removeEventListener('abort', end);
          resolve(claimed);
        },
      };
      for (const signal of [gone, enough]) signal.addEventListener('abort', end, { once: true });
      this.#places.add(place);
      if (this.#comings !== before) this.#wake(waiter.names);
    });
  }

  /** Sends everybody away with nothing; resolves when no claim is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#poll);
    this.#unsubscribe();
    for (const place of this.#places) place.leave([]);
    await this.#serving;
  }

  #wanted(): string[] {
    return [...new Set([...this.#places].flatMap((place) => place.waiter.names))];
  }

  #wake(names: readonly string[]): void {
    if (this.#closed || this.#places.size === 0) return;
    for (const name of names) this.#due.add(name);
    this.#serving ??= this.#serveAll().finally(() => {
      this.#serving = undefined;
    });
  }

  async #serveAll(): Promise<void> {
    for (const name of this.#due) {
      this.#due.delete(name);
      try {
        await this.#serve(name);
      } catch (error) {
        this.#options.log.warn(
          { event: 'task.claim_failed', err: error, definition: name },
          'failed to claim tasks; retrying',
        );
        setTimeout(() => this.#wake([name]), PAUSE_MS).unref();
      }
    }
  }

  /** Claims for those who wait for this definition, until nothing is left of what each of them may have. */
  async #serve(name: string): Promise<void> {
    const exhausted = new Set<string | null>();
    for (const place of [...this.#places]) {
      const { waiter } = place;
      if (place.left || !waiter.names.includes(name)) continue;
      if (exhausted.has(null) || exhausted.has(waiter.tenant)) continue;
      const { claimed, more } = await this.#options.claim(name, waiter);
      if (!more) exhausted.add(waiter.tenant);
      if (claimed.length === 0) continue;
      if (place.left) await this.#options.release(claimed, waiter);
      else place.leave(claimed);
    }
  }
}
