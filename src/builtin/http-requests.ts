import { type Static, Type } from 'typebox';
import type { Dispatcher } from 'undici';
import { message } from '../core/message.ts';
import { createAgent } from '../core/ssrf-guard.ts';
import { defineTask, type TaskContext } from '../sdk/define-task.ts';
import { PermanentError } from '../sdk/errors.ts';
import { pause } from './countdown.ts';
import { ResultLog } from './http-requests/result-log.ts';
import {
  backoffSeconds,
  isWorthAnotherTry,
  LONGEST_RETRY_AFTER,
  retryAfterSeconds,
  type TryOutcome,
} from './http-requests/retry-rules.ts';
import { type Answer, type OutgoingRequest, send } from './http-requests/send.ts';

const RESULT_FILE = 'http-requests.jsonl';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const Seconds = { exclusiveMinimum: 0, maximum: 600 };

const RequestSchema = Type.Object(
  {
    method: Type.Optional(Type.Enum([...METHODS], { description: 'GET by default' })),
    url: Type.String({ minLength: 1, description: 'An absolute http or https URL' }),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    body: Type.Optional(Type.Unknown({ description: 'A string as it is; anything else as JSON' })),
    timeout: Type.Optional(
      Type.Number({ ...Seconds, description: 'Seconds, in place of the timeout for all' }),
    ),
  },
  { additionalProperties: false },
);

const Parameters = Type.Object(
  {
    requests: Type.Array(RequestSchema, { maxItems: 100_000, description: 'What to call' }),
    concurrency: Type.Integer({ minimum: 1, maximum: 100, default: 8, description: 'Requests at a time' }),
    timeout: Type.Number({ ...Seconds, default: 30, description: 'Seconds for one try, with its redirects' }),
    retries: Type.Integer({ minimum: 0, maximum: 10, default: 2, description: 'Tries after the first' }),
    retryDelay: Type.Number({
      minimum: 0,
      maximum: 60,
      default: 1,
      description:
        'Seconds before the second try, doubled each time; a Retry-After of the answer counts more',
    }),
    keepBody: Type.Integer({
      minimum: 0,
      maximum: 1024,
      default: 4,
      description: 'KB of each body to keep; 0 is none',
    }),
    failOnError: Type.Boolean({
      default: false,
      description: 'Whether the task fails where a request has failed',
    }),
  },
  { additionalProperties: false },
);

/** One line of the result file. */
interface ResultLine {
  /** The request's place in the list, from 0. */
  readonly index: number;
  readonly method: string;
  readonly url: string;
  /** Where the answer came from, where redirects led elsewhere. */
  readonly redirectedTo?: string;
  /** The answer's status; null where there was none. */
  readonly status: number | null;
  /** Milliseconds from the first try to the end of the last. */
  readonly ms: number;
  readonly attempts: number;
  /** What went wrong; null where the status is below 400. */
  readonly error: string | null;
  readonly body?: string;
  /** Whether the body is longer than what was kept. */
  readonly truncated?: boolean;
}

/**
 * Calls a list of HTTP requests and keeps a line on each. What is finished is kept as it goes, so another
 * attempt calls only the rest. The requests that were under way when a run was killed, at most `concurrency`,
 * are called again: each is called at least once. Where that matters, give them an `Idempotency-Key` header.
 * Only public addresses are called, unless the server allows private ones.
 */
export const httpRequests = defineTask({
  name: 'http-requests',
  description: message`Calls a list of HTTP requests, with retries, and keeps a line on each`,
  parameters: Parameters,
  cancellation: 'CanCancel',
  retries: { limit: 3 },
  async run(ctx) {
    const { requests, concurrency, failOnError } = ctx.parameters;
    const log = await ResultLog.open(ctx, RESULT_FILE);
    const agent = createAgent({ allowPrivateAddresses: ctx.services.allowPrivateAddresses });
    // Ends all as soon as one can't go on.
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
      if (ends.some((end) => end.status === 'rejected')) throw new Error('A worker has ended early.');
    } finally {
      await agent.destroy();
      await log.close();
    }
    if (failOnError && log.failed > 0) {
      throw new PermanentError(
        message`${log.failed} of ${requests.length} requests failed; ${RESULT_FILE} says why.`,
      );
    }
    return { requests: requests.length, succeeded: requests.length - log.failed, failed: log.failed };
  },
});

/** Calls one request until it succeeds or there is no use in another try. */
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
  const line = (attempts: number, outcome: Answer | undefined, error: string | null): ResultLine => ({
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
    const answer = await tryOnce(agent, request, parameters.keepBody * 1024, timeout, signal);
    if ('status' in answer && answer.status < 400) return line(attempt, answer, null);
    const problem = 'status' in answer ? `answered ${answer.status}` : describe(answer.error);
    const outcome = 'status' in answer ? answer : undefined;
    if (attempt > parameters.retries || !isWorthAnotherTry(request, answer))
      return line(attempt, outcome, problem);
    const asked = retryAfterSeconds(outcome?.retryAfter, new Date());
    if (asked !== undefined && asked > LONGEST_RETRY_AFTER) {
      const wish = `Retry-After asks for ${Math.ceil(asked)} s, longer than ${LONGEST_RETRY_AFTER} s`;
      return line(attempt, outcome, `${problem}; ${wish}`);
    }
    const wait = Math.max(asked ?? 0, backoffSeconds(attempt, parameters.retryDelay, Math.random()));
    await pause(wait * 1000, signal);
  }
}

/**
 * Sends a request once, within a time limit.
 *
 * @throws the signal's reason where it aborts
 */
async function tryOnce(
  agent: Dispatcher,
  request: OutgoingRequest,
  keepBytes: number,
  seconds: number,
  signal: AbortSignal,
): Promise<Answer | Extract<TryOutcome, { error: unknown }>> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const onAbort = (): void => limit.abort(signal.reason);
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${seconds} s`)), seconds * 1000);
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

/** The message of an error, or of what caused it where it has none (several addresses were tried). */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}
