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
