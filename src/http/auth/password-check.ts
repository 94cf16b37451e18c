import { createHmac, randomBytes } from 'node:crypto';
import { unauthenticated } from '../../core/errors.ts';
import { BoundedMap } from '../../core/lru.ts';
import type { Associate } from '../../db/queries/account.ts';
import { dummyHash, verifyPassword } from '../../services/password-hash.ts';
import type { SignIns } from '../../services/sign-ins.ts';
import type { Throttle } from './throttle.ts';

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
