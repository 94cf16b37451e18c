import { createHash, randomBytes } from 'node:crypto';

/** A new API token: SuperOffice's shape of an access token, `8A:<customer>.<secret>`. */
export function generateToken(customer: string): string {
  return `8A:${customer}.${randomBytes(32).toString('base64url')}`;
}

/** The hash by which a token is kept. It has 256 random bits, so that a plain SHA-256 is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
