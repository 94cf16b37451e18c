import { createHmac, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type Caller, SCOPES, type Scope } from '../../domain/caller.ts';
import { unauthenticated } from '../../domain/errors.ts';
import { type Associate, findAssociate, getAssociate } from '../../store/associates/associates.ts';
import type { Schema } from '../../store/schema.ts';
import { findToken } from '../../store/tokens/tokens.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { hashToken } from './tokens.ts';

/** How long a sign-in is believed before the database is asked again: a change elsewhere takes effect within it. */
const BELIEVE_MS = 5000;
const MOST_REMEMBERED = 10_000;

interface Remembered {
  readonly caller: Caller;
  readonly until: number;
}

/**
 * Finds out who is asking (contract, section 5: Authorization). A sign-in that succeeded is believed for a few
 * seconds, so that a client's next call costs no scrypt and no query.
 */
export class Authenticator {
  readonly #db: Kysely<Schema>;
  /** Remembered sign-ins, by a keyed hash of the header, so that no secret stays in memory. */
  readonly #remembered = new Map<string, Remembered>();
  readonly #underWay = new Map<string, Promise<Caller>>();
  readonly #key = randomBytes(32);
  /** scrypt results that stay true as long as the stored hash is the same: by keyed hash of login and password. */
  readonly #verified = new Map<string, string>();
  /** What unknown logins are checked against, so that they take as long as known ones. */
  readonly #nobody = hashPassword(randomBytes(16).toString('hex'));

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /**
   * The caller that an Authorization header stands for.
   *
   * @throws Refusal (unauthenticated) where there is none or it is wrong; never says which part was
   */
  async authenticate(header: string | undefined): Promise<Caller> {
    if (header === undefined || header.trim() === '') {
      throw unauthenticated`Sign in: the header Authorization is missing; Basic and Bearer are accepted.`;
    }
    const key = this.#keyed(header);
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until > performance.now()) return known.caller;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const signIn = this.#signIn(header).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, signIn);
    const caller = await signIn;
    remember(this.#remembered, key, { caller, until: performance.now() + BELIEVE_MS });
    return caller;
  }

  /** Forgets all sign-ins, after a change of associates or tokens in this process. */
  forget(): void {
    this.#remembered.clear();
  }

  async #signIn(header: string): Promise<Caller> {
    const [, scheme = '', credentials = ''] = /^\s*(\S+)\s+(.*?)\s*$/.exec(header) ?? [];
    switch (scheme.toLowerCase()) {
      case 'basic':
        return this.#basic(credentials);
      case 'bearer':
        return this.#bearer(credentials);
      default:
        throw unauthenticated`The scheme of the header Authorization is not accepted; Basic and Bearer are.`;
    }
  }

  async #basic(credentials: string): Promise<Caller> {
    const text = Buffer.from(credentials, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon === -1)
      throw unauthenticated`The Basic credentials are malformed; base64 of login:password is accepted.`;
    const login = text.slice(0, colon);
    // The database can't be asked for a NUL, and nobody is called so.
    const associate = login.includes('\0') ? undefined : await findAssociate(this.#db, login);
    const hash = associate?.passwordHash ?? (await this.#nobody);
    const verified = await this.#verify(text, text.slice(colon + 1), hash);
    if (associate === undefined || !verified || associate.disabled) {
      throw unauthenticated`The login or the password is wrong.`;
    }
    return callerOf(associate, SCOPES);
  }

  async #verify(credentials: string, password: string, hash: string): Promise<boolean> {
    const key = this.#keyed(credentials);
    if (this.#verified.get(key) === hash) return true;
    if (!(await verifyPassword(password, hash))) return false;
    remember(this.#verified, key, hash);
    return true;
  }

  async #bearer(secret: string): Promise<Caller> {
    const token = await findToken(this.#db, hashToken(secret));
    const associate = token && (await getAssociate(this.#db, token.associateId));
    if (associate === undefined || associate.disabled)
      throw unauthenticated`The token is wrong, revoked or expired.`;
    return callerOf(associate, token?.scopes ?? []);
  }

  #keyed(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }
}

function callerOf(associate: Associate, scopes: readonly Scope[]): Caller {
  return {
    associateId: associate.id,
    login: associate.login,
    roles: associate.roles,
    tenant: associate.tenant,
    scopes,
  };
}

/** Keeps a value and forgets the oldest where there are too many. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MOST_REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
