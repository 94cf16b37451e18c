import { createHmac, randomBytes } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { WebhookConfig } from '../config.ts';
import type { RightsSubject } from '../core/permissions.ts';
import { AddressRefused, readBody, readUrl } from '../core/ssrf-guard.ts';
import { traceHeaders } from '../core/trace-context.ts';
import type { TaskEvent } from '../db/queries/event.ts';
import type { DueDelivery, TryResult } from '../db/queries/webhook-delivery.ts';

const PREFIX = 'whsec_';

/** Generates a secret of 256 random bits in the format of Standard Webhooks. */
export function generateSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/** Returns the signed headers of a delivery by Standard Webhooks: HMAC-SHA256 over id, time and body. */
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

/** Maximum number of stored bytes of a response. */
const RESPONSE_BYTES = 1024;
const GROWTH = 3;
const MAX_DELAY_SECONDS = 6 * 3600;

/**
 * Sends a delivery once. Only a status from 200 to 299 is a success; redirects are not followed.
 *
 * @param signal aborts the attempt
 * @throws the signal's reason if it aborts
 */
export async function sendDelivery(
  dispatcher: Dispatcher,
  delivery: DueDelivery,
  config: WebhookConfig,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<TryResult> {
  let status: number | null = null;
  let answer = '';
  try {
    const url = readUrl(delivery.url);
    const response = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Batchline',
        ...traceHeaders(delivery.trace),
        ...signedHeaders(delivery.secret, delivery.id, new Date(), delivery.body),
      },
      body: delivery.body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    status = response.statusCode;
    answer = (await readBody(response.body, RESPONSE_BYTES)).body.replaceAll('\0', '\uFFFD');
    if (status >= 200 && status < 300)
      return { state: 'Delivered', delaySeconds: 0, status, answer, error: '' };
    return failed(delivery, config, { status, answer, error: `the response was ${status}` });
  } catch (error) {
    signal.throwIfAborted();
    const result = failed(delivery, config, { status, answer, error: textOf(error) });
    // A retry would be rejected too.
    return isRefused(error) ? { ...result, state: 'Dead' } : result;
  }
}

function failed(
  { tries }: DueDelivery,
  config: WebhookConfig,
  seen: Pick<TryResult, 'status' | 'answer' | 'error'>,
): TryResult {
  return {
    ...seen,
    state: tries >= config.tries ? 'Dead' : 'Waiting',
    delaySeconds: retryDelay(tries, config.retrySeconds, Math.random()),
  };
}

/**
 * Returns the seconds until the next attempt: exponential backoff, extended by a jitter of up to 20 percent.
 *
 * @param jitter from 0 to 1
 */
export function retryDelay(tries: number, firstSeconds: number, jitter: number): number {
  const seconds = Math.min(firstSeconds * GROWTH ** (tries - 1), MAX_DELAY_SECONDS);
  return seconds * (1 + 0.2 * jitter);
}

function isRefused(error: unknown): boolean {
  return error instanceof AddressRefused || (error as { cause?: unknown }).cause instanceof AddressRefused;
}

function textOf(error: unknown): string {
  const { name, message } = error as Error;
  return name === 'TimeoutError' ? 'no response in time' : message.slice(0, 500).toWellFormed();
}

/** Returns the body of a delivery: the properties of `GET /api/v1/Events`, in English and UTC. */
export function bodyOf(event: TaskEvent): string {
  return JSON.stringify({
    Type: 'state',
    Id: event.id,
    TaskId: event.taskId,
    Name: event.name,
    AssociateId: event.ownerId,
    DatabaseSerialNumber: event.tenant,
    At: event.at.toISOString(),
    ActorId: event.actorId,
    Node: event.nodeId,
    From: event.from,
    To: event.to,
    Attempt: event.attempt,
    Reason: event.reason,
  });
}

/** Returns the properties of the task in a delivery's body that rights depend on; `undefined` for a test delivery. */
export function subjectOf(body: string): RightsSubject | undefined {
  const { Type, Name, AssociateId, DatabaseSerialNumber } = JSON.parse(body);
  return Type === 'state' ? { name: Name, ownerId: AssociateId, tenant: DatabaseSerialNumber } : undefined;
}

/** Returns the body of a test delivery. */
export function testBody(webhookId: number, now: Date): string {
  return JSON.stringify({ Type: 'test', WebhookId: webhookId, At: now.toISOString() });
}
