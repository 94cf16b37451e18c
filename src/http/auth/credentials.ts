import type { FastifyRequest } from 'fastify';
import { SESSION_COOKIE } from './cookies.ts';

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
export function presentedBy(request: FastifyRequest): RequestCredentials {
  return {
    authorization: request.headers.authorization?.trim() || undefined,
    session: request.cookies[SESSION_COOKIE] || undefined,
    appToken: firstOf(request.headers['so-apptoken'])?.trim() || undefined,
    address: request.ip,
  };
}

/** The value of a header of which Node may make a list. */
export function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
