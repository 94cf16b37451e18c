import { createHash, createHmac, randomBytes } from 'node:crypto';

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
