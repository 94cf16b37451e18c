import type { FastifyInstance, RouteOptions } from 'fastify';
import { type TObject, type TSchema, type TUnsafe, Type } from 'typebox';
import type { Access } from '../../core/access.ts';
import { INT32_MAX, INT32_MIN } from '../../core/limits.ts';

/** The tags of operations with their descriptions, in the order of the page at `/docs`. */
export const TAGS = {
  BatchTask: 'Batch tasks: the REST resource of SuperOffice, with files, logs and history.',
  Archive: "The archive list of batch tasks, and SuperOffice's Archive agent.",
  Batch: "SuperOffice's Batch agent, with one call per method.",
  BLOB: "Two methods of SuperOffice's BLOB agent, for the output of batch tasks.",
  TimeZone: "Time zones, and SuperOffice's TimeZone agent.",
  Definitions: 'Task definitions, with their limits and retention.',
  Schedules: 'Cron schedules that start tasks.',
  Events: 'Changes of state and progress, as server-sent events or in pages.',
  Webhooks: 'Signed deliveries of events to URLs.',
  Notifications: 'Messages to people about tasks, by e-mail, in Slack or Teams, or to a URL.',
  Uploads: 'Input files for tasks.',
  Workers: 'The worker protocol, which lets processes in any language run tasks.',
  'Sign-in': 'Authentication: tickets, sessions, associates, API tokens and applications.',
  Server: 'Discovery, health, metrics and statistics of the server.',
} as const;

/** A tag of operations. */
type Tag = keyof typeof TAGS;

/** Request or response bodies by media type. */
export interface Content {
  readonly content: Readonly<Record<string, TSchema>>;
}

/**
 * The body of a response: a schema, in the negotiated formats (contract, section 4); `null` if it has no body; or schemas
 * by media type.
 */
export type ResponseBody = TSchema | null | Content;

/** The descriptions of response headers by name. */
type ResponseHeaders = Readonly<Record<string, string>>;

/** The set of conditional headers that a call supports (contract, section 5). */
type Conditions = 'read' | 'change' | 'file';

/**
 * Describes a route for the OpenAPI document, in addition to the schemas by which Fastify validates requests. Responses
 * are not described by Fastify's `response`, because that would also serialize them, and their format is negotiated.
 */
export interface Operation {
  /** The operationId, which generated clients use as the name of the call. */
  readonly id: string;
  readonly tag: Tag;
  /** The access that the call requires. The server enforces it, and docs/reference/access.md lists it. */
  readonly access: Access;
  /** One sentence, which `GET /api/v1` lists too. */
  readonly summary: string;
  readonly description?: string;
  /** Response bodies by status. */
  readonly responses: Readonly<Record<number, ResponseBody>>;
  readonly headers?: ResponseHeaders;
  /** Error statuses in addition to those that any call can return, such as 409. */
  readonly refusals?: readonly number[];
  /** Parameters and body that the handler reads itself, without validation by Fastify. */
  readonly reads?: {
    readonly params?: TObject;
    readonly query?: TObject;
    readonly headers?: TObject;
    readonly body?: TSchema | Content;
    readonly bodyIsOptional?: true;
  };
  readonly conditions?: Conditions;
  /** Named examples of the request body and of the successful response, in JSON. */
  readonly examples?: {
    readonly request?: Readonly<Record<string, unknown>>;
    readonly response?: Readonly<Record<string, unknown>>;
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The operation of the route, or operations by method. */
    operation?: Operation | Readonly<Record<string, Operation>>;
    /** The reason for leaving the route out of the OpenAPI document. */
    undocumented?: string;
  }
}

// Shared schemas. A schema with a title becomes a component of the OpenAPI document with that name.

/** A time in responses (contract, section 5). Not RFC 3339: it has an offset only on request. */
export const DateTime = Type.String({
  title: 'DateTime',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,7})?(Z|[+-]\\d\\d:?\\d\\d)?$',
  description:
    'ISO 8601 in the time zone of SO-TimeZone, without an offset unless includeTZOffset is set; 0001-01-01T00:00:00 if it was never set',
  examples: ['2018-12-24T07:34:45', '2018-12-24T07:34:45-0500', '2001-10-22T09:40:59.9150653+02:00'],
});

/** A 32-bit integer. */
export const Int32 = Type.Integer({ minimum: INT32_MIN, maximum: INT32_MAX, format: 'int32' });

/** Makes a schema nullable. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** An object whose values share one schema. */
export const dictionary = <T>(values: TSchema, options: object = {}): TUnsafe<Record<string, T>> =>
  Type.Unsafe<Record<string, T>>({ type: 'object', additionalProperties: values, ...options });

/** An object with any properties. */
export const AnyObject = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true });

/** An operation with its route. */
export interface RoutedOperation {
  /** In lower case. */
  readonly method: string;
  /** In OpenAPI syntax: `/api/v1/BatchTask/{id}`. */
  readonly path: string;
  readonly operation: Operation;
  readonly route: RouteOptions;
}

/**
 * Collects the operation of every route that is registered from now on.
 *
 * @throws Error if a route is registered with neither `config.operation` nor `config.undocumented`
 */
export function collectOperations(app: FastifyInstance): readonly RoutedOperation[] {
  const collected: RoutedOperation[] = [];
  app.addHook('onRoute', (route) => {
    const { operation, undocumented } = route.config ?? {};
    const path = pathOf(route.url);
    for (const method of [route.method].flat()) {
      const described = operation !== undefined && 'id' in operation ? operation : operation?.[method];
      // Fastify adds HEAD to each GET.
      if (method === 'HEAD' && !isOwnHead(operation)) continue;
      if (described === undefined) {
        if (undocumented !== undefined) continue;
        throw new Error(
          `${method} ${path} has no config.operation: describe it beside its route, or give a reason in config.undocumented`,
        );
      }
      if (collected.some((one) => one.path === path && one.method === method.toLowerCase())) continue;
      collected.push({ method: method.toLowerCase(), path, operation: described as Operation, route });
    }
  });
  return collected;
}

function isOwnHead(operation: Operation | Readonly<Record<string, Operation>> | undefined): boolean {
  return operation !== undefined && 'HEAD' in operation;
}

function pathOf(url: string): string {
  return url.replace(/(?<=.)\/$/, '').replaceAll(/:(\w+)/g, '{$1}');
}
