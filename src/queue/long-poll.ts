import type { Logger } from 'pino';
import type { PubSub } from '../db/pubsub.ts';
import type { ClaimedTask } from '../db/queries/queue.ts';
import type { ClaimResult } from './claimer.ts';

/** A remote worker that requests tasks. */
export interface Waiter {
  /** Names of the definitions that it runs, as declared. */
  readonly names: readonly string[];
  /** The tenant whose tasks it may run; `null` for all. */
  readonly tenant: string | null;
  /** Maximum number of tasks. */
  readonly limit: number;
  /** Owner of the leases. */
  readonly owner: string;
}

/** Dependencies of a `LongPollQueue`. */
export interface LongPollOptions {
  /** Claims tasks of a definition for a waiter. */
  readonly claim: (name: string, waiter: Waiter) => Promise<ClaimResult>;
  /** Returns tasks to the queue that were claimed for a waiter that has disconnected. */
  readonly release: (claimed: readonly ClaimedTask[], waiter: Waiter) => Promise<void>;
  readonly signals: PubSub;
  readonly log: Logger;
}

/** Polling interval, in case a signal is lost. */
const POLL_MS = 2000;
/** Delay after a failed claim. */
const PAUSE_MS = 1000;

/** A worker that waits for tasks. */
interface PendingPoll {
  readonly waiter: Waiter;
  isDone: boolean;
  readonly finish: (claimed: readonly ClaimedTask[]) => void;
}

/**
 * Queue of remote workers that wait for tasks in this process, first come, first served. A due task costs one claim,
 * however many workers wait: the queue claims for the first worker, and continues only while there are more tasks.
 */
export class LongPollQueue {
  readonly #options: LongPollOptions;
  readonly #pending = new Set<PendingPoll>();
  /** Definitions that may have due tasks, in round-robin order. */
  readonly #due = new Set<string>();
  readonly #unsubscribe: () => void;
  readonly #pollTimer: NodeJS.Timeout;
  /** Counts wake-ups, to detect a signal that arrives during the first claim of a worker. */
  #wakeups = 0;
  #claiming: Promise<void> | undefined;
  #closed = false;

  constructor(options: LongPollOptions) {
    this.#options = options;
    this.#unsubscribe = options.signals.subscribe((signal) => {
      if (signal.kind === 'reconnected') this.#wake(this.#pendingNames());
      if (signal.kind !== 'due' || signal.again === true) return;
      this.#wakeups += 1;
      this.#wake(signal.names);
    });
    this.#pollTimer = setInterval(() => this.#wake(this.#pendingNames()), POLL_MS);
  }

  /**
   * Claims tasks for a worker. Waits if none are due.
   *
   * @param ms how long to wait; 0 returns immediately
   * @param disconnected aborted when the worker disconnects; tasks claimed for it return to the queue
   * @param waitEnded aborted to end the wait; the worker still receives tasks that were claimed for it
   * @returns the claimed tasks; none if the wait times out or the queue closes
   */
  async wait(
    waiter: Waiter,
    ms: number,
    disconnected: AbortSignal,
    waitEnded: AbortSignal,
  ): Promise<readonly ClaimedTask[]> {
    const before = this.#wakeups;
    for (const name of waiter.names) {
      if (this.#closed || disconnected.aborted || waitEnded.aborted) return [];
      const { claimed } = await this.#options.claim(name, waiter);
      if (claimed.length === 0) continue;
      if (!disconnected.aborted) return claimed;
      await this.#options.release(claimed, waiter);
      return [];
    }
    if (ms <= 0 || this.#closed || disconnected.aborted || waitEnded.aborted) return [];
    return new Promise((resolve) => {
      const end = (): void => poll.finish([]);
      const timer = setTimeout(end, ms);
      const poll: PendingPoll = {
        waiter,
        isDone: false,
        finish: (claimed) => {
          if (poll.isDone) return;
          poll.isDone = true;
          this.#pending.delete(poll);
          clearTimeout(timer);
          for (const signal of [disconnected, waitEnded]) signal.removeEventListener('abort', end);
          resolve(claimed);
        },
      };
      for (const signal of [disconnected, waitEnded]) signal.addEventListener('abort', end, { once: true });
      this.#pending.add(poll);
      if (this.#wakeups !== before) this.#wake(waiter.names);
    });
  }

  /** Ends all waits without tasks. Resolves when no claim is in progress. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#pollTimer);
    this.#unsubscribe();
    for (const poll of this.#pending) poll.finish([]);
    await this.#claiming;
  }

  #pendingNames(): string[] {
    return [...new Set([...this.#pending].flatMap((poll) => poll.waiter.names))];
  }

  #wake(names: readonly string[]): void {
    if (this.#closed || this.#pending.size === 0) return;
    for (const name of names) this.#due.add(name);
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = undefined;
    });
  }

  async #claimAll(): Promise<void> {
    for (const name of this.#due) {
      this.#due.delete(name);
      try {
        await this.#claimFor(name);
      } catch (error) {
        this.#options.log.warn(
          { event: 'task.claim_failed', err: error, definition: name },
          'failed to claim tasks; retrying',
        );
        setTimeout(() => this.#wake([name]), PAUSE_MS).unref();
      }
    }
  }

  /** Claims tasks of a definition for its waiting workers, until no more are due for their tenants. */
  async #claimFor(name: string): Promise<void> {
    const exhausted = new Set<string | null>();
    for (const poll of [...this.#pending]) {
      const { waiter } = poll;
      if (poll.isDone || !waiter.names.includes(name)) continue;
      if (exhausted.has(null) || exhausted.has(waiter.tenant)) continue;
      const { claimed, more } = await this.#options.claim(name, waiter);
      if (!more) exhausted.add(waiter.tenant);
      if (claimed.length === 0) continue;
      if (poll.isDone) await this.#options.release(claimed, waiter);
      else poll.finish(claimed);
    }
  }
}
