import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Operation } from '../openapi/operation.ts';
import { DateTime, dictionary, nullable } from '../openapi/operation.ts';
import { ChangeCounts, FailureGroups, QueueCounts } from './statistics-codec.ts';

const tag = 'Server';

const Health = Type.Object(
  { Status: Type.String(), Reason: Type.Optional(Type.String()) },
  { title: 'Health' },
);

export const isLiveOperation: Operation = {
  id: 'isLive',
  access: ACCESS.open,
  tag,
  summary: 'Returns 200 while the process is alive.',
  responses: { 200: Health },
  examples: { response: { live: { Status: 'live' } } },
};

export const isReadyOperation: Operation = {
  id: 'isReady',
  access: ACCESS.open,
  tag,
  summary: 'Returns 200 if the server is ready to serve, and otherwise 503 with the reason.',
  responses: { 200: Health, 503: Health },
  examples: { response: { ready: { Status: 'ready' } } },
};

const HealthSummary = Type.Object(
  {
    Status: Type.String(),
    Reason: Type.Optional(Type.String()),
    UptimeSeconds: Type.Integer(),
    DatabaseMilliseconds: nullable(Type.Number({ description: 'Response time of the database' })),
  },
  { title: 'HealthSummary' },
);

export const getHealthOperation: Operation = {
  id: 'getHealth',
  access: ACCESS.open,
  tag,
  summary: 'Returns readiness, uptime and the response time of the database.',
  responses: { 200: HealthSummary, 503: HealthSummary },
};

export const readMetricsOperation: Operation = {
  id: 'readMetrics',
  access: ACCESS.readServer,
  tag,
  summary: 'Returns metrics in the Prometheus text format.',
  description: 'Requires access to all tasks of all tenants, unless BATCHLINE_METRICS is open.',
  responses: { 200: { content: { 'text/plain': Type.String() } } },
};

const Versions = Type.Object(
  {
    v1: Type.String({ description: 'The base URL of the API' }),
    Version: Type.String(),
    NetServerVersion: Type.String({ description: 'The version of Batchline' }),
    NetServerAssembly: Type.String(),
    NetServerDate: Type.String({ description: 'When the server started' }),
    NetServerLabel: Type.String(),
    NetServer: Type.String(),
    Services: Type.String(),
    ServicesCurrent: Type.String(),
  },
  { title: 'Versions' },
);

const CustomerState = Type.Object(
  {
    ContextIdentifier: Type.String(),
    Endpoint: Type.String({ description: 'The base URL for this customer' }),
    State: Type.String(),
    IsRunning: Type.Boolean(),
    ValidUntil: Type.String({ description: 'When to request it again' }),
  },
  { title: 'CustomerState' },
);

export const getCustomerStateOperation: Operation = {
  id: 'getCustomerState',
  access: ACCESS.open,
  tag,
  summary: 'Returns the base URL of a customer, for clients of hosted installations.',
  responses: { 200: CustomerState },
  reads: { params: Type.Object({ customer: Type.String({ examples: ['Cust12345'] }) }) },
};

export const listVersionsOperation: Operation = {
  id: 'listVersions',
  access: ACCESS.open,
  tag,
  summary: 'Lists the versions of the API.',
  responses: {
    200: {
      content: { 'application/json': Versions, 'application/xml': Versions, 'text/html': Type.String() },
    },
  },
  examples: {
    response: {
      here: {
        v1: 'http://127.0.0.1:7243/api/v1',
        Version: 'v1',
        NetServerVersion: '0.2.0',
        NetServerAssembly: 'Batchline, Version=0.2.0',
        NetServerDate: '2026-11-29T10:00:00.000Z',
        NetServerLabel: 'Batchline 0.2.0',
        NetServer: 'Batchline',
        Services: 'v1',
        ServicesCurrent: 'v1',
      },
    },
  },
};

const Calls = dictionary<Record<string, string>>(
  { type: 'object', additionalProperties: { type: 'string' } },
  { title: 'Calls', description: 'The summary of each method, by URL' },
);

export const listCallsOperation: Operation = {
  id: 'listCalls',
  access: ACCESS.open,
  tag,
  summary: 'Lists all calls with a summary of each.',
  responses: { 200: Calls },
};

export const getOpenApiOperation: Operation = {
  id: 'getOpenApi',
  access: ACCESS.open,
  tag,
  summary: 'Returns this OpenAPI document.',
  responses: { 200: { content: { 'application/json': dictionary(Type.Unknown()) } } },
};

const Texts = Type.Object(
  {
    Language: Type.String(),
    Messages: dictionary<string>(Type.String(), { description: 'Translations by English text' }),
    Resources: dictionary<string>(Type.String(), {
      description: 'Texts of references such as SR_…, by name',
    }),
  },
  { title: 'Texts' },
);

export const getTextsOperation: Operation = {
  id: 'getTexts',
  access: ACCESS.open,
  tag,
  summary: "Returns all texts of the dashboard in the caller's language.",
  responses: { 200: { content: { 'application/json': Texts } } },
  headers: { ETag: 'The version of the texts' },
};

const Statistics = Type.Object(
  {
    Since: DateTime,
    StepSeconds: Type.Integer(),
    Changes: Type.Array(ChangeCounts),
    Workers: Type.Array(Type.Object({ At: DateTime, Workers: Type.Integer() })),
    Queues: Type.Array(QueueCounts),
    Failures: Type.Array(FailureGroups),
  },
  { title: 'Statistics' },
);

export const readStatisticsOperation: Operation = {
  id: 'readStatistics',
  access: ACCESS.readAll,
  tag,
  summary: 'Returns throughput, waiting time, workers, queues and failures of the last Minutes.',
  responses: { 200: Statistics },
};
