import type { Client } from 'openapi-fetch';
import type { components, operations, paths } from './schema.js';

export type { components, operations, paths };

/** A schema by its name in the OpenAPI document: `Carrier<'BatchTaskInfo'>`. */
export type Carrier<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Calls by method and path, with the requests and responses of the OpenAPI document. */
export type BatchlineClient = Client<paths>;

/** Address of the server, credentials, and the language and time zone of the responses. */
export interface ClientOptions {
  /** The server's address, without `/api`; in a browser, the page's own by default. */
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
  /** Headers of every call. A function is called each time, for example for the X-XSRF-TOKEN of a cookie session. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** Replaces the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** Creates a client. It keeps no connection open and needs no closing. */
export function createClient(options?: ClientOptions): BatchlineClient;

/** The server refused a call. The message is the server's, in the client's language. */
export class Refused extends Error {
  /** @param body the response body: an error, or anything else that a proxy returned */
  constructor(response: { readonly status: number }, body: unknown);
  readonly status: number;
  /** ErrorType, such as `ArgumentException`; empty if the response has none. */
  readonly type: string;
  /** Code, such as `task_not_found`; empty if the response has none. */
  readonly code: string;
}

/** Returns the unknown properties that the server ignored in the body of a start; null if there are none. */
export function ignoredBy(response: { readonly headers: Headers }): string | null;

/**
 * Returns the response body of a call: `await answerOf(client.GET('/api/v1/Definitions'))`.
 *
 * @throws Refused if the server refuses the call, and errors of `fetch` if it is unreachable
 */
export function answerOf<Answer extends { readonly data?: unknown; readonly response: Response }>(
  call: Promise<Answer>,
): Promise<Exclude<Answer['data'], undefined>>;
