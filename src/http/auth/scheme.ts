import { createHmac } from 'node:crypto';
import type { SignInScheme } from '../../config.ts';
import type { Caller } from '../../core/caller.ts';

/** An authenticated caller. */
export interface SignedIn {
  readonly caller: Caller;
  /** The scheme of the credentials. */
  readonly scheme: SignInScheme;
  /** When the credentials expire, in milliseconds since 1970; never if absent. */
  readonly notAfter?: number;
}

/** An authentication scheme. */
export interface Scheme {
  /** Authenticates a secret. @throws RequestError (unauthenticated) if it is wrong, (rateLimited) after too many failures */
  signIn(credentials: string, address: string): Promise<SignedIn>;
}

const CHALLENGES: Readonly<Partial<Record<SignInScheme, readonly [string, string]>>> = {
  basic: ['Basic', 'Basic realm="Batchline", charset="UTF-8"'],
  bearer: ['Bearer', 'Bearer realm="Batchline"'],
  jwt: ['Bearer', 'Bearer realm="Batchline"'],
  ticket: ['SoTicket', 'SoTicket realm="Batchline"'],
  // Not a scheme of Authorization, but a 401 must have a challenge.
  cookie: ['Cookie', 'Cookie realm="Batchline"'],
};

/** The names of the enabled schemes of the header Authorization. */
export function authorizationSchemes(schemes: readonly SignInScheme[]): string[] {
  return [...new Set(schemes.filter((one) => one !== 'cookie').flatMap((one) => CHALLENGES[one]?.[0] ?? []))];
}

/**
 * The value of WWW-Authenticate: the challenges of the enabled schemes.
 *
 * @param silently leaves out Basic, for which browsers show a prompt
 */
export function challengeOf(schemes: readonly SignInScheme[], silently: boolean): string {
  const offered = schemes.filter((one) => !(silently && one === 'basic'));
  return [...new Set(offered.flatMap((one) => CHALLENGES[one]?.[1] ?? []))].join(', ');
}

/** Derives the XSRF token of a session. It does not reveal the session. */
export function xsrfTokenOf(session: string): string {
  return createHmac('sha256', session).update('XSRF-TOKEN').digest('base64url');
}
