import { createClient, ignoredBy, Refused } from '@batchline/client';
import { languageHeader, timeZone } from '../preferences.ts';
import { createStore } from '../store.ts';
import { sessionHeaders } from './session-headers.ts';

export { Refused };

/** The server did not answer. */
export class Unreachable extends Error {}

/** Whether the server answered the last call. */
export const reachable = createStore(true);

/** Counts the calls that were refused because nobody is signed in. */
export const signedOutCalls = createStore(0);

/** The calls of the API, as the person of this page: in their language and zone, by their session. */
export const api = createClient({
  headers: commonHeaders,
  fetch: (request) => fetch(request, { cache: 'no-cache' }),
});

/** A call of `api` that is under way. */
export type Call<Data = unknown> = Promise<{
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}>;

/** An answer, with the version of what it holds. */
export interface Answer<Data> {
  readonly data: Data;
  readonly etag: string | null;
  /** Properties of the body of a start that the server ignored as unknown. */
  readonly ignored: string | null;
}

/**
 * What a call answers.
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

/** The data of an answer alone. */
export async function get<Data>(call: Call<Data>): Promise<Data> {
  return (await answer(call)).data;
}

/** Makes a call that is to be made later. For mutations of which each makes one of several calls. */
export function make<Data>(run: () => Call<Data>): Promise<Answer<Data>> {
  return answer(run());
}

/** What a refused answer is thrown as; one that nobody is signed in for makes the page ask for it. */
export function refusal(response: { readonly status: number }, body: unknown): Refused {
  if (response.status === 401) signedOutCalls.set(signedOutCalls.get() + 1);
  return new Refused(response, body);
}

/** The headers of every call: those of the session, the person's language and zone. */
export function commonHeaders(): Record<string, string> {
  return {
    ...sessionHeaders(),
    'SO-Language': languageHeader(),
    'SO-TimeZone': `${timeZone()}, includeTZOffset`,
  };
}
