import { createHash, randomBytes } from 'node:crypto';

/** Generates an API token in SuperOffice's format of an access token, `8A:<customer>.<secret>`. */
export function generateToken(customer: string): string {
  return `8A:${customer}.${generateSecret()}`;
}

/** Generates a ticket in SuperOffice's format. */
export function generateTicket(): string {
  return `7T:${generateSecret()}`;
}

/** Generates the secret of a session, or the token of an application. */
export function generateSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Returns the hash under which the database stores a token, ticket or session. Secrets have 256 random bits, so a plain
 * SHA-256 is sufficient.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
