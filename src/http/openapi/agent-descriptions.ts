import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { baseUrl } from '../urls.ts';
import type { Operation } from './operation.ts';

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
