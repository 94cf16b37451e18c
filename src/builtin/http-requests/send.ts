import type { Dispatcher } from 'undici';
import { AddressRefused, readBody, readUrl } from '../../core/ssrf-guard.ts';

/** The most redirects that are followed. */
const MAX_REDIRECTS = 5;

/** Headers that are meant for one server only. */
const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie', 'cookie2'];
const ABOUT_THE_BODY = [
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

/** An answer. */
export interface Answer {
  readonly status: number;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** The beginning of the body; bytes that are not UTF-8 are replaced. */
  readonly body: string;
  /** Whether the body is longer. */
  readonly truncated: boolean;
  readonly retryAfter: string | undefined;
}

/**
 * Sends a request and follows redirects as browsers do: a 303, and a 301 or 302 after a POST, are followed
 * with GET; credentials stay behind where the scheme, host or port changes. Each hop keeps to the rules of
 * the dispatcher.
 *
 * @param keepBytes how much of the body to keep
 * @throws AddressRefused where it, or a redirect, is refused; the error of the connection where there is no answer
 */
export async function send(
  dispatcher: Dispatcher,
  request: OutgoingRequest,
  keepBytes: number,
  signal: AbortSignal,
): Promise<Answer> {
  let { method, body, headers } = request;
  let url = readUrl(request.url);
  for (let redirects = 0; ; redirects++) {
    const answer = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers,
      body: body ?? null,
      signal,
    });
    const { statusCode: status } = answer;
    const location = single(answer.headers.location);
    if (!REDIRECTS.has(status) || location === undefined) {
      const kept = await readBody(answer.body, keepBytes);
      return { status, url: url.href, ...kept, retryAfter: single(answer.headers['retry-after']) };
    }
    await readBody(answer.body, 0);
    if (redirects === MAX_REDIRECTS)
      throw new AddressRefused(`more than ${MAX_REDIRECTS} redirects; ${url.href} is the last`);
    const next = readUrl(location, url);
    if ((status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')) {
      method = 'GET';
      body = undefined;
      headers = without(headers, ABOUT_THE_BODY);
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
