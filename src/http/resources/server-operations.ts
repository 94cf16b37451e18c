import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Operation } from '../openapi/operation.ts';
import { DateTime, dictionary, Int32, nullable } from '../openapi/operation.ts';

const tag = 'Server';

const Health = Type.Object(
  { Status: Type.String(), Reason: Type.Optional(Type.String()) },
  { title: 'Health' },
);

export const isLiveOperation: Operation = {
  id: 'isLive',
  access: ACCESS.open,
  tag,
  summary: 'Whether the process lives.',
  responses: { 200: Health },
  examples: { response: { live: { Status: 'live' } } },
};

export const isReadyOperation: Operation = {
  id: 'isReady',
  access: ACCESS.open,
  tag,
  summary: 'Whether it can do its work.',
  responses: { 200: Health, 503: Health },
  examples: { response: { ready: { Status: 'ready' } } },
};

const HealthSummary = Type.Object(
  {
    Status: Type.String(),
    Reason: Type.Optional(Type.String()),
    UptimeSeconds: Type.Integer(),
    DatabaseMilliseconds: nullable(Type.Number({ description: 'What it took to answer' })),
  },
  { title: 'HealthSummary' },
);

export const getHealthOperation: Operation = {
  id: 'getHealth',
  access: ACCESS.open,
  tag,
  summary: 'Whether it can do its work, and what else is known of that.',
  responses: { 200: HealthSummary, 503: HealthSummary },
};

export const readMetricsOperation: Operation = {
  id: 'readMetrics',
  access: ACCESS.readServer,
  tag,
  summary: 'Metrics for Prometheus.',
  description: 'For those who may see every task of every tenant, unless the settings let everybody.',
  responses: { 200: { content: { 'text/plain': Type.String() } } },
};

const Versions = Type.Object(
  {
    v1: Type.String({ description: 'The base of the calls' }),
    Version: Type.String(),
    NetServerVersion: Type.String({ description: 'The version of Batchline' }),
    NetServerAssembly: Type.String(),
    NetServerDate: Type.String({ description: 'When the server was started' }),
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
    Endpoint: Type.String({ description: 'The address under which the customer calls' }),
    State: Type.String(),
    IsRunning: Type.Boolean(),
    ValidUntil: Type.String({ description: 'When to ask again' }),
  },
  { title: 'CustomerState' },
);

export const getCustomerStateOperation: Operation = {
  id: 'getCustomerState',
  access: ACCESS.open,
  tag,
  summary: 'The address of a customer, as clients of hosted installations ask for it.',
  responses: { 200: CustomerState },
  reads: { params: Type.Object({ customer: Type.String({ examples: ['Cust12345'] }) }) },
};

export const listVersionsOperation: Operation = {
  id: 'listVersions',
  access: ACCESS.open,
  tag,
  summary: 'The versions of the API.',
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
  { title: 'Calls', description: 'By address, the methods with a line on each' },
);

export const listCallsOperation: Operation = {
  id: 'listCalls',
  access: ACCESS.open,
  tag,
  summary: 'All calls, with a line on each.',
  responses: { 200: Calls },
};

export const getOpenApiOperation: Operation = {
  id: 'getOpenApi',
  access: ACCESS.open,
  tag,
  summary: 'This document.',
  responses: { 200: { content: { 'application/json': dictionary(Type.Unknown()) } } },
};

const Texts = Type.Object(
  {
    Language: Type.String(),
    Messages: dictionary<string>(Type.String(), { description: 'By what they are in English' }),
    Resources: dictionary<string>(Type.String(), { description: 'By the names of references such as SR_…' }),
  },
  { title: 'Texts' },
);

export const getTextsOperation: Operation = {
  id: 'getTexts',
  access: ACCESS.open,
  tag,
  summary: 'The texts of the caller’s language, for pages.',
  responses: { 200: { content: { 'application/json': Texts } } },
  headers: { ETag: 'The version of the texts' },
};

const Statistics = Type.Object(
  {
    Since: DateTime,
    StepSeconds: Type.Integer(),
    Changes: Type.Array(
      Type.Object({
        At: DateTime,
        Name: Type.String(),
        Registered: Type.Integer(),
        Succeeded: Type.Integer(),
        Failed: Type.Integer(),
        Begun: Type.Integer(),
        Waited: Type.Number({ description: 'Seconds, on average' }),
        LongestWait: Type.Number({ description: 'Seconds' }),
      }),
    ),
    Workers: Type.Array(Type.Object({ At: DateTime, Workers: Type.Integer() })),
    Queues: Type.Array(
      Type.Object({
        Name: Type.String(),
        Due: Type.Integer(),
        Later: Type.Integer(),
        Oldest: nullable(DateTime),
        Running: Type.Integer(),
      }),
    ),
    Failures: Type.Array(
      Type.Object({
        Name: Type.String(),
        Tasks: Type.Integer(),
        LastId: Int32,
        LastAt: DateTime,
        Result: Type.String(),
      }),
    ),
  },
  { title: 'Statistics' },
);

export const readStatisticsOperation: Operation = {
  id: 'readStatistics',
  access: ACCESS.readAll,
  tag,
  summary: 'Throughput, waiting time, workers, queues and failures of the last Minutes.',
  responses: { 200: Statistics },
};
