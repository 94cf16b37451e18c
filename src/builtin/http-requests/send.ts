import type { Dispatcher } from 'undici';
import { AddressRefused, readBody, readUrl } from '../../core/ssrf-guard.ts';

/** Maximum number of redirects. */
const MAX_REDIRECTS = 5;

/** Headers that must not be sent to another origin. */
const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie', 'cookie2'];
const BODY_HEADERS = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-location',
];
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A request to send. Header names are in lower case. */
export interface OutgoingRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A response. */
export interface HttpResponse {
  readonly status: number;
  /** The URL after redirects. */
  readonly url: string;
  /** The beginning of the body; invalid UTF-8 is replaced. */
  readonly body: string;
  /** Whether the body is longer. */
  readonly truncated: boolean;
  readonly retryAfter: string | undefined;
}

/**
 * Sends a request and follows redirects as browsers do: a 303, and a 301 or 302 after a POST, are followed by GET;
 * credentials are dropped if the origin changes. The dispatcher checks the address of each hop.
 *
 * @param keepBytes maximum number of bytes of the body to return
 * @throws AddressRefused if an address is not allowed; the connection error if there is no response
 */
export async function send(
  dispatcher: Dispatcher,
  request: OutgoingRequest,
  keepBytes: number,
  signal: AbortSignal,
): Promise<HttpResponse> {
  let { method, body, headers } = request;
  let url = readUrl(request.url);
  for (let redirects = 0; ; redirects++) {
    const response = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers,
      body: body ?? null,
      signal,
    });
    const { statusCode: status } = response;
    const location = single(response.headers.location);
    if (!REDIRECTS.has(status) || location === undefined) {
      const kept = await readBody(response.body, keepBytes);
      return { status, url: url.href, ...kept, retryAfter: single(response.headers['retry-after']) };
    }
    await readBody(response.body, 0);
    if (redirects === MAX_REDIRECTS)
      throw new AddressRefused(`more than ${MAX_REDIRECTS} redirects; ${url.href} is the last`);
    const next = readUrl(location, url);
    if ((status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')) {
      method = 'GET';
      body = undefined;
      headers = without(headers, BODY_HEADERS);
    }
    if (next.origin !== url.origin) headers = without(headers, [...CREDENTIALS, 'host']);
    url = next;
  }
}

function without(
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** Maximum Retry-After that is respected, in seconds. A longer one ends the retries. */
export const MAX_RETRY_AFTER = 300;

const MAX_BACKOFF = 60;
const RETRYABLE_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
/** Statuses that mean that the request was not processed. */
const UNPROCESSED_STATUS = new Set([425, 429, 503]);
/** Errors before anything was sent. */
const UNSENT_ERRORS = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Errors that a retry can't fix. */
const PERMANENT_ERRORS = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_NOT_SUPPORTED',
]);
const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** The outcome of an attempt: the status of the response, or an error. */
export type AttemptOutcome = { readonly status: number } | { readonly error: unknown };

/**
 * Returns true if a request can be retried. A POST or PATCH is only retried if it was certainly not processed, or if it has
 * an `Idempotency-Key`, by which the server recognizes a repetition.
 */
export function isRetryable(request: OutgoingRequest, outcome: AttemptOutcome): boolean {
  const isIdempotent =
    IDEMPOTENT_METHODS.has(request.method) || request.headers['idempotency-key'] !== undefined;
  if ('status' in outcome) {
    return (isIdempotent ? RETRYABLE_STATUS : UNPROCESSED_STATUS).has(outcome.status);
  }
  if (outcome.error instanceof AddressRefused) return false;
  const code = (outcome.error as NodeJS.ErrnoException).code ?? '';
  return isIdempotent ? !PERMANENT_ERRORS.has(code) : UNSENT_ERRORS.has(code);
}

/**
 * Parses a Retry-After header, which has a number of seconds or a date.
 *
 * @returns seconds; `undefined` if the header is missing or malformed
 */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // An HTTP date starts with the day of the week; Date.parse accepts other formats too.
  const at = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1000);
}

/**
 * Returns the seconds before the next attempt: exponential backoff with 50 percent jitter.
 *
 * @param failed number of failed attempts
 * @param base seconds before the second attempt
 * @param chance a number in [0, 1)
 */
export function backoffSeconds(failed: number, base: number, chance: number): number {
  const full = Math.min(MAX_BACKOFF, base * 2 ** (failed - 1));
  return full / 2 + (full / 2) * chance;
}
