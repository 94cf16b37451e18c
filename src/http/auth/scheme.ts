import { createHmac } from 'node:crypto';
import type { SignInScheme } from '../../config.ts';
import { type Caller, SCOPES, type Scope } from '../../core/caller.ts';
import type { Associate } from '../../db/queries/account.ts';

/** Somebody who has signed in. */
export interface SignedIn {
  readonly caller: Caller;
  /** How. */
  readonly scheme: SignInScheme;
  /** Until when it can be believed at most, in milliseconds since 1970; for ever where it is not there. */
  readonly notAfter?: number;
}

/** One way to sign in by the header Authorization: finds out whom the credentials stand for. */
export interface Scheme {
  /** @throws RequestError (unauthenticated) where they are wrong, (throttled) where there were too many of those */
  signIn(credentials: string, address: string): Promise<SignedIn>;
}

const CHALLENGES: Readonly<Partial<Record<SignInScheme, readonly [string, string]>>> = {
  basic: ['Basic', 'Basic realm="Batchline", charset="UTF-8"'],
  bearer: ['Bearer', 'Bearer realm="Batchline"'],
  jwt: ['Bearer', 'Bearer realm="Batchline"'],
  ticket: ['SoTicket', 'SoTicket realm="Batchline"'],
  // Not of the header Authorization, but a 401 must offer something.
  cookie: ['Cookie', 'Cookie realm="Batchline"'],
};

/** The names of the header Authorization's schemes that are on, as a 401 writes them. */
export function authorizationSchemes(schemes: readonly SignInScheme[]): string[] {
  return [...new Set(schemes.filter((one) => one !== 'cookie').flatMap((one) => CHALLENGES[one]?.[0] ?? []))];
}

/**
 * The value of WWW-Authenticate: what is on.
 *
 * @param silently leaves out Basic, for which browsers ask with a window of their own
 */
export function challengeOf(schemes: readonly SignInScheme[], silently: boolean): string {
  const offered = schemes.filter((one) => !(silently && one === 'basic'));
  return [...new Set(offered.flatMap((one) => CHALLENGES[one]?.[1] ?? []))].join(', ');
}

/** The caller that an associate is with these scopes. */
export function callerFor(associate: Associate, scopes: readonly Scope[] = SCOPES): Caller {
  return {
    associateId: associate.id,
    login: associate.login,
    roles: associate.roles,
    tenant: associate.tenant,
    scopes,
  };
}

/** The XSRF token that belongs to a session. Who knows it does not know the session. */
export function xsrfTokenOf(session: string): string {
  return createHmac('sha256', session).update('XSRF-TOKEN').digest('base64url');
}
