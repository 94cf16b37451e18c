import { createHmac, randomBytes } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { rateLimited, unauthenticated } from '../../core/errors.ts';
import { BoundedMap } from '../../core/lru.ts';
import type { Associate } from '../../db/queries/account.ts';
import { dummyHash, verifyPassword } from '../../services/secrets.ts';
import type { SignIns } from '../../services/sign-ins.ts';

const FIRST_WAIT_MS = 1000;
/** Failures are reset after this time without another failure. */
const RESET_AFTER_MS = 30 * 60_000;

interface Failures {
  readonly count: number;
  readonly waitUntil: number;
  readonly last: number;
}

/** Counts failures by key. Beyond the free failures, each doubles the wait, from one second up to a maximum. */
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

  /** True if no failures are recorded. */
  get empty(): boolean {
    return this.#failures.size === 0;
  }

  /** The number of recent failures of this key. */
  count(key: string): number {
    const failures = this.#failures.get(key);
    return failures === undefined || this.#now() - failures.last > RESET_AFTER_MS ? 0 : failures.count;
  }

  /** Milliseconds until this key may try again; 0 if it may now. */
  waitMs(key: string): number {
    return this.count(key) < this.#freeFailures
      ? 0
      : Math.max(0, (this.#failures.get(key)?.waitUntil ?? 0) - this.#now());
  }

  /**
   * Counts a failure, or an attempt that may become one.
   *
   * @returns a function to call when the attempt ends: a failure starts the wait, a success is not counted
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
      // Concurrent failures keep their own wait.
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
/** Maximum wait for counters that others can increment: a login attacked from many addresses, the tokens of an address. */
const MAX_SHARED_WAIT_MS = 60_000;

/**
 * Throttles guessing (docs/sign-in.md). Counts
 *
 * - wrong passwords for a login from one address, which has the lowest threshold;
 * - wrong passwords from one address, and for one login from anywhere. These two do not apply to pairs of login and address
 *   that have signed in before, so that no one can lock out others by failing in their name;
 * - invalid tokens from one address. Tokens can't be guessed; this only limits the load on the database.
 *
 * The counters are in the memory of this process, bounded, and reset half an hour after the last failure.
 */
export class Throttle {
  readonly #pairs: FailureCounter;
  readonly #addresses: FailureCounter;
  readonly #logins: FailureCounter;
  readonly #tokens: FailureCounter;
  readonly #trustedPairs = new BoundedMap<true>();

  /** @param freeFailures the number of wrong passwords of a pair before it has to wait */
  constructor(freeFailures: number, now: () => number = () => performance.now()) {
    this.#pairs = new FailureCounter(freeFailures, MAX_WAIT_MS, now);
    this.#addresses = new FailureCounter(freeFailures * 10, MAX_WAIT_MS, now);
    this.#logins = new FailureCounter(freeFailures * 20, MAX_SHARED_WAIT_MS, now);
    this.#tokens = new FailureCounter(freeFailures * 20, MAX_SHARED_WAIT_MS, now);
  }

  /** True if passwords from this address failed recently, so that cached results must not be used. */
  hasRecentFailures(address: string): boolean {
    return !this.#addresses.empty && this.#addresses.count(networkOf(address)) > 0;
  }

  /** @throws RequestError (rateLimited) if this login has to wait at this address */
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
   * Counts an attempt before its result is known, so that concurrent attempts can't evade the limit.
   *
   * @returns a function to call when the attempt ends
   * @throws RequestError (rateLimited)
   */
  beginAttempt(login: string, address: string): (succeeded: boolean) => void {
    this.checkPassword(login, address);
    const network = networkOf(address);
    const attempts = [
      this.#pairs.add(pairOf(login, network)),
      this.#addresses.add(network),
      this.#logins.add(login),
    ];
    return (succeeded) => {
      for (const end of attempts) end(succeeded);
    };
  }

  /** Records that this login has signed in at this address, so that failures of others do not throttle it there. */
  trust(login: string, address: string): void {
    this.#trustedPairs.set(pairOf(login, networkOf(address)), true);
  }

  /** @throws RequestError (rateLimited) if this address has sent too many invalid tokens */
  checkToken(address: string): void {
    if (!this.#tokens.empty) checkWait(this.#tokens.waitMs(networkOf(address)));
  }

  /** Counts an invalid token. */
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

/** The address, or the /64 network of an IPv6 address, which one subscriber has. */
export function networkOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':');
}

/** Verifies logins and passwords, and throttles guessing. */
export class PasswordCheck {
  readonly #signIns: SignIns;
  readonly #throttle: Throttle;
  readonly #key = randomBytes(32);
  /** Results of scrypt by keyed hash of login and password. Valid as long as the stored hash, the value, is the same. */
  readonly #knownGood = new BoundedMap<string>();
  readonly #knownBad = new BoundedMap<string>();
  readonly #pending = new Map<string, Promise<boolean>>();
  /** The hash that unknown logins are verified against, so that they take as long as known ones. */
  readonly #dummyHash = dummyHash();

  constructor(signIns: SignIns, throttle: Throttle) {
    this.#signIns = signIns;
    this.#throttle = throttle;
  }

  /**
   * Returns the associate with this login and password.
   *
   * @throws RequestError (unauthenticated) if there is none, without revealing which part is wrong; (rateLimited)
   */
  async check(login: string, password: string, address: string): Promise<Associate> {
    const loginKey = this.#keyedHash(login.toLowerCase());
    this.#throttle.checkPassword(loginKey, address);
    // PostgreSQL does not accept NUL characters, and no login has them.
    const associate = login.includes('\0') ? undefined : await this.#signIns.findAssociate(login);
    // Associates created by OIDC have no password.
    const hash = associate?.passwordHash || this.#dummyHash;
    const verified = await this.#verify(loginKey, password, hash, address);
    if (associate === undefined || !verified || associate.disabled)
      throw unauthenticated`The login or the password is wrong.`;
    this.#throttle.trust(loginKey, address);
    return associate;
  }

  /** Verifies a password. Only passwords that were not tried before count as guesses and cost scrypt. */
  async #verify(loginKey: string, password: string, hash: string, address: string): Promise<boolean> {
    const key = this.#keyedHash(`${loginKey}${password}`);
    if (this.#knownGood.get(key) === hash) return true;
    if (this.#knownBad.get(key) === hash) return false;
    const attempt = `${key} ${address} ${hash}`;
    const pending = this.#pending.get(attempt);
    if (pending !== undefined) return pending;
    const settle = this.#throttle.beginAttempt(loginKey, address);
    const verification = verifyPassword(password, hash).finally(() => this.#pending.delete(attempt));
    this.#pending.set(attempt, verification);
    const verified = await verification;
    settle(verified);
    (verified ? this.#knownGood : this.#knownBad).set(key, hash);
    return verified;
  }

  #keyedHash(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }
}
