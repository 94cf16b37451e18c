import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A new secret: 256 random bits, written as Standard Webhooks write them. */
export function generateSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/** The headers of a delivery, signed as Standard Webhooks are: HMAC-SHA256 over id, time and body. */
export function signedHeaders(
  secret: string,
  deliveryId: number,
  at: Date,
  body: string,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const id = `delivery_${deliveryId}`;
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
