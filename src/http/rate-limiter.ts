import { overloaded } from '../core/errors.ts';
import { BoundedMap } from '../core/lru.ts';

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/**
 * Lets each caller make so many requests a second, and more at once after a pause: a token bucket for each. It is in this
 * process's memory, so that with n nodes a caller has n times as much.
 */
export class RateLimiter {
  readonly #buckets = new BoundedMap<Bucket>();
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;

  /** @param burst the most at once */
  constructor(perSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
  }

  /**
   * Counts a request.
   *
   * @throws RequestError (throttled) where it is one too many, with the seconds until one is free; it is not counted then
   */
  take(caller: string): void {
    const now = this.#now();
    const before = this.#buckets.get(caller);
    const tokens =
      before === undefined
        ? this.#burst
        : Math.min(this.#burst, before.tokens + ((now - before.at) / 1000) * this.#perSecond);
    if (tokens < 1) throw overloaded(Math.max(1, Math.ceil((1 - tokens) / this.#perSecond)));
    this.#buckets.set(caller, { tokens: tokens - 1, at: now });
  }
}
