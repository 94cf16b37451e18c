import { createHmac } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignInScheme } from '../../config.ts';
import type { Caller } from '../../core/access.ts';
import { unauthenticated } from '../../core/errors.ts';
import type { SignInKind } from '../../db/queries/session.ts';
import { callerFor, type SignIns } from '../../services/sign-ins.ts';
import type { PasswordCheck } from './throttle.ts';

/** `Authorization: Basic`: base64 of login:password in UTF-8. */
export class BasicScheme implements Scheme {
  readonly #passwords: PasswordCheck;
  readonly #signIns: Pick<SignIns, 'record'>;

  constructor(passwords: PasswordCheck, signIns: Pick<SignIns, 'record'>) {
    this.#passwords = passwords;
    this.#signIns = signIns;
  }

  async signIn(credentials: string, address: string): Promise<SignedIn> {
    const text = Buffer.from(credentials, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon === -1)
      throw unauthenticated`The Basic credentials are malformed; base64 of login:password is accepted.`;
    const associate = await this.#passwords.check(text.slice(0, colon), text.slice(colon + 1), address);
    await this.#signIns.record(associate, 'basic');
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
  readonly #scheme: 'ticket' | 'cookie';
  readonly #kinds: readonly SignInKind[];
  readonly #idleMs: number;

  constructor(signIns: SignIns, scheme: 'ticket' | 'cookie', idleMs: number) {
    this.#signIns = signIns;
    this.#scheme = scheme;
    this.#kinds = scheme === 'cookie' ? ['cookie', 'oidc'] : ['ticket'];
    this.#idleMs = idleMs;
  }

  async signIn(secret: string): Promise<SignedIn> {
    const found = await this.#signIns.useSecret(this.#kinds, secret, this.#idleMs);
    if (found === undefined)
      throw unauthenticated`The ticket or session is wrong, was signed out or has expired; POST /api/v1/SignIn issues a new one.`;
    return {
      caller: found.caller,
      scheme: this.#scheme,
      notAfter: found.expires?.getTime() ?? 0,
      ...(found.kind === 'oidc' ? { byProvider: true } : {}),
    };
  }
}

/** An authenticated caller. */
export interface SignedIn {
  readonly caller: Caller;
  /** The scheme of the credentials. */
  readonly scheme: SignInScheme;
  /** When the credentials expire, in milliseconds since 1970; never if absent. */
  readonly notAfter?: number;
  /** Set if the session is from a sign-in at the OIDC provider. */
  readonly byProvider?: boolean;
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

/** The cookie with the secret of the session, which scripts can't read. */
export const SESSION_COOKIE = 'BatchlineSession';
/** The cookie whose value the header X-XSRF-TOKEN repeats (contract, section 5). */
export const XSRF_COOKIE = 'XSRF-TOKEN';

// SameSite keeps other sites from sending the cookies. Session cookies end with the browser; the server expires them sooner.
const OPTIONS = { path: '/', sameSite: 'strict', secure: 'auto' } as const;

/** Sets the cookies of a session. @returns the XSRF token, for clients that can't read cookies */
export function setSessionCookies(reply: FastifyReply, session: string): string {
  const xsrfToken = xsrfTokenOf(session);
  reply.setCookie(SESSION_COOKIE, session, { ...OPTIONS, httpOnly: true });
  reply.setCookie(XSRF_COOKIE, xsrfToken, OPTIONS);
  return xsrfToken;
}

/** Removes the cookies of a session. */
export function clearSessionCookies(reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, { ...OPTIONS, httpOnly: true });
  reply.clearCookie(XSRF_COOKIE, OPTIONS);
}

/**
 * The cookie of a sign-in at the OIDC provider between its start and the callback. Lax, because the callback is a navigation
 * from the provider's site.
 */
const FLOW_COOKIE = 'BatchlineOidc';
const FLOW_OPTIONS = { path: '/auth/oidc', sameSite: 'lax', secure: 'auto', httpOnly: true } as const;

/** Sets the cookie of a sign-in at the OIDC provider. */
export function setFlowCookie(reply: FastifyReply, flow: string, maxAge: number): void {
  reply.setCookie(FLOW_COOKIE, flow, { ...FLOW_OPTIONS, maxAge });
}

/** Returns the cookie of a sign-in at the OIDC provider, and removes it from the browser. */
export function takeFlowCookie(request: FastifyRequest, reply: FastifyReply): string | undefined {
  reply.clearCookie(FLOW_COOKIE, FLOW_OPTIONS);
  return request.cookies[FLOW_COOKIE];
}

/** The credentials of a request. */
export interface RequestCredentials {
  /** The header Authorization; `undefined` if it is absent or blank. */
  readonly authorization: string | undefined;
  /** The session cookie. */
  readonly session: string | undefined;
  /** The header SO-AppToken. */
  readonly appToken: string | undefined;
  /** The IP address of the client. */
  readonly address: string;
}

/** Reads the credentials of a request. */
export function credentialsOf(request: FastifyRequest): RequestCredentials {
  return {
    authorization: request.headers.authorization?.trim() || undefined,
    session: request.cookies[SESSION_COOKIE] || undefined,
    appToken: firstValue(request.headers['so-apptoken'])?.trim() || undefined,
    address: request.ip,
  };
}

/** The first value of a header that Node.js may return as an array. */
export function firstValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
