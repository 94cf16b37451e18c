import type { Client } from 'openapi-fetch';
import type { components, operations, paths } from './schema.js';

export type { components, operations, paths };

/** A carrier by its name in the OpenAPI document: `Carrier<'BatchTaskInfo'>`. */
export type Carrier<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Calls by method and path; what they take and answer is as the OpenAPI document says. */
export type BatchlineClient = Client<paths>;

/** Where the server is, who is calling, and how texts and times are wanted. */
export interface ClientOptions {
  /** The server's address, without `/api`; the page's own where it is absent. */
  readonly url?: string;
  /** A bearer token. */
  readonly token?: string;
  /** A SoTicket. */
  readonly ticket?: string;
  /** Login and password, for Basic. */
  readonly login?: string;
  readonly password?: string;
  /** The SO-AppToken of a registered application. */
  readonly appToken?: string;
  /** SO-Language, such as `nb`. */
  readonly language?: string;
  /** SO-TimeZone, such as `Europe/Oslo, includeTZOffset`. */
  readonly timeZone?: string;
  /** Headers of every call; a function is asked each time, as for the X-XSRF-TOKEN of a cookie session. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** Instead of the global one. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** Makes a client. It keeps no connection open and needs no closing. */
export function createClient(options?: ClientOptions): BatchlineClient;

/** The server has refused a call; the message is its own, in the language of the client. */
export class Refused extends Error {
  /** @param body what was answered: the error carrier, or whatever came instead */
  constructor(response: { readonly status: number }, body: unknown);
  readonly status: number;
  /** ErrorType, such as `ArgumentException`; empty if the answer has none. */
  readonly type: string;
  /** Code, such as `task_not_found`; empty if the answer has none. */
  readonly code: string;
}

/** The properties of the body of a start that the server ignored as unknown; null if there are none. */
export function ignoredBy(response: { readonly headers: Headers }): string | null;

/**
 * What a call has answered: `await answerOf(client.GET('/api/v1/Definitions'))`.
 *
 * @throws Refused where the server refuses; what `fetch` throws where it does not answer
 */
export function answerOf<Answer extends { readonly data?: unknown; readonly response: Response }>(
  call: Promise<Answer>,
): Promise<Exclude<Answer['data'], undefined>>;
