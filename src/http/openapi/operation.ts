import { type TObject, type TSchema, type TUnsafe, Type } from 'typebox';
import type { Access } from '../../core/access.ts';
import { INT32_MAX, INT32_MIN } from '../../core/limits.ts';

/** The tags of operations, in the order of the page at `/docs`, with what each is about. */
export const TAGS = {
  BatchTask: 'Batch tasks: the REST resource of SuperOffice, and what hangs on a task.',
  Archive: "The archive list of batch tasks, and SuperOffice's Archive agent.",
  Batch: "SuperOffice's Batch agent: one call a method.",
  BLOB: "Two calls of SuperOffice's BLOB agent: a batch task's output, and its removal.",
  TimeZone: "Time zones, and SuperOffice's TimeZone agent.",
  Definitions: 'What tasks can be started by.',
  Schedules: 'Tasks that start by the clock.',
  Events: 'What happens, as a stream of server-sent events or as pages.',
  Webhooks: 'Addresses that are told of events.',
  Uploads: 'Input files for tasks.',
  Workers: 'The worker protocol: processes in any language run tasks.',
  'Sign-in': 'Who is calling: tickets, sessions, associates, tokens and applications.',
  Server: 'What the server is and how it fares.',
} as const;

/** A tag of operations. */
type Tag = keyof typeof TAGS;

/** Bodies, or answers, by media type. */
export interface Content {
  readonly content: Readonly<Record<string, TSchema>>;
}

/**
 * An answer: its schema, in the negotiated formats (contract, section 4); or `null` where it has no body; or what it is
 * in types of its own.
 */
export type ResponseBody = TSchema | null | Content;

/** A header of an answer, with what it says. */
type ResponseHeaders = Readonly<Record<string, string>>;

/** Which conditional headers a call looks at (contract, section 5). */
type Conditions = 'read' | 'change' | 'file';

/**
 * What the OpenAPI document says of a route beside the schemas that Fastify checks its requests by. It is told here,
 * and not as Fastify's own `response`, because that would also write the answers: they are negotiated.
 */
export interface Operation {
  /** operationId: what generated clients call it. */
  readonly id: string;
  readonly tag: Tag;
  /** What the call needs of the sign-in: one of `ACCESS`. The server enforces it, and docs/reference/access.md lists it. */
  readonly access: Access;
  /** One line; `GET /api/v1` tells it too. */
  readonly summary: string;
  readonly description?: string;
  /** By status. */
  readonly responses: Readonly<Record<number, ResponseBody>>;
  readonly headers?: ResponseHeaders;
  /** Statuses of refusals beside those that any call may have, such as 409. */
  readonly refusals?: readonly number[];
  /** What the handler itself reads of the query, headers or body. */
  readonly reads?: {
    readonly params?: TObject;
    readonly query?: TObject;
    readonly headers?: TObject;
    readonly body?: TSchema | Content;
    readonly bodyIsOptional?: true;
  };
  readonly conditions?: Conditions;
  /** Of the body of the request and of the answer of success, in JSON, by name. */
  readonly examples?: {
    readonly request?: Readonly<Record<string, unknown>>;
    readonly response?: Readonly<Record<string, unknown>>;
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the OpenAPI document says of the route; of several methods, each its own. */
    operation?: Operation | Readonly<Record<string, Operation>>;
    /** Why the route is not in the OpenAPI document. */
    undocumented?: string;
  }
}

// What payloads are made of. A schema with a title is a component of the OpenAPI document by that name.

/** A time as answers have it (contract, section 5): no RFC 3339, since it has no offset unless one was asked for. */
export const DateTime = Type.String({
  title: 'DateTime',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,7})?(Z|[+-]\\d\\d:?\\d\\d)?$',
  description:
    'ISO 8601, in the zone of SO-TimeZone, without an offset unless includeTZOffset asks for it; 0001-01-01T00:00:00 if it was never set',
  examples: ['2018-12-24T07:34:45', '2018-12-24T07:34:45-0500', '2001-10-22T09:40:59.9150653+02:00'],
});

/** A whole number of 32 bits. */
export const Int32 = Type.Integer({ minimum: INT32_MIN, maximum: INT32_MAX, format: 'int32' });

/** A schema, or null. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** An object whose values are of one schema. */
export const dictionary = <T>(values: TSchema, options: object = {}): TUnsafe<Record<string, T>> =>
  Type.Unsafe<Record<string, T>>({ type: 'object', additionalProperties: values, ...options });

/** An object with any properties. */
export const AnyObject = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true });
