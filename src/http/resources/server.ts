import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import type { Static } from 'typebox';
import type { MetricsAccess, SignInConfig } from '../../config.ts';
import { ACCESS } from '../../core/access.ts';
import { ENGLISH } from '../../core/language.ts';
import { VERSION } from '../../logger.ts';
import type { TaskDeps } from '../../services/access.ts';
import type { CellDirectory } from '../../services/cells.ts';
import { readStatistics } from '../../services/statistics.ts';
import { type Health, writeHealth, writeHealthSummary } from '../../telemetry/health.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf, registerSignIn } from '../auth/hooks.ts';
import { isKnown } from '../conditional.ts';
import { languagesOf } from '../i18n/culture.ts';
import { localeOf } from '../i18n/locale.ts';
import { buildDocument } from '../openapi/document.ts';
import type { RoutedOperation } from '../openapi/operation.ts';
import { baseUrl } from '../query.ts';
import { RESPONSE_TYPES } from '../respond.ts';
import {
  getCustomerStateOperation,
  getHealthOperation,
  getOpenApiOperation,
  getTextsOperation,
  isLiveOperation,
  isReadyOperation,
  listCallsOperation,
  listVersionsOperation,
  readMetricsOperation,
  readStatisticsOperation,
} from './server-operations.ts';
import { PeriodQuery, writeChange, writeFailure, writeQueue } from './statistics-codec.ts';

const PREFIX = '/api/v1/';

/** The cache lifetime of the response of `/api/state`, in milliseconds. */
const STATE_VALID_MS = 3_600_000;
/** The same in a cell. The tenant may move, after which its old cell forwards requests. */
const CELL_VALID_MS = 300_000;

const STATE = { payload: 'CustomerState', operation: getCustomerStateOperation } as const;
const VERSIONS = { payload: 'Versions', ownType: true, operation: listVersionsOperation } as const;

/**
 * `GET /api`: the versions. `GET /api/v1`: the calls. `GET /api/state/{customer}`: the base URL of a customer, which hosted
 * clients request first. All are public (contract, first section and section 6a).
 */
export async function discoveryRoutes(
  app: FastifyInstance,
  { operations, cells }: { operations: readonly RoutedOperation[]; cells: CellDirectory | undefined },
): Promise<void> {
  const started = new Date().toISOString();
  app.get('/', { config: VERSIONS }, async (request, reply) => {
    const url = `${baseUrl(request)}/api/v1`;
    if (!prefersHtml(request)) return versions(url, started);
    const link = escapeHtml(url);
    return reply
      .type('text/html; charset=utf-8')
      .send(
        `<!doctype html><title>Batchline</title><p>Batchline ${VERSION}<p>v1: <a href="${link}">${link}</a>`,
      );
  });

  app.get<{ Params: { customer: string } }>('/state/:customer', { config: STATE }, async (request) => {
    const { customer } = request.params;
    const found = cells?.find(customer);
    const server =
      found === undefined || found.isHere ? `${request.protocol}://${request.host}` : found.cell.endpoint;
    return {
      ContextIdentifier: customer,
      Endpoint: `${server}/${encodeURIComponent(customer)}/`,
      State: 'Running',
      IsRunning: true,
      ValidUntil: new Date(Date.now() + (cells === undefined ? STATE_VALID_MS : CELL_VALID_MS)).toISOString(),
    };
  });

  app.get('/v1', { config: { payload: 'Calls', operation: listCallsOperation } }, async (request) => {
    const base = baseUrl(request);
    const calls: Record<string, Record<string, string>> = {};
    for (const { method, path, operation } of operations) {
      if (!path.startsWith(PREFIX)) continue;
      calls[base + path] ??= {};
      (calls[base + path] as Record<string, string>)[method.toUpperCase()] = operation.summary;
    }
    return calls;
  });
}

/** The versions, with the property names that SuperOffice clients read; NetServer is this server. */
function versions(url: string, started: string): Record<string, string> {
  return {
    v1: url,
    Version: 'v1',
    NetServerVersion: VERSION,
    NetServerAssembly: `Batchline, Version=${VERSION}`,
    NetServerDate: started,
    NetServerLabel: `Batchline ${VERSION}`,
    NetServer: 'Batchline',
    Services: 'v1',
    ServicesCurrent: 'v1',
  };
}

/** True unless Accept prefers JSON or XML (contract, first section). */
function prefersHtml({ headers: { accept } }: FastifyRequest): boolean {
  return new Negotiator({ headers: { accept } }).mediaType(['text/html', ...RESPONSE_TYPES]) === 'text/html';
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const CONFIG = { payload: 'Health', unobserved: true } as const;

/** `/health/live`: liveness. `/health/ready`: readiness. `/health`: readiness with uptime and database latency. */
export async function healthRoutes(app: FastifyInstance, { health }: { health: Health }): Promise<void> {
  app.get('/health/live', { config: { ...CONFIG, operation: isLiveOperation } }, async () => ({
    Status: 'live',
  }));
  for (const [path, write, operation] of [
    ['/health', writeHealthSummary, getHealthOperation],
    ['/health/ready', writeHealth, isReadyOperation],
  ] as const) {
    app.get(path, { config: { ...CONFIG, operation } }, async (request, reply) => {
      const report = await health.report();
      const locale = localeOf(request);
      return reply.code(report.isReady ? 200 : 503).send(write(report, (reason) => locale.message(reason)));
    });
  }
}

/** The dependencies of the metrics route. */
export interface MetricsDeps {
  readonly access: MetricsAccess;
  readonly metrics: { readonly contentType: string; expose(): Promise<string> };
  readonly authenticator: Authenticator;
}

/**
 * `GET /metrics` in the Prometheus text format. Requires access to all tasks of all tenants, unless the settings make it
 * public (docs/decisions/0019-metrics-and-traces.md).
 */
export async function metricsRoutes(
  app: FastifyInstance,
  { access, metrics, authenticator }: MetricsDeps,
): Promise<void> {
  if (access === 'off') return;
  if (access === 'sign-in') registerSignIn(app, authenticator);
  const open = access === 'sign-in' ? {} : { access: ACCESS.open };
  app.get(
    '/metrics',
    {
      config: { ownType: true, xsrf: 'sameSite', unobserved: true, operation: readMetricsOperation, ...open },
    },
    async (_request, reply) => {
      return reply
        .type(metrics.contentType)
        .header('Cache-Control', 'no-store')
        .send(await metrics.expose());
    },
  );
}

/** `GET /openapi.json`: the OpenAPI document of this server. Built on the first request. */
export async function openApiRoutes(
  app: FastifyInstance,
  { operations, signIn }: { operations: readonly RoutedOperation[]; signIn: SignInConfig },
): Promise<void> {
  let cached: { readonly body: string; readonly etag: string } | undefined;
  const document = (): { readonly body: string; readonly etag: string } => {
    if (cached === undefined) {
      const body = JSON.stringify(buildDocument(operations, signIn));
      cached = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
    }
    return cached;
  };

  app.get(
    '/openapi.json',
    { config: { ownType: true, operation: getOpenApiOperation } },
    (request, reply) => {
      const { body, etag } = document();
      reply
        .type('application/json; charset=utf-8')
        .header('ETag', etag)
        .header('Cache-Control', 'public, no-cache');
      return isKnown(request, etag) ? reply.code(304).send() : reply.send(body);
    },
  );
}

/** `GET /api/v1/Statistics`: throughput, queues and failures (contract, section 8). Requires access to all tasks. */
export async function statisticsRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.get<{ Querystring: Static<typeof PeriodQuery> }>(
    '/',
    {
      config: { payload: 'Statistics', operation: readStatisticsOperation },
      schema: { querystring: PeriodQuery },
    },
    async (request) => {
      const caller = callerOf(request);
      const minutes = Number(request.query.Minutes ?? 60);
      const { since, stepSeconds, changes, workers, queues, failures } = await readStatistics(
        tasks,
        caller,
        minutes,
        new Date(),
      );
      const locale = localeOf(request);
      return {
        Since: locale.date(since),
        StepSeconds: stepSeconds,
        Changes: changes.map((change) => writeChange(change, locale)),
        Workers: workers.map((step) => ({ At: locale.date(step.at), Workers: step.workers })),
        Queues: queues.map((queue) => writeQueue(queue, locale)),
        Failures: failures.map((group) => writeFailure(group, locale)),
      };
    },
  );
}

/**
 * `GET /api/v1/Texts`: all texts in the caller's language, for the dashboard (contract, section 8). Public, because the
 * sign-in page needs them.
 */
export async function textRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', { config: { ownType: true, operation: getTextsOperation } }, (request, reply) => {
    const languages = languagesOf(request.headers) ?? [ENGLISH];
    const body = JSON.stringify({
      Language: languages.find((language) => app.catalogues.has(language)) ?? ENGLISH,
      ...app.catalogues.all(languages),
    });
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    reply
      .type('application/json; charset=utf-8')
      .header('ETag', etag)
      .header('Cache-Control', 'public, no-cache');
    return isKnown(request, etag) ? reply.code(304).send() : reply.send(body);
  });
}
