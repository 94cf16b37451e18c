import type { FastifyInstance, RouteOptions } from 'fastify';
import { type TObject, type TSchema, Type } from 'typebox';
import type { SignInConfig } from '../../config.ts';
import { ACCESS } from '../../core/access.ts';
import { VERSION } from '../../logger.ts';
import { BODY_TYPES } from '../body/parse.ts';
import { STATUS_KINDS } from '../errors.ts';
import { baseUrl } from '../query.ts';
import { RESPONSE_TYPES } from '../respond.ts';
import {
  CONDITION_HEADERS,
  type Json,
  LOCALE_HEADERS,
  SchemaComponents,
  securityOf,
  securitySchemes,
} from './components.ts';
import {
  type Content,
  Int32,
  type Operation,
  type ResponseBody,
  type RoutedOperation,
  TAGS,
} from './operation.ts';

/** The parts of an OpenAPI document that this code builds or reads. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Json;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>;
    readonly responses: Readonly<Record<string, Json>>;
    readonly parameters: Readonly<Record<string, Json>>;
    readonly securitySchemes: Readonly<Record<string, Json>>;
  };
  readonly [part: string]: unknown;
}

/** The schema of errors (contract, section 4). */
const ErrorPayload = Type.Object(
  {
    Error: Type.Literal(true),
    ErrorType: Type.String(),
    Message: Type.String({ description: 'What is wrong, and which values are accepted' }),
    ErrorMessage: Type.String({ description: 'The same text as Message' }),
    ErrorSource: Type.String(),
    Code: Type.String({ description: 'A stable code for programs', examples: ['task_not_found'] }),
  },
  {
    title: 'Error',
    examples: [
      {
        Error: true,
        ErrorType: 'ArgumentException',
        Message: '"12x" is not the id of a batch task; a 32-bit integer is accepted.',
        ErrorMessage: '"12x" is not the id of a batch task; a 32-bit integer is accepted.',
        ErrorSource: 'Batchline.WebApi',
        Code: 'invalid_argument',
      },
    ],
  },
);

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  200: 'Success.',
  201: 'Created.',
  202: 'Accepted for processing.',
  204: 'Success; the response has no body.',
  206: 'The requested range.',
  304: 'Not modified.',
  503: 'Unavailable.',
};

/** The default schemas of path parameters. */
const PATH_PARAMETERS: Readonly<Record<string, TSchema>> = {
  id: Int32,
  delivery: Type.Integer({ description: 'The id of a delivery' }),
  lease: Type.String({ description: 'The Lease that Acquire returned' }),
  name: Type.String({ description: 'The name of a definition, case-insensitive' }),
};

/** Builds the OpenAPI 3.1 document of these operations, with the sign-in schemes that the settings enable. */
export function buildDocument(
  operations: readonly RoutedOperation[],
  signIn: Pick<SignInConfig, 'schemes' | 'requireAppToken'>,
): OpenApiDocument {
  const writer = new DocumentWriter(signIn);
  const paths: Record<string, Record<string, Json>> = {};
  for (const one of operations) {
    paths[one.path] ??= {};
    const methods = paths[one.path] as Record<string, Json>;
    methods[one.method] = writer.operation(one);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Batchline',
      version: VERSION,
      summary: "A self-hosted batch-task server, wire-compatible with SuperOffice's BatchTask WebAPI",
      description: INFO,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: securityOf(signIn, false),
    paths,
    components: {
      schemas: writer.components.schemas,
      responses: writer.refusals,
      parameters: writer.parameters,
      securitySchemes: securitySchemes(signIn),
    },
  };
}

const INFO = `Paths and header names are case-insensitive. A path may begin with the customer: \`/Cust12345/api/v1/…\`.

Responses are JSON or XML, as Accept asks. All errors have the same format, and a request with a 4xx response changes nothing. Every call accepts the headers SO-Language, Accept-Language and SO-Culture, which choose the language and format of texts, and SO-TimeZone, the time zone of times.`;

class DocumentWriter {
  readonly components = new SchemaComponents();
  readonly parameters: Record<string, Json> = {};
  readonly refusals: Record<string, Json> = {};
  readonly #signIn: Pick<SignInConfig, 'schemes' | 'requireAppToken'>;

  constructor(signIn: Pick<SignInConfig, 'schemes' | 'requireAppToken'>) {
    this.#signIn = signIn;
    for (const [name, header] of Object.entries({ ...LOCALE_HEADERS, ...CONDITION_HEADERS }))
      this.parameters[name] = { name, in: 'header', ...header };
  }

  operation({ method, path, operation, route }: RoutedOperation): Json {
    const { id, tag, summary, description, access } = operation;
    const changes = !['get', 'head'].includes(method);
    const body = this.#body(operation, route);
    return {
      tags: [tag],
      summary: summary.replace(/\.$/, ''),
      ...(description === undefined ? {} : { description }),
      operationId: id,
      parameters: this.#parametersOf(path, operation, route),
      ...(body === undefined ? {} : { requestBody: body }),
      responses: this.#responses(path, operation, body !== undefined),
      ...(!access.signIn ? { security: [] } : changes ? { security: securityOf(this.#signIn, true) } : {}),
    };
  }

  #parametersOf(path: string, { reads, conditions }: Operation, { schema }: RouteOptions): Json[] {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const params = { ...PATH_PARAMETERS, ...propertiesOf(schema?.params), ...reads?.params?.properties };
    const query = { ...objectOf(schema?.querystring), ...objectOf(reads?.query) };
    const headers = { ...objectOf(schema?.headers), ...objectOf(reads?.headers) };
    return [
      ...names.map((name) => this.#parameter('path', name, params[name], true)),
      ...Object.entries(query).map(([name, one]) => this.#parameter('query', name, one.schema, one.required)),
      ...Object.entries(headers).map(([name, one]) =>
        // Fastify validates headers by their names in lower case; people write Idempotency-Key.
        this.#parameter(
          'header',
          name.replace(/\b[a-z]/g, (first) => first.toUpperCase()),
          one.schema,
          one.required,
        ),
      ),
      ...(path.startsWith('/api/v1') ? Object.keys(LOCALE_HEADERS) : []).map(parameterRef),
      ...(conditions === undefined ? [] : CONDITIONS[conditions]).map(parameterRef),
    ];
  }

  #parameter(location: string, name: string, schema: TSchema | undefined, required: boolean): Json {
    const { description, ...rest } = (schema ?? Type.String()) as Json;
    return {
      name,
      in: location,
      ...(required ? { required } : {}),
      ...(description === undefined ? {} : { description }),
      schema: this.components.refer(rest),
    };
  }

  #body({ reads, examples }: Operation, { schema }: RouteOptions): Json | undefined {
    const body = reads?.body ?? (schema?.body as TSchema | undefined);
    if (body === undefined) return undefined;
    const content = isContent(body)
      ? this.#content(body.content, examples?.request)
      : this.#content(byType(BODY_TYPES, withoutNull(body)), examples?.request);
    const isOptional = reads?.bodyIsOptional === true || withoutNull(body as TSchema) !== body;
    return { required: !isOptional, content };
  }

  #responses(path: string, operation: Operation, hasBody: boolean): Json {
    const { responses, headers, refusals = [], conditions, access, examples } = operation;
    const written = Object.entries(responses).map(([status, body]) => [
      status,
      {
        description: DESCRIPTIONS[status] ?? 'Success.',
        ...(headers === undefined || Number(status) >= 300 ? {} : { headers: headersOf(headers) }),
        ...this.#response(body, examples?.response),
      },
    ]);
    const statuses = new Set([
      400,
      ...(access.signIn ? [401, 403, 429] : []),
      ...(path.includes('{') ? [404] : []),
      ...(hasBody ? [413, 415] : []),
      ...(conditions === undefined ? [] : [412]),
      ...refusals,
    ]);
    const refused = [...statuses].sort((a, b) => a - b).map((status) => [status, this.#refusal(status)]);
    const unmodified =
      conditions === 'read' || conditions === 'file' ? [[304, { description: DESCRIPTIONS[304] }]] : [];
    return Object.fromEntries([...written, ...unmodified, ...refused, ['default', this.#refusal()]]);
  }

  /** A reference to the error response of this status, or of any status. */
  #refusal(status?: number): Json {
    const kind = STATUS_KINDS.find(([one]) => one === status)?.[1] ?? 'refused';
    const name = kind.charAt(0).toUpperCase() + kind.slice(1);
    this.refusals[name] ??= {
      description: REFUSALS[kind] ?? 'The request failed.',
      content: this.#negotiated(ErrorPayload),
    };
    return { $ref: `#/components/responses/${name}` };
  }

  #response(body: ResponseBody, examples: Readonly<Record<string, unknown>> | undefined): Json {
    if (body === null) return {};
    if (isContent(body)) return { content: this.#content(body.content, examples) };
    return { content: this.#negotiated(body, examples) };
  }

  #negotiated(schema: TSchema, examples?: Readonly<Record<string, unknown>>): Json {
    return this.#content(byType(RESPONSE_TYPES, schema), examples);
  }

  #content(
    content: Readonly<Record<string, TSchema>>,
    examples: Readonly<Record<string, unknown>> | undefined,
  ): Json {
    return Object.fromEntries(
      Object.entries(content).map(([type, schema]) => [
        type,
        {
          schema: this.components.refer(schema),
          ...(examples === undefined || type !== 'application/json'
            ? {}
            : {
                examples: Object.fromEntries(
                  Object.entries(examples).map(([name, value]) => [name, { value }]),
                ),
              }),
        },
      ]),
    );
  }
}

const REFUSALS: Readonly<Partial<Record<string, string>>> = {
  invalid: 'The request is invalid; the message says what is wrong and which values are accepted.',
  unauthenticated: 'The credentials are missing or invalid.',
  forbidden: 'The caller does not have the required access.',
  notFound: 'The resource does not exist, or the caller cannot see it.',
  conflict: 'The request conflicts with the current state of the resource.',
  precondition: 'A condition of the request is not met.',
  unsupported: 'The Content-Type, charset or Content-Encoding of the body is not supported.',
  unsatisfiable: 'The range is outside the file.',
  rateLimited: 'Too many requests or failed sign-ins; Retry-After has the number of seconds to wait.',
};

const CONDITIONS = {
  read: ['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'],
  change: ['If-Match', 'If-None-Match', 'If-Unmodified-Since'],
  file: ['If-Match', 'If-None-Match', 'Range', 'If-Range'],
} as const;

const parameterRef = (name: string): Json => ({ $ref: `#/components/parameters/${name}` });
const isContent = (value: object): value is Content => 'content' in value;

function headersOf(headers: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

function byType(types: readonly string[], schema: TSchema): Record<string, TSchema> {
  return Object.fromEntries(types.map((type) => [type, schema]));
}

function propertiesOf(schema: unknown): Readonly<Record<string, TSchema>> {
  return ((schema as TObject | undefined)?.properties ?? {}) as Record<string, TSchema>;
}

function objectOf(schema: unknown): Record<string, { schema: TSchema; required: boolean }> {
  const required = (schema as { required?: readonly string[] } | undefined)?.required ?? [];
  return Object.fromEntries(
    Object.entries(propertiesOf(schema)).map(([name, one]) => [
      name,
      { schema: one, required: required.includes(name) },
    ]),
  );
}

/** The schema of an optional body, without the null that Fastify passes if it is absent. */
function withoutNull(schema: TSchema): TSchema {
  const { anyOf } = schema as { anyOf?: readonly (TSchema & { type?: string })[] };
  const [body, none] = anyOf ?? [];
  return anyOf?.length === 2 && body !== undefined && none?.type === 'null' ? body : schema;
}

/** Matches the path of an agent call. */
const AGENT_CALL = /\/Agents\/(\w+)\/(\w+)$/;

const AgentCall = Type.Object(
  {
    Agent: Type.String(),
    Method: Type.String(),
    Summary: Type.String(),
    Description: Type.String(),
    Url: Type.String({ description: 'The URL to POST the arguments to' }),
    Arguments: Type.Array(Type.Object({ Name: Type.String(), Type: Type.String() })),
    Returns: Type.String({ description: 'The type of the response; void if it has no body' }),
  },
  { title: 'AgentCall', description: 'A description of an agent call' },
);

/**
 * Adds a GET to every agent call (`POST /Agents/<agent>/<method>`) that is registered from now on. It describes the call
 * as in the OpenAPI document, without running it (contract, first section).
 */
export function describeAgentCalls(app: FastifyInstance): void {
  app.addHook('onRoute', function addDescription({ method, url, routePath, config }) {
    const [, agent, name] = AGENT_CALL.exec(url) ?? [];
    const operation = config?.operation as Operation | undefined;
    if (method !== 'POST' || agent === undefined || name === undefined || operation === undefined) return;
    const description = {
      Agent: agent,
      Method: name,
      Summary: operation.summary,
      Description: operation.description ?? '',
    };
    const types = { Arguments: argumentsOf(operation), Returns: returnsOf(operation) };
    this.get(
      routePath,
      { config: { payload: 'AgentCall', operation: descriptionOf(operation, agent, name) } },
      async (request) => ({ ...description, Url: `${baseUrl(request)}${url}`, ...types }),
    );
  });
}

function descriptionOf({ id, tag }: Operation, agent: string, name: string): Operation {
  return {
    id: `describe_${id}`,
    tag,
    access: ACCESS.readCommon,
    summary: `Describes ${name} of the ${agent} agent without running it.`,
    responses: { 200: AgentCall },
  };
}

function argumentsOf({ reads }: Operation): { Name: string; Type: string }[] {
  const body = reads?.body as { readonly properties?: Readonly<Record<string, TSchema>> } | undefined;
  return Object.entries(body?.properties ?? {}).map(([name, schema]) => ({
    Name: name,
    Type: typeName(schema),
  }));
}

function returnsOf({ responses }: Operation): string {
  const [body = null] = Object.values(responses);
  if (body === null) return 'void';
  if (!('content' in body)) return typeName(body);
  return Object.keys(body.content).join(' or ');
}

/** The name of a type: `int32`, `BatchTaskInfo[]`, `string or null`. */
function typeName(schema: object): string {
  const { title, format, type, items, anyOf, allOf } = schema as {
    readonly title?: string;
    readonly format?: string;
    readonly type?: string | readonly string[];
    readonly items?: object;
    readonly anyOf?: readonly object[];
    readonly allOf?: readonly object[];
  };
  if (title !== undefined) return title;
  if (items !== undefined) return `${typeName(items)}[]`;
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeName))].join(' or ');
  if (allOf !== undefined) return allOf.map(typeName).at(-1) ?? 'object';
  return format ?? (type === undefined ? 'any' : [type].flat().join(' or '));
}
