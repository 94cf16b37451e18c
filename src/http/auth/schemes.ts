import { unauthenticated } from '../../core/errors.ts';
import type { SignInKind } from '../../db/queries/account.ts';
import { callerFor, type SignIns } from '../../services/sign-ins.ts';
import type { PasswordCheck } from './password-check.ts';
import type { Scheme, SignedIn } from './scheme.ts';

/** `Authorization: Basic`: base64 of login:password in UTF-8. */
export class BasicScheme implements Scheme {
  readonly #passwords: PasswordCheck;

  constructor(passwords: PasswordCheck) {
    this.#passwords = passwords;
  }

  async signIn(credentials: string, address: string): Promise<SignedIn> {
    const text = Buffer.from(credentials, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon === -1)
      throw unauthenticated`The Basic credentials are malformed; base64 of login:password is accepted.`;
    const associate = await this.#passwords.check(text.slice(0, colon), text.slice(colon + 1), address);
    return { caller: callerFor(associate), scheme: 'basic' };
  }
}

/** `Authorization: Bearer` with an API token. */
export class BearerScheme implements Scheme {
  readonly #signIns: SignIns;

  constructor(signIns: SignIns) {
    this.#signIns = signIns;
  }

  async signIn(secret: string): Promise<SignedIn> {
    const found = await this.#signIns.findToken(secret);
    if (found === undefined) throw unauthenticated`The token is wrong, revoked or expired.`;
    const { caller, expires } = found;
    return { caller, scheme: 'bearer', ...(expires === null ? {} : { notAfter: expires.getTime() }) };
  }
}

/** Credentials from `POST /api/v1/SignIn`: `Authorization: SoTicket` with a ticket, or a session cookie. */
export class TicketScheme implements Scheme {
  readonly #signIns: SignIns;
  readonly #kind: SignInKind;
  readonly #idleMs: number;

  constructor(signIns: SignIns, kind: SignInKind, idleMs: number) {
    this.#signIns = signIns;
    this.#kind = kind;
    this.#idleMs = idleMs;
  }

  async signIn(secret: string): Promise<SignedIn> {
    const found = await this.#signIns.useSecret(this.#kind, secret, this.#idleMs);
    if (found === undefined)
      throw unauthenticated`The ticket or session is wrong, was signed out or has expired; POST /api/v1/SignIn issues a new one.`;
    return { caller: found.caller, scheme: this.#kind, notAfter: found.expires?.getTime() ?? 0 };
  }
}
