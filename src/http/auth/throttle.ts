import ipaddr from 'ipaddr.js';
import { rateLimited } from '../../core/errors.ts';
import { BoundedMap } from '../../core/lru.ts';

const FIRST_WAIT_MS = 1000;
/** After this long without another failure, what has failed before is forgotten. */
const RESET_AFTER_MS = 30 * 60_000;

interface Failures {
  readonly count: number;
  readonly waitUntil: number;
  readonly last: number;
}

/** Counts failures by key; past the freeFailures ones each doubles the time to wait, from one second to the longest. */
export class FailureCounter {
  readonly #failures = new BoundedMap<Failures>();
  readonly #freeFailures: number;
  readonly #maxWaitMs: number;
  readonly #now: () => number;

  constructor(freeFailures: number, maxWaitMs: number, now: () => number) {
    this.#freeFailures = freeFailures;
    this.#maxWaitMs = maxWaitMs;
    this.#now = now;
  }

  /** Whether there is nothing that has failed. */
  get empty(): boolean {
    return this.#failures.size === 0;
  }

  /** Failures of this key that are not forgotten. */
  count(key: string): number {
    const failures = this.#failures.get(key);
    return failures === undefined || this.#now() - failures.last > RESET_AFTER_MS ? 0 : failures.count;
  }

  /** Milliseconds that this key has to wait; 0 where it may go on. */
  waitMs(key: string): number {
    return this.count(key) < this.#freeFailures
      ? 0
      : Math.max(0, (this.#failures.get(key)?.waitUntil ?? 0) - this.#now());
  }

  /**
   * One more failure, or an attempt that may become one.
   *
   * @returns what to call when the attempt is settle: the time to wait begins then, or it counts as none
   */
  add(key: string): (succeeded: boolean) => void {
    const before = this.#failures.get(key);
    const count = this.count(key) + 1;
    const waitMs =
      count < this.#freeFailures
        ? 0
        : Math.min(this.#maxWaitMs, FIRST_WAIT_MS * 2 ** (count - this.#freeFailures));
    const added = this.#set(key, count, waitMs);
    return (succeeded) => {
      // Failures that came meanwhile keep their time to wait.
      const current = this.#failures.get(key);
      if (current === undefined || (current !== added && !succeeded)) return;
      if (!succeeded) this.#set(key, count, waitMs);
      else if (current.count === 1) this.#failures.delete(key);
      else
        this.#failures.set(key, {
          ...(current === added && before ? before : current),
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

const MAX_WAIT_MS = 15 * 60_000;
/** The longest wait where others may be to blame: a login that is attacked from many addresses, an address's tokens. */
const MAX_SHARED_WAIT_MS = 60_000;

/**
 * Makes guessing slow (docs/sign-in.md). What is counted:
 *
 * - wrong passwords for a login from one address: the first that has to wait;
 * - wrong passwords from one address, and for one login from anywhere. These two leave out the pairs of login and
 *   address that have signed in before, so that nobody can lock out others by failing in their name;
 * - wrong tokens from one address. They can't be guessed; this only keeps the database from being asked.
 *
 * All of it is in this process's memory, bounded, and forgotten half an hour after the last failure.
 */
export class Throttle {
  readonly #pairs: FailureCounter;
  readonly #addresses: FailureCounter;
  readonly #logins: FailureCounter;
  readonly #tokens: FailureCounter;
  readonly #trustedPairs = new BoundedMap<true>();

  /** @param freeFailures wrong passwords of a pair before it has to wait */
  constructor(freeFailures: number, now: () => number = () => performance.now()) {
    this.#pairs = new FailureCounter(freeFailures, MAX_WAIT_MS, now);
    this.#addresses = new FailureCounter(freeFailures * 10, MAX_WAIT_MS, now);
    this.#logins = new FailureCounter(freeFailures * 20, MAX_SHARED_WAIT_MS, now);
    this.#tokens = new FailureCounter(freeFailures * 20, MAX_SHARED_WAIT_MS, now);
  }

  /** Whether passwords from this address have failed lately: then none is believed unchecked. */
  hasRecentFailures(address: string): boolean {
    return !this.#addresses.empty && this.#addresses.count(networkOf(address)) > 0;
  }

  /** @throws RequestError (throttled) where this login has to wait at this address */
  checkPassword(login: string, address: string): void {
    const network = networkOf(address);
    const pair = pairOf(login, network);
    const others =
      this.#trustedPairs.get(pair) === undefined
        ? Math.max(this.#addresses.waitMs(network), this.#logins.waitMs(login))
        : 0;
    checkWait(Math.max(this.#pairs.waitMs(pair), others));
  }

  /**
   * Counts an attempt before it is known to fail, so that many at once are no way around.
   *
   * @returns what to call when it is settle
   * @throws RequestError (throttled)
   */
  beginAttempt(login: string, address: string): (succeeded: boolean) => void {
    this.checkPassword(login, address);
    const network = networkOf(address);
    const settle = [
      this.#pairs.add(pairOf(login, network)),
      this.#addresses.add(network),
      this.#logins.add(login),
    ];
    return (succeeded) => {
      for (const one of settle) one(succeeded);
    };
  }

  /** This login has signed in at this address: failures of others don't hold it up there. */
  trust(login: string, address: string): void {
    this.#trustedPairs.set(pairOf(login, networkOf(address)), true);
  }

  /** @throws RequestError (throttled) where this address has sent too many wrong tokens */
  checkToken(address: string): void {
    if (!this.#tokens.empty) checkWait(this.#tokens.waitMs(networkOf(address)));
  }

  /** A token was wrong. */
  tokenFailed(address: string): void {
    this.#tokens.add(networkOf(address));
  }
}

function checkWait(waitMs: number): void {
  if (waitMs > 0) throw rateLimited(Math.ceil(waitMs / 1000));
}

function pairOf(login: string, network: string): string {
  return `${network} ${login}`;
}

/** The address; of IPv6 the /64, which is what one subscriber has. */
export function networkOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':');
}
