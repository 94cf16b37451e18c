import { createClient, ignoredBy, Refused } from '@batchline/client';
import { languageHeader, timeZone } from '../preferences.ts';
import { createStore } from '../store.ts';
import { sessionHeaders } from './session-headers.ts';

export { Refused };

/** The server did not respond. */
export class Unreachable extends Error {}

/** Whether the server responded to the last call. */
export const reachable = createStore(true);

/** The number of calls refused with 401. */
export const signedOutCalls = createStore(0);

/** The API client with the user's session, language and time zone. */
export const api = createClient({
  headers: commonHeaders,
  fetch: (request) => fetch(request, { cache: 'no-cache' }),
});

/** A pending call of `api`. */
export type Call<Data = unknown> = Promise<{
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}>;

/** A response with its ETag. */
export interface Answer<Data> {
  readonly data: Data;
  readonly etag: string | null;
  /** The unknown properties of a start's body, which the server ignored. */
  readonly ignored: string | null;
}

/**
 * Awaits the response of a call.
 *
 * @throws Refused, Unreachable
 */
export async function answer<Data>(call: Call<Data>): Promise<Answer<Data>> {
  let answered: Awaited<Call<Data>>;
  try {
    answered = await call;
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    reachable.set(false);
    throw new Unreachable();
  }
  reachable.set(true);
  const { data, error, response } = answered;
  if (!response.ok) throw refusal(response, error);
  return { data: data as Data, etag: response.headers.get('ETag'), ignored: ignoredBy(response) };
}

/** Awaits the data of a call. */
export async function get<Data>(call: Call<Data>): Promise<Data> {
  return (await answer(call)).data;
}

/** Runs a deferred call, for mutations with several possible calls. */
export function make<Data>(run: () => Call<Data>): Promise<Answer<Data>> {
  return answer(run());
}

/** Returns the error of a failed response. A 401 makes the page ask for the password. */
export function refusal(response: { readonly status: number }, body: unknown): Refused {
  if (response.status === 401) signedOutCalls.set(signedOutCalls.get() + 1);
  return new Refused(response, body);
}

/** The headers of every call: session, language and time zone. */
export function commonHeaders(): Record<string, string> {
  return {
    ...sessionHeaders(),
    'SO-Language': languageHeader(),
    'SO-TimeZone': `${timeZone()}, includeTZOffset`,
  };
}
