import type { Logger } from 'pino';

/** What a producer is made of. */
export interface ProducerOptions<T> {
  /** The definitions whose tasks it delivers. */
  readonly names: readonly string[];
  /** How many tasks run at once. */
  readonly slots: number;
  /** Takes and claims tasks of a definition, at most `limit`. */
  readonly claim: (name: string, limit: number) => Promise<Claim<T>>;
  /** Runs a claimed task; resolves when its end is written. Never rejects. */
  readonly run: (item: T) => Promise<void>;
  readonly log: Logger;
}

/** What a claim brings. */
export interface Claim<T> {
  readonly items: readonly T[];
  /** Whether there may be more. */
  readonly more: boolean;
}

const POLL_MS = 2000;
const MAX_BATCH = 250;
/** After a failed claim, before the next. */
const PAUSE_MS = 1000;

/**
 * Keeps the slots of this process filled. It is in one of three modes:
 *
 * - *idle*: nothing is known to be due, or no slot is free. A signal, a poll or a freed slot leads to pumping.
 * - *pumping*: claims tasks, definition by definition in turn, while slots are free and something may be due.
 * - *stopped*: claims nothing more. Nothing leads from here. What it has claimed it has started, so that there
 *   is nothing to hand back but the runs themselves.
 */
export class Producer<T> {
  readonly #options: ProducerOptions<T>;
  /** Definitions that may have something due, in the order of their turns. */
  readonly #due = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #mode: 'idle' | 'pumping' | 'stopped' = 'idle';
  #pumping: Promise<void> = Promise.resolve();
  #poll: NodeJS.Timeout | undefined;
  #freed: NodeJS.Immediate | undefined;

  constructor(options: ProducerOptions<T>) {
    this.#options = options;
  }

  /** Begins to deliver. */
  start(): void {
    this.#poll = setInterval(() => this.wake(this.#options.names), POLL_MS);
    this.wake(this.#options.names);
  }

  /** Tells that tasks of these definitions may be due; those of others are ignored. */
  wake(names: readonly string[]): void {
    for (const name of names) if (this.#options.names.includes(name)) this.#due.add(name);
    this.#pump();
  }

  /** Claims nothing more; resolves when no claim is under way. */
  async stop(): Promise<void> {
    this.#mode = 'stopped';
    clearInterval(this.#poll);
    clearImmediate(this.#freed);
    await this.#pumping;
  }

  /** How many tasks run now, and how many may. */
  get load(): { readonly running: number; readonly slots: number } {
    return { running: this.#running.size, slots: this.#options.slots };
  }

  /** Resolves when no task runs. Call it after `stop`. */
  async drained(): Promise<void> {
    await Promise.all(this.#running);
  }

  #pump(): void {
    if (this.#mode !== 'idle') return;
    this.#mode = 'pumping';
    this.#pumping = this.#claimWhileFree().finally(() => {
      if (this.#mode === 'pumping') this.#mode = 'idle';
    });
  }

  async #claimWhileFree(): Promise<void> {
    while (this.#mode === 'pumping') {
      const free = this.#options.slots - this.#running.size;
      const [name] = this.#due;
      if (free <= 0 || name === undefined) return;
      this.#due.delete(name);
      try {
        const claim = await this.#options.claim(name, Math.min(free, MAX_BATCH));
        if (claim.more) this.#due.add(name);
        for (const item of claim.items) this.#run(item);
      } catch (error) {
        this.#options.log.warn(
          { event: 'task.claim_failed', err: error, definition: name },
          'failed to claim tasks; retrying',
        );
        this.#due.add(name);
        setTimeout(() => this.wake([]), PAUSE_MS).unref();
        return;
      }
    }
  }

  #run(item: T): void {
    const running = this.#options.run(item).finally(() => {
      this.#running.delete(running);
      this.#pumpWhenAllAreFreed();
    });
    this.#running.add(running);
  }

  /** Ends are written together, so that many slots become free in one turn of the event loop: one claim fills them all. */
  #pumpWhenAllAreFreed(): void {
    if (this.#mode === 'stopped') return;
    this.#freed ??= setImmediate(() => {
      this.#freed = undefined;
      this.#pump();
    });
  }
}
