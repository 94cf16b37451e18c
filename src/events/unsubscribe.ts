import { createHmac, timingSafeEqual } from 'node:crypto';

/** The path of links that end a subscription, before the token. */
export const UNSUBSCRIBE_PATH = '/unsubscribe/';

/**
 * Returns the token of a link that ends a subscription without a sign-in (RFC 8058): the id, and its signature with the
 * secret of the subscription. It is valid as long as the subscription exists.
 */
export function unsubscribeToken(id: number, secret: string): string {
  return `${id}.${createHmac('sha256', secret).update(`unsubscribe ${id}`).digest('base64url')}`;
}

/** Returns the id in a token, which may be forged; `undefined` if the text is no token. */
export function subscriptionIdOf(token: string): number | undefined {
  const [, id] = /^(\d{1,9})\.[\w-]{43}$/.exec(token) ?? [];
  return id === undefined ? undefined : Number(id);
}

/** True if a token has the signature of this subscription. */
export function isTokenOf(
  token: string,
  { id, secret }: { readonly id: number; readonly secret: string },
): boolean {
  if (secret === '') return false;
  const [given, expected] = [Buffer.from(token), Buffer.from(unsubscribeToken(id, secret))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
