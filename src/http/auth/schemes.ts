import { unauthenticated } from '../../core/errors.ts';
import type { PasswordCheck } from './password-check.ts';
import { callerFor, type Scheme, type SignedIn } from './scheme.ts';

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
