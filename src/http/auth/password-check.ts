import { createHmac, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { unauthenticated } from '../../core/errors.ts';
import { BoundedMap } from '../../core/lru.ts';
import { type Associate, findAssociate } from '../../db/queries/account.ts';
import type { Schema } from '../../db/schema.ts';
import { dummyHash, verifyPassword } from '../../services/password-hash.ts';
import type { Throttle } from './throttle.ts';

/** Finds out whether a login and a password belong together, and slows down who guesses. */
export class PasswordCheck {
  readonly #db: Kysely<Schema>;
  readonly #throttle: Throttle;
  readonly #key = randomBytes(32);
  /** What scrypt has said, which stays true as long as the stored hash is the same: by keyed hash of login and password. */
  readonly #knownGood = new BoundedMap<string>();
  readonly #knownBad = new BoundedMap<string>();
  readonly #pending = new Map<string, Promise<boolean>>();
  /** What unknown logins are checked against, so that they take as long as known ones. */
  readonly #dummyHash = dummyHash();

  constructor(db: Kysely<Schema>, throttle: Throttle) {
    this.#db = db;
    this.#throttle = throttle;
  }

  /**
   * The associate with this login and password.
   *
   * @throws RequestError (unauthenticated) where there is none, without saying which part was wrong; (throttled)
   */
  async check(login: string, password: string, address: string): Promise<Associate> {
    const loginKey = this.#keyedHash(login.toLowerCase());
    this.#throttle.checkPassword(loginKey, address);
    // The database can't be asked for a NUL, and nobody is called so.
    const associate = login.includes('\0') ? undefined : await findAssociate(this.#db, login);
    // Associates whom an OIDC issuer has brought have no password, and no hash of one.
    const hash = associate?.passwordHash || this.#dummyHash;
    const verified = await this.#verify(loginKey, password, hash, address);
    if (associate === undefined || !verified || associate.disabled)
      throw unauthenticated`The login or the password is wrong.`;
    this.#throttle.trust(loginKey, address);
    return associate;
  }

  /** Only a password that was not tried before is a guess, and costs scrypt. */
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
