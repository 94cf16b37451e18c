import type { FastifyReply, FastifyRequest } from 'fastify';
import { xsrfTokenOf } from './scheme.ts';

/** The cookie that holds the session's secret; scripts can't read it. */
export const SESSION_COOKIE = 'BatchlineSession';
/** The cookie whose value the header X-XSRF-TOKEN repeats (contract, section 5). */
export const XSRF_COOKIE = 'XSRF-TOKEN';

// Other sites' pages never send them. Without a lifetime they end with the browser; the server ends them sooner.
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

/** What a request presents to say who is asking. */
export interface RequestCredentials {
  /** The header Authorization; `undefined` where it is missing or blank. */
  readonly authorization: string | undefined;
  /** The session cookie. */
  readonly session: string | undefined;
  /** The header SO-AppToken. */
  readonly appToken: string | undefined;
  /** Where the request comes from. */
  readonly address: string;
}

/** What this request presents. */
export function credentialsOf(request: FastifyRequest): RequestCredentials {
  return {
    authorization: request.headers.authorization?.trim() || undefined,
    session: request.cookies[SESSION_COOKIE] || undefined,
    appToken: firstValue(request.headers['so-apptoken'])?.trim() || undefined,
    address: request.ip,
  };
}

/** The value of a header of which Node may make a list. */
export function firstValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
