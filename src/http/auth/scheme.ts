import { createHash, createHmac, randomBytes } from 'node:crypto';
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

/** A new API token: SuperOffice's shape of an access token, `8A:<customer>.<secret>`. */
export function generateToken(customer: string): string {
  return `8A:${customer}.${generateSecret()}`;
}

/** A new ticket, in SuperOffice's shape. */
export function generateTicket(): string {
  return `7T:${generateSecret()}`;
}

/** A new secret: of a session, or an application's token. */
export function generateSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The hash by which a token, ticket or session is kept. It has 256 random bits, so that a plain SHA-256 is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The XSRF token that belongs to a session. Who knows it does not know the session. */
export function xsrfTokenOf(session: string): string {
  return createHmac('sha256', session).update('XSRF-TOKEN').digest('base64url');
}
