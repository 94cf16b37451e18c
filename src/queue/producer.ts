import type { Logger } from 'pino';

/** Options of a `Producer`. */
export interface ProducerOptions<T> {
  /** The definitions whose tasks it claims. */
  readonly names: readonly string[];
  /** Maximum number of concurrent runs. */
  readonly slots: number;
  /** Claims at most `limit` tasks of these definitions, in this order. */
  readonly claim: (names: readonly string[], limit: number) => Promise<Claim<T>>;
  /** Runs a claimed task. Resolves when its outcome is written; never rejects. */
  readonly run: (item: T) => Promise<void>;
  /** Returns the poll interval: it polls when it has claimed nothing for this long, in case a signal is lost. */
  readonly pollMs: () => number;
  readonly log: Logger;
}

/** The result of a claim. */
export interface Claim<T> {
  readonly items: readonly T[];
  /** Definitions that may have more due tasks, in round-robin order. */
  readonly more: readonly string[];
}

/** Share of the poll interval that is random, so that the processes of a fleet don't poll together. */
const POLL_JITTER = 0.25;
const MAX_BATCH = 250;
/** Delay after a failed claim. */
const PAUSE_MS = 1000;

/**
 * Keeps the slots of this process filled. It has three modes:
 *
 * - *idle*: no task is known to be due, or no slot is free. A signal, a poll or a freed slot starts pumping.
 * - *pumping*: claims tasks of all due definitions at once while slots are free.
 * - *stopped*: terminal. Claims nothing more; all claimed tasks are already running.
 */
export class Producer<T> {
  readonly #options: ProducerOptions<T>;
  /** Definitions that may have due tasks, in round-robin order. */
  readonly #due = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #mode: 'idle' | 'pumping' | 'stopped' = 'idle';
  #pumping: Promise<void> = Promise.resolve();
  #poll: NodeJS.Timeout | undefined;
  #freed: NodeJS.Immediate | undefined;
  /** Resolves when the runs of the last claim have begun. */
  #begun: Promise<void> = Promise.resolve();

  constructor(options: ProducerOptions<T>) {
    this.#options = options;
  }

  /** Starts claiming. */
  start(): void {
    this.#pollLater();
    this.wakeAll();
  }

  /** As `wake`, for all its definitions. */
  wakeAll(): void {
    this.wake(this.#options.names);
  }

  /** Signals that tasks of these definitions may be due. Ignores definitions of other producers. */
  wake(names: readonly string[]): void {
    for (const name of names) if (this.#options.names.includes(name)) this.#due.add(name);
    this.#pump();
  }

  /**
   * Number of tasks of a definition that it should take before other processes: up to half of its slots, so that a server
   * that receives all starts doesn't run all tasks. 0 if it doesn't run the definition or is stopped.
   */
  roomFor(name: string): number {
    if (this.#mode === 'stopped' || !this.#options.names.includes(name)) return 0;
    return Math.max(0, Math.ceil(this.#options.slots / 2) - this.#running.size);
  }

  /** True if tasks of the definition may be due that it has not claimed, because no slot is free or claims fail. */
  isBehind(name: string): boolean {
    return this.#due.has(name);
  }

  /** The definitions whose tasks it claims. */
  get names(): readonly string[] {
    return this.#options.names;
  }

  /** Stops claiming. Resolves when no claim is in progress. */
  async stop(): Promise<void> {
    this.#mode = 'stopped';
    clearTimeout(this.#poll);
    clearImmediate(this.#freed);
    await this.#pumping;
    await this.#begun;
  }

  /** Numbers of running tasks and of slots. */
  get load(): { readonly running: number; readonly slots: number } {
    return { running: this.#running.size, slots: this.#options.slots };
  }

  /** Resolves when no task is running. Call it after `stop`. */
  async drained(): Promise<void> {
    await Promise.all(this.#running);
  }

  #pump(): void {
    if (this.#mode !== 'idle') return;
    this.#mode = 'pumping';
    this.#pumping = this.#claimWhileFree();
  }

  /** In the same turn as the last look at due definitions, so that no wake falls between. */
  #rest(): void {
    if (this.#mode === 'pumping') this.#mode = 'idle';
  }

  async #claimWhileFree(): Promise<void> {
    while (this.#mode === 'pumping') {
      const free = this.#options.slots - this.#running.size;
      if (free <= 0 || this.#due.size === 0) return this.#rest();
      const names = [...this.#due];
      this.#due.clear();
      try {
        const { items, more } = await this.#options.claim(names, Math.min(free, MAX_BATCH));
        this.#pollLater();
        this.#continueWith(more);
        this.#runAll(items);
      } catch (error) {
        this.#options.log.warn({ event: 'task.claim_failed', err: error }, 'failed to claim tasks; retrying');
        this.#continueWith(names);
        setTimeout(() => this.wake([]), PAUSE_MS).unref();
        return this.#rest();
      }
    }
  }

  /** After a claim, which has shown the due tasks, and after a poll, the next poll is a whole interval away. */
  #pollLater(): void {
    clearTimeout(this.#poll);
    if (this.#mode === 'stopped') return;
    const delayMs = this.#options.pollMs() * (1 - POLL_JITTER * Math.random());
    this.#poll = setTimeout(() => {
      this.#pollLater();
      this.wakeAll();
    }, delayMs);
  }

  /** Puts these definitions before those that were woken during the claim. */
  #continueWith(names: readonly string[]): void {
    const woken = [...this.#due];
    this.#due.clear();
    for (const name of [...names, ...woken]) this.#due.add(name);
  }

  /** Runs claimed tasks. If another claim follows at once, the runs begin when it is sent, so that the database doesn't wait for them. */
  #runAll(items: readonly T[]): void {
    const isLast = this.#due.size === 0 || this.#running.size + items.length >= this.#options.slots;
    if (!isLast) this.#begun = new Promise((resolve) => setImmediate(resolve));
    for (const item of items)
      this.#track(isLast ? this.#options.run(item) : this.#begun.then(() => this.#options.run(item)));
  }

  #track(run: Promise<void>): void {
    const running = run.then(() => {
      this.#running.delete(running);
      this.#pumpWhenAllAreFreed();
    });
    this.#running.add(running);
  }

  /** Outcomes are written in batches, so many slots become free in one turn of the event loop. One claim fills them all. */
  #pumpWhenAllAreFreed(): void {
    if (this.#mode === 'stopped') return;
    this.#freed ??= setImmediate(() => {
      this.#freed = undefined;
      this.#pump();
    });
  }
}
