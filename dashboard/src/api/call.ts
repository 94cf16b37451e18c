import { languageHeader, timeZone } from '../preferences.ts';
import { createStore } from '../store.ts';

/** The server has refused a call, and says why in the person's language. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The server did not answer. */
export class Unreachable extends Error {}

/** Whether the server answered the last call. */
export const reachable = createStore(true);

/** Counts the calls that were refused because nobody is signed in. */
export const signedOutCalls = createStore(0);

/** An answer, with the version of what it holds. */
export interface Answer<T> {
  readonly data: T;
  readonly etag: string | null;
}

interface CallOptions {
  readonly body?: unknown;
  readonly ifMatch?: string | null;
  readonly signal?: AbortSignal;
}

/**
 * Calls the API as the person of this page: in their language and zone, by their session.
 *
 * @param path below `/api/v1`
 * @throws Refused, Unreachable
 */
export async function call<T>(
  method: string,
  path: string,
  { body, ifMatch, signal }: CallOptions = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = { ...commonHeaders(), Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (ifMatch != null) headers['If-Match'] = ifMatch;
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      cache: 'no-cache',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    reachable.set(false);
    throw new Unreachable();
  }
  reachable.set(true);
  const data = parsed(text);
  if (!response.ok) throw refusal(response.status, data);
  return { data: data as T, etag: response.headers.get('ETag') };
}

/** Calls and returns the data alone. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call<T>('GET', path, signal === undefined ? {} : { signal })).data;
}

/** What a refused answer is thrown as; one that nobody is signed in for makes the page ask for it. */
export function refusal(status: number, data: unknown): Refused {
  if (status === 401) signedOutCalls.set(signedOutCalls.get() + 1);
  const message = (data as { Message?: unknown } | undefined)?.Message;
  return new Refused(status, typeof message === 'string' ? message : `HTTP ${status}`);
}

/** The headers of every call: no window of the browser's own for a password, the person's language and zone, the XSRF token. */
export function commonHeaders(): Record<string, string> {
  const xsrfToken = /(?:^|;\s*)XSRF-TOKEN=([^;]*)/.exec(document.cookie)?.[1];
  return {
    'X-Requested-With': 'XMLHttpRequest',
    'SO-Language': languageHeader(),
    'SO-TimeZone': `${timeZone()}, includeTZOffset`,
    ...(xsrfToken === undefined ? {} : { 'X-XSRF-TOKEN': decodeURIComponent(xsrfToken) }),
  };
}

/** The body of an answer; `undefined` where it is empty or, as from a proxy's page, no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
