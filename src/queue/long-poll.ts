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
export interface LongPollOptions {
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

interface PendingPoll {
  readonly waiter: Waiter;
  isDone: boolean;
  readonly finish: (claimed: readonly ClaimedTask[]) => void;
}

/**
 * The workers outside the server that wait for tasks in this process, first come, first served. A task that comes
 * due costs one claim, however many wait: the line claims for its first, and goes on only while there is more.
 */
export class LongPollQueue {
  readonly #options: LongPollOptions;
  readonly #pending = new Set<PendingPoll>();
  /** Definitions that may have something due, in the order of their turns. */
  readonly #due = new Set<string>();
  readonly #unsubscribe: () => void;
  readonly #pollTimer: NodeJS.Timeout;
  /** How often something has come due: what came while a worker looked for itself must not be missed. */
  #wakeups = 0;
  #claiming: Promise<void> | undefined;
  #closed = false;

  constructor(options: LongPollOptions) {
    this.#options = options;
    this.#unsubscribe = options.signals.subscribe((signal) => {
      if (signal.kind !== 'due') return;
      this.#wakeups += 1;
      this.#wake(signal.names);
    });
    this.#pollTimer = setInterval(() => this.#wake(this.#pendingNames()), POLL_MS);
  }

  /**
   * Tasks for a worker: at once where some are due, else the first that come.
   *
   * @param ms how long to wait; 0 not at all
   * @param disconnected aborted when the worker can no longer hear the answer; what was claimed for it goes back
   * @param waitEnded aborted when the worker wants to wait no longer; it still gets what was claimed for it
   * @returns the claimed tasks; none when the time is over or the line closes
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

  /** Sends everybody away with nothing; resolves when no claim is under way. */
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

  /** Claims for those who wait for this definition, until nothing is left of what each of them may have. */
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
