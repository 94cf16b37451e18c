import { type Static, Type } from 'typebox';
import type { Dispatcher } from 'undici';
import { message } from '../core/message.ts';
import { createAgent } from '../core/ssrf-guard.ts';
import { defineTask, type TaskContext } from '../sdk/define-task.ts';
import { PermanentError } from '../sdk/errors.ts';
import { pause } from './countdown.ts';
import { ResultLog } from './http-requests/result-log.ts';
import {
  type AttemptOutcome,
  backoffSeconds,
  type HttpResponse,
  isRetryable,
  MAX_RETRY_AFTER,
  type OutgoingRequest,
  retryAfterSeconds,
  send,
} from './http-requests/send.ts';

const RESULT_FILE = 'http-requests.jsonl';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const Seconds = { exclusiveMinimum: 0, maximum: 600 };

const RequestSchema = Type.Object(
  {
    method: Type.Optional(Type.Enum([...METHODS], { description: String(message`GET by default`) })),
    url: Type.String({ minLength: 1, description: String(message`An absolute http or https URL`) }),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    body: Type.Optional(
      Type.Unknown({ description: String(message`A string is sent unchanged; any other value as JSON`) }),
    ),
    timeout: Type.Optional(
      Type.Number({
        ...Seconds,
        description: String(message`Seconds; overrides the timeout of all requests`),
      }),
    ),
  },
  { additionalProperties: false },
);

const Parameters = Type.Object(
  {
    requests: Type.Array(RequestSchema, {
      maxItems: 100_000,
      description: String(message`The requests to send`),
    }),
    concurrency: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 8,
      description: String(message`Maximum number of concurrent requests`),
    }),
    timeout: Type.Number({
      ...Seconds,
      default: 30,
      description: String(message`Seconds for one attempt, including redirects`),
    }),
    retries: Type.Integer({
      minimum: 0,
      maximum: 10,
      default: 2,
      description: String(message`Attempts after the first`),
    }),
    retryDelay: Type.Number({
      minimum: 0,
      maximum: 60,
      default: 1,
      description: String(
        message`Seconds before the second attempt, doubled each time; a longer Retry-After of the response is respected`,
      ),
    }),
    keepBody: Type.Integer({
      minimum: 0,
      maximum: 1024,
      default: 4,
      description: String(message`KB of each response body to record; 0 for none`),
    }),
    failOnError: Type.Boolean({
      default: false,
      description: String(message`Whether the task fails if a request fails`),
    }),
  },
  { additionalProperties: false },
);

/** One line of the result file. */
interface ResultLine {
  /** The request's index in the list. */
  readonly index: number;
  readonly method: string;
  readonly url: string;
  /** The URL of the response, if it differs because of redirects. */
  readonly redirectedTo?: string;
  /** The response's status; null if there was no response. */
  readonly status: number | null;
  /** Milliseconds from the start of the first attempt to the end of the last. */
  readonly ms: number;
  readonly attempts: number;
  /** The error; null if the status is below 400. */
  readonly error: string | null;
  readonly body?: string;
  /** Whether the body is longer than the recorded part. */
  readonly truncated?: boolean;
}

/**
 * Sends a list of HTTP requests and records each result in a file. Checkpoints contain the finished requests, so that
 * another attempt only sends the others. Requests in flight when a run is killed, at most `concurrency`, are sent again:
 * each request is sent at least once. Use an `Idempotency-Key` header if that matters. Only public addresses are called
 * unless the server allows private ones.
 */
export const httpRequests = defineTask({
  name: 'http-requests',
  description: message`Sends a list of HTTP requests, with retries, and records each result`,
  parameters: Parameters,
  cancellation: 'CanCancel',
  retries: { limit: 3 },
  async run(ctx) {
    const { requests, concurrency, failOnError } = ctx.parameters;
    const log = await ResultLog.open(ctx, RESULT_FILE);
    const agent = createAgent({ allowPrivateAddresses: ctx.services.allowPrivateAddresses });
    // Aborts all requests if the result of one can't be recorded.
    const ending = new AbortController();
    const signal = AbortSignal.any([ctx.signal, ending.signal]);
    try {
      let next = 0;
      const work = async (): Promise<void> => {
        for (; next < requests.length; ) {
          const index = next++;
          if (log.finished.has(index)) continue;
          const line = await call(ctx, agent, index, signal);
          await log.add(index, line);
          const done = log.finished.size;
          ctx.progress(
            (done / requests.length) * 100,
            message`${done} of ${requests.length} requests, ${log.failed} failed`,
          );
        }
      };
      const workers = Array.from({ length: concurrency }, () =>
        work().catch((error: unknown) => {
          ending.abort(error);
          throw error;
        }),
      );
      const ends = await Promise.allSettled(workers);
      ctx.signal.throwIfAborted();
      if (ending.signal.aborted) throw ending.signal.reason;
      if (ends.some((end) => end.status === 'rejected')) throw new Error('A worker ended early.');
    } finally {
      await agent.destroy();
      await log.close();
    }
    if (failOnError && log.failed > 0) {
      throw new PermanentError(
        message`${log.failed} of ${requests.length} requests failed; see ${RESULT_FILE}.`,
      );
    }
    return { requests: requests.length, succeeded: requests.length - log.failed, failed: log.failed };
  },
});

/** Sends one request until it succeeds, is not retryable, or has no retries left. */
async function call(
  ctx: TaskContext<Static<typeof Parameters>>,
  agent: Dispatcher,
  index: number,
  signal: AbortSignal,
): Promise<ResultLine> {
  const { parameters } = ctx;
  const given = parameters.requests[index] as Static<typeof RequestSchema>;
  const request = outgoing(given, ctx.traceHeaders);
  const timeout = given.timeout ?? parameters.timeout;
  const began = performance.now();
  const line = (attempts: number, outcome: HttpResponse | undefined, error: string | null): ResultLine => ({
    index,
    method: request.method,
    url: given.url,
    ...(outcome !== undefined && outcome.url !== URL.parse(given.url)?.href
      ? { redirectedTo: outcome.url }
      : {}),
    status: outcome?.status ?? null,
    ms: Math.round(performance.now() - began),
    attempts,
    error,
    ...(outcome !== undefined && parameters.keepBody > 0
      ? { body: outcome.body, truncated: outcome.truncated }
      : {}),
  });
  for (let attempt = 1; ; attempt++) {
    const response = await attemptOnce(agent, request, parameters.keepBody * 1024, timeout, signal);
    if ('status' in response && response.status < 400) return line(attempt, response, null);
    const problem = 'status' in response ? `answered ${response.status}` : describe(response.error);
    const outcome = 'status' in response ? response : undefined;
    if (attempt > parameters.retries || !isRetryable(request, response))
      return line(attempt, outcome, problem);
    const asked = retryAfterSeconds(outcome?.retryAfter, new Date());
    if (asked !== undefined && asked > MAX_RETRY_AFTER) {
      const wish = `Retry-After asks for ${Math.ceil(asked)} s, longer than ${MAX_RETRY_AFTER} s`;
      return line(attempt, outcome, `${problem}; ${wish}`);
    }
    const wait = Math.max(asked ?? 0, backoffSeconds(attempt, parameters.retryDelay, Math.random()));
    await pause(wait * 1000, signal);
  }
}

/**
 * Sends a request once, with a timeout.
 *
 * @throws the signal's reason if it aborts
 */
async function attemptOnce(
  agent: Dispatcher,
  request: OutgoingRequest,
  keepBytes: number,
  seconds: number,
  signal: AbortSignal,
): Promise<HttpResponse | Extract<AttemptOutcome, { error: unknown }>> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const onAbort = (): void => limit.abort(signal.reason);
  const timer = setTimeout(() => limit.abort(new Error(`no response within ${seconds} s`)), seconds * 1000);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await send(agent, request, keepBytes, limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    return { error };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function outgoing(
  given: Static<typeof RequestSchema>,
  traceHeaders: Readonly<Record<string, string>>,
): OutgoingRequest {
  const headers: Record<string, string> = { 'user-agent': 'batchline', ...traceHeaders };
  const { body } = given;
  if (body !== undefined && typeof body !== 'string') headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(given.headers ?? {})) headers[name.toLowerCase()] = value;
  return {
    method: given.method ?? 'GET',
    url: given.url,
    headers,
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** Returns the message of an error, or of its errors if it has none (if several addresses failed). */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}
