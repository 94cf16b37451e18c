import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Agent, type Dispatcher, request } from 'undici';
import type { OnFailure } from '../../core/children.ts';
import { type Backoff, retry } from '../../core/retry.ts';
import type { StoredState } from '../../core/task-state.ts';
import { type TraceContext, traceHeaders } from '../../core/tracing.ts';
import type { KeyedChild } from '../children.ts';
import type { LogLine } from '../log.ts';

/** The server rejected a call permanently: status 4xx. A retry would fail too. */
export class CallRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'CallRefused';
    this.status = status;
  }

  /** True if the worker has lost the lease that the call was about. */
  get leaseIsOver(): boolean {
    return this.status === 409 || this.status === 404;
  }
}

/** A task in the response of Acquire (docs/worker-protocol.md). */
export interface AcquiredTask {
  readonly Lease: string;
  readonly LeaseSeconds: number;
  readonly Attempt: number;
  readonly Failures: number;
  readonly Losses: number;
  readonly Task: Readonly<Record<string, unknown>>;
  readonly Parameters: Record<string, unknown>;
  readonly ParentId: number | null;
  readonly Checkpoint: unknown;
  /** Missing if the server is too old for traces. */
  readonly TraceParent?: string | null;
  readonly TraceState?: string | null;
}

/** Counts of the children of a task. */
export interface ChildCountsPayload {
  readonly Total: number;
  readonly Ended: number;
  readonly Failed: number;
}

/** A page of the children of a task. */
export interface ChildPagePayload extends ChildCountsPayload {
  readonly Children: readonly {
    readonly Id: number;
    readonly Key: string;
    readonly Name: string;
    readonly State: StoredState;
    readonly Result: string;
    readonly FileName: string;
  }[];
}

/** Progress in a request. */
export interface ProgressPayload {
  readonly ProgressPercent?: number;
  readonly ProgressDescription?: string;
}

/** The error of a failed attempt as it is sent. */
export interface ErrorPayload {
  readonly Class: string | null;
  readonly Message: string;
  readonly Stack: string | null;
  readonly Cause?: ErrorPayload;
  readonly Errors?: readonly ErrorPayload[];
}

/** The response of Renew. */
export interface RenewResponse {
  readonly Stop: boolean;
  readonly Reason: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface JsonOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborted when the call must not be retried; the signal of the call itself by default. */
  readonly retrySignal?: AbortSignal;
}

const BACKOFF: Backoff = { firstMs: 100, maxMs: 5000, jitter: 0.5 };
/** A cancellation of Acquire is repeated at this interval, because it can overtake the call that it cancels. */
const CANCEL_INTERVAL_MS = 500;
/** Longer than the longest long poll. */
const RESPONSE_TIMEOUT_MS = 60_000;

/**
 * A client of the worker protocol. Retries transient failures (no connection, 5xx, 408, 429) with backoff until `signal`
 * is aborted.
 */
export class WorkerClient {
  readonly #base: string;
  readonly #token: string;
  readonly #log: Logger;
  readonly #agent = new Agent({ headersTimeout: RESPONSE_TIMEOUT_MS, bodyTimeout: RESPONSE_TIMEOUT_MS });

  /**
   * @param url the base URL without `/api/v1`: `https://batch.example.com`
   * @param token a token with the scope `worker`
   */
  constructor(url: string, token: string, log: Logger) {
    this.#base = `${url.replace(/\/+$/, '')}/api/v1/Workers`;
    this.#token = token;
    this.#log = log;
  }

  /** Registers definitions with the server. */
  async declare(definitions: readonly object[], signal: AbortSignal): Promise<void> {
    await this.#json('POST', '/Definitions', { Definitions: definitions }, signal);
  }

  /**
   * Claims tasks by long poll.
   *
   * @param self how many tasks the worker runs at once, and its version, which the server lists
   * @param stopping cancels the long poll at the server. The response is still awaited, because the server may already
   *   have claimed tasks
   * @param graceMs how long to wait for the response after that
   */
  async acquire(
    wanted: {
      readonly Worker: string;
      readonly Definitions: readonly string[];
      readonly Limit: number;
      readonly WaitSeconds: number;
    },
    self: { readonly slots: number; readonly version: string | undefined },
    stopping: AbortSignal,
    graceMs: number,
  ): Promise<readonly AcquiredTask[]> {
    stopping.throwIfAborted();
    const call = randomUUID();
    const path = `/Acquire?Call=${call}`;
    const { slots, version } = self;
    const facts = `&Slots=${slots}${version === undefined ? '' : `&Version=${encodeURIComponent(version)}`}`;
    const done = new AbortController();
    const cancelAcquire = (): void => void this.#cancelAcquire(drainPath(call, wanted.Worker), done, graceMs);
    stopping.addEventListener('abort', cancelAcquire, { once: true });
    try {
      const response = await this.#json('POST', path + facts, wanted, done.signal, { retrySignal: stopping });
      return (response as { Tasks: AcquiredTask[] }).Tasks;
    } finally {
      stopping.removeEventListener('abort', cancelAcquire);
      done.abort();
    }
  }

  /** Records at the server that the worker claims no more tasks. Never throws: only lists of workers show it. */
  async drain(worker: string, graceMs: number): Promise<void> {
    const path = drainPath(randomUUID(), worker);
    await this.#json('DELETE', path, undefined, AbortSignal.timeout(graceMs)).catch((error: unknown) =>
      this.#log.debug(
        { event: 'worker.drain_failed', err: error },
        'failed to tell the server that this worker is stopping',
      ),
    );
  }

  /** Renews the lease (heartbeat), and waits up to `WaitSeconds` for a stop request. */
  async renew(
    lease: string,
    body: ProgressPayload & { readonly WaitSeconds?: number },
    signal: AbortSignal,
  ): Promise<RenewResponse> {
    return (await this.#json('POST', `/Leases/${lease}/Renew`, body, signal)) as RenewResponse;
  }

  async checkpoint(lease: string, value: unknown, signal: AbortSignal): Promise<void> {
    await this.#json('PUT', `/Leases/${lease}/Checkpoint`, { Value: value }, signal);
  }

  /** Starts children of the task in the trace of its run. Resolves to their ids, in the same order. */
  async startChildren(
    lease: string,
    children: readonly KeyedChild[],
    trace: TraceContext | null,
    signal: AbortSignal,
  ): Promise<number[]> {
    const Children = children.map(({ key, name, parameters, description, weight }) => ({
      Key: key,
      Name: name,
      ParameterObject: parameters,
      Description: description,
      Weight: weight,
    }));
    const response = await this.#json('POST', `/Leases/${lease}/Children`, { Children }, signal, {
      headers: traceHeaders(trace),
    });
    return (response as { Ids: number[] }).Ids;
  }

  /** Suspends the task until its children have ended. `Waits` is false if they already have. */
  async wait(
    lease: string,
    body: ProgressPayload & { readonly OnFailure: OnFailure },
    signal: AbortSignal,
  ): Promise<ChildCountsPayload & { readonly Waits: boolean }> {
    const response = await this.#json('POST', `/Leases/${lease}/Wait`, body, signal);
    return response as ChildCountsPayload & { Waits: boolean };
  }

  /** Returns a page of the children with ids greater than `afterId`. */
  async children(
    lease: string,
    state: StoredState | undefined,
    afterId: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<ChildPagePayload> {
    const query = `After=${afterId}&Limit=${limit}${state === undefined ? '' : `&State=${state}`}`;
    return (await this.#json(
      'GET',
      `/Leases/${lease}/Children?${query}`,
      undefined,
      signal,
    )) as ChildPagePayload;
  }

  async log(
    lease: string,
    lines: readonly { readonly Level: LogLine['level']; readonly Message: string }[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#json('POST', `/Leases/${lease}/Log`, { Lines: lines }, signal);
  }

  async succeed(
    lease: string,
    body: ProgressPayload & { readonly Result: string },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#json('POST', `/Leases/${lease}/Succeed`, body, signal);
  }

  async fail(
    lease: string,
    body: ProgressPayload & {
      readonly Message: string;
      readonly Retry: boolean;
      readonly Error?: ErrorPayload | undefined;
    },
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#json('POST', `/Leases/${lease}/Fail`, body, signal);
    } catch (error) {
      // A server before 0.3.0 refuses the property.
      if (!(error instanceof CallRefused && error.status === 400 && body.Error !== undefined)) throw error;
      const { Error: _, ...known } = body;
      await this.#json('POST', `/Leases/${lease}/Fail`, known, signal);
    }
  }

  /** Returns the task to the queue. */
  async returnTask(
    lease: string,
    body: ProgressPayload & { readonly Began: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#json('POST', `/Leases/${lease}/Return`, body, signal);
  }

  /** Uploads a result file; `sha256` is the base64 digest of its content. */
  async file(
    lease: string,
    file: { readonly path: string; readonly name: string; readonly bytes: number; readonly sha256: string },
    signal: AbortSignal,
  ): Promise<void> {
    const path = `/Leases/${lease}/File?Name=${encodeURIComponent(file.name)}`;
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(file.bytes),
      'content-digest': `sha-256=:${file.sha256}:`,
    };
    await this.#call('PUT', path, headers, () => createReadStream(file.path), signal, signal);
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** Cancels a long poll at the server, and aborts the call if its response doesn't arrive within the grace period. */
  async #cancelAcquire(path: string, done: AbortController, graceMs: number): Promise<void> {
    const signal = AbortSignal.any([done.signal, AbortSignal.timeout(graceMs)]);
    try {
      for (;;) {
        await this.#json('DELETE', path, undefined, signal);
        await delay(CANCEL_INTERVAL_MS, undefined, { signal });
      }
    } catch (error) {
      if (done.signal.aborted) return;
      this.#log.warn(
        { event: 'worker.acquire_timeout', err: error },
        'server did not answer a request for tasks in time; aborted',
      );
      done.abort();
    }
  }

  async #json(
    method: Method,
    path: string,
    body: unknown,
    signal: AbortSignal,
    { headers: extra = {}, retrySignal = signal }: JsonOptions = {},
  ): Promise<unknown> {
    const text = body === undefined ? null : JSON.stringify(body);
    const headers = { ...extra, ...(text === null ? {} : { 'content-type': 'application/json' }) };
    const response = await this.#call(method, path, headers, () => text, signal, retrySignal);
    return response === '' ? undefined : (JSON.parse(response) as unknown);
  }

  async #call(
    method: Method,
    path: string,
    headers: Record<string, string>,
    body: () => NonNullable<Dispatcher.DispatchOptions['body']> | null,
    signal: AbortSignal,
    retrySignal: AbortSignal,
  ): Promise<string> {
    const attempt = async (): Promise<string> => {
      retrySignal.throwIfAborted();
      const response = await request(this.#base + path, {
        method,
        dispatcher: this.#agent,
        headers: { ...headers, authorization: `Bearer ${this.#token}`, 'so-timezone': 'UTC' },
        body: body(),
        signal,
      });
      const text = await response.body.text();
      if (response.statusCode < 300) return text;
      throw new CallRefused(response.statusCode, messageOf(text) ?? `${path}: ${response.statusCode}`);
    };
    return retry(attempt, {
      ...BACKOFF,
      signal: retrySignal,
      isRetryable: (error) => !signal.aborted && !(error instanceof CallRefused && isFinal(error.status)),
      onRetry: (error) =>
        this.#log.warn(
          { event: 'worker.call_failed', err: error, path },
          'call to the server failed; retrying',
        ),
    });
  }
}

/** Returns true if a retry would get the same response. */
function isFinal(status: number): boolean {
  return status >= 300 && status < 500 && status !== 408 && status !== 429;
}

function messageOf(text: string): string | undefined {
  try {
    const { Message } = JSON.parse(text) as { Message?: unknown };
    return typeof Message === 'string' ? Message : undefined;
  } catch {
    return undefined; // an error page of a proxy
  }
}

/** The path that ends the wait of an Acquire. An older server ignores the worker. */
function drainPath(call: string, worker: string): string {
  return `/Acquire?Call=${call}&Worker=${encodeURIComponent(worker)}`;
}
