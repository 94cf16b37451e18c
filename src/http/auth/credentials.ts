import type { FastifyReply, FastifyRequest } from 'fastify';
import { xsrfTokenOf } from './scheme.ts';

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
