import { BoundedMap } from '../../core/lru.ts';

const FIRST_WAIT_MS = 1000;
/** After this long without another failure, what has failed before is forgotten. */
const FORGET_MS = 30 * 60_000;

interface Failures {
  readonly count: number;
  readonly waitUntil: number;
  readonly last: number;
}

/** Counts failures by key; past the free ones each doubles the time to wait, from one second to the longest. */
export class FailureCounter {
  readonly #failures = new BoundedMap<Failures>();
  readonly #free: number;
  readonly #longestMs: number;
  readonly #now: () => number;

  constructor(free: number, longestMs: number, now: () => number) {
    this.#free = free;
    this.#longestMs = longestMs;
    this.#now = now;
  }

  /** Whether there is nothing that has failed. */
  get empty(): boolean {
    return this.#failures.size === 0;
  }

  /** Failures of this key that are not forgotten. */
  count(key: string): number {
    const failures = this.#failures.get(key);
    return failures === undefined || this.#now() - failures.last > FORGET_MS ? 0 : failures.count;
  }

  /** Milliseconds that this key has to wait; 0 where it may go on. */
  waitMs(key: string): number {
    return this.count(key) < this.#free
      ? 0
      : Math.max(0, (this.#failures.get(key)?.waitUntil ?? 0) - this.#now());
  }

  /**
   * One more failure, or an attempt that may become one.
   *
   * @returns what to call when the attempt is over: the time to wait begins then, or it counts as none
   */
  add(key: string): (succeeded: boolean) => void {
    const before = this.#failures.get(key);
    const count = this.count(key) + 1;
    const waitMs =
      count < this.#free ? 0 : Math.min(this.#longestMs, FIRST_WAIT_MS * 2 ** (count - this.#free));
    const begun = this.#set(key, count, waitMs);
    return (succeeded) => {
      // Failures that came meanwhile keep their time to wait.
      const current = this.#failures.get(key);
      if (current === undefined || (current !== begun && !succeeded)) return;
      if (!succeeded) this.#set(key, count, waitMs);
      else if (current.count === 1) this.#failures.delete(key);
      else
        this.#failures.set(key, {
          ...(current === begun && before ? before : current),
          count: current.count - 1,
        });
    };
  }

  #set(key: string, count: number, waitMs: number): Failures {
    const now = this.#now();
    const failures = { count, waitUntil: now + waitMs, last: now };
    this.#failures.set(key, failures);
    return failures;
  }
}
