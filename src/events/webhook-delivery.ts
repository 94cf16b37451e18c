import { createHmac, randomBytes } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { WebhookConfig } from '../config.ts';
import type { RightsSubject } from '../core/permissions.ts';
import { AddressRefused, readBody, readUrl } from '../core/ssrf-guard.ts';
import { traceHeaders } from '../core/tracing.ts';
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
        ...(delivery.secret === ''
          ? {}
          : signedHeaders(delivery.secret, delivery.id, new Date(), delivery.body)),
      },
      body: delivery.body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    status = response.statusCode;
    answer = (await readBody(response.body, RESPONSE_BYTES)).body.replaceAll('\0', '\uFFFD');
    if (status >= 200 && status < 300)
      return { state: 'Delivered', delaySeconds: 0, status, answer, error: '', isServerFault: false };
    const isServerFault = status >= 500 || status === 429;
    return failedTry(delivery, config, {
      status,
      answer,
      error: `the response was ${status}`,
      isServerFault,
    });
  } catch (error) {
    signal.throwIfAborted();
    const result = failedTry(delivery, config, { status, answer, error: textOf(error), isServerFault: true });
    // A retry would be rejected too.
    return isRefused(error) ? { ...result, state: 'Dead' } : result;
  }
}

/** Returns the outcome of a failed attempt: another one after a delay, or none after the last. */
export function failedTry(
  { tries }: Pick<DueDelivery, 'tries'>,
  config: WebhookConfig,
  seen: Pick<TryResult, 'status' | 'answer' | 'error' | 'isServerFault'>,
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
    Stopped: event.stopped,
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

/** Identifies the deliveries of one tenant to one server. */
export interface Target {
  /** Empty for webhooks that are not bound to a tenant. */
  readonly tenant: string;
  /** Scheme, host and port. */
  readonly origin: string;
}

/** The allowed concurrency of some targets; all others have the default. */
export interface TargetLimit extends Target {
  readonly max: number;
}

/** Consecutive failures after which the circuit opens. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 30_000;
const MAX_PAUSE_MS = 300_000;

interface Entry {
  readonly target: Target;
  failures: number;
  pauseMs: number;
  /** End of the pause; 0 if the circuit is closed. */
  openUntil: number;
}

/**
 * A circuit breaker for each target, so that an unresponsive target only costs an occasional connection. Tenants have
 * separate breakers, so that failures of one at a shared server do not affect the deliveries of others. The states are
 *
 * - *closed*: deliveries are sent. Leads to *open* after 5 failures in a row.
 * - *open*: nothing is sent, and no attempt is counted. Leads to *half open* after 30 s, doubled each time up to 5 min.
 * - *half open*: one delivery is sent. Leads to *closed* if it succeeds, to *open* if not.
 */
export class TargetBreaker {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  /** @param now a monotonic clock, in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Returns the limits of the targets whose circuit is not closed. */
  limits(): TargetLimit[] {
    return [...this.#entries.values()]
      .filter(({ openUntil }) => openUntil > 0)
      .map(({ target, openUntil }) => ({ ...target, max: openUntil > this.#now() ? 0 : 1 }));
  }

  /** Records a success: the target works, even if it rejected this delivery. */
  succeeded(target: Target): void {
    this.#entries.delete(keyOf(target));
  }

  /** Records a failure: the target did not respond, or reported a failure of its server. */
  failed(target: Target): void {
    const key = keyOf(target);
    const entry = this.#entries.get(key) ?? { target, failures: 0, pauseMs: FIRST_PAUSE_MS, openUntil: 0 };
    this.#entries.set(key, entry);
    entry.failures += 1;
    const now = this.#now();
    // Deliveries that were in flight when it opened do not open it again.
    if (entry.failures < FAILURES || entry.openUntil > now) return;
    if (entry.openUntil > 0) entry.pauseMs = Math.min(entry.pauseMs * 2, MAX_PAUSE_MS);
    entry.openUntil = now + entry.pauseMs;
  }
}

function keyOf({ tenant, origin }: Target): string {
  return JSON.stringify([tenant, origin]);
}
