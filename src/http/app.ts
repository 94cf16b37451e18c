import fastifyCookie from '@fastify/cookie';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { invalid, RequestError, unavailable } from '../core/errors.ts';
import { message } from '../core/message.ts';
import type { EventFeed } from '../events/feed.ts';
import type { WebhookSender } from '../events/webhook-sender.ts';
import type { TaskDeps } from '../services/access.ts';
import { toRequestError } from '../services/database-errors.ts';
import type { Scheduler } from '../services/scheduler.ts';
import { SignIns } from '../services/sign-ins.ts';
import type { Health } from '../telemetry/health.ts';
import type { PrometheusMetrics } from '../telemetry/metrics.ts';
import { Authenticator } from './auth/authenticator.ts';
import { registerSignIn } from './auth/hooks.ts';
import { BODY_TYPES, readRequestBodies, unsupportedBody } from './body/parse.ts';
import { routeTenants } from './cell-routing.ts';
import { bodyLimitOf, bodyTooLarge, compressResponses, decodeBodies } from './compression.ts';
import { respondToClientError, toErrorResponse } from './errors.ts';
import type { Catalogues } from './i18n/catalogs.ts';
import { localeOf, registerLocales } from './i18n/locale.ts';
import { registerTimes } from './i18n/times.ts';
import { lazyValidators } from './lazy-validators.ts';
import { describeAgentCalls } from './openapi/document.ts';
import { collectOperations } from './openapi/operation.ts';
import { nameCustomer, refuseRepeatedNames, stripTenantSegment } from './query.ts';
import { observeRequests, requestIdOf } from './request-telemetry.ts';
import { applicationRoutes, tokenRoutes, userRoutes } from './resources/accounts.ts';
import { administrationRoutes } from './resources/administration.ts';
import { archiveAgentRoutes } from './resources/archive-agent.ts';
import { batchAgentRoutes } from './resources/batch-agent.ts';
import {
  batchTaskRoutes,
  taskAttemptRoutes,
  taskControlRoutes,
  taskLogRoutes,
} from './resources/batch-task.ts';
import { bulkRoutes } from './resources/batch-task-bulk.ts';
import { archiveRoutes, batchTaskListRoutes } from './resources/batch-task-list.ts';
import { blobAgentRoutes } from './resources/blob-agent.ts';
import { taskChildrenRoutes } from './resources/children.ts';
import { dashboardRoutes, notFoundPage, readPageFiles } from './resources/dashboard.ts';
import { definitionStatisticsRoutes } from './resources/definition-statistics.ts';
import { definitionRoutes, retentionRoutes } from './resources/definitions.ts';
import { eventRoutes } from './resources/events.ts';
import { taskFileRoutes, uploadRoutes } from './resources/files.ts';
import { oidcSignInRoutes } from './resources/oidc-sign-in.ts';
import { passwordRoutes } from './resources/password-links.ts';
import { scheduleRoutes } from './resources/schedules.ts';
import {
  discoveryRoutes,
  healthRoutes,
  metricsRoutes,
  openApiRoutes,
  statisticsRoutes,
  textRoutes,
} from './resources/server.ts';
import { signInRoutes } from './resources/sign-in.ts';
import { subscriptionRoutes } from './resources/subscriptions.ts';
import { timeZoneAgentRoutes, timeZoneRoutes } from './resources/time-zones.ts';
import { unsubscribeRoutes } from './resources/unsubscribe.ts';
import { taskWaitingRoutes } from './resources/waiting.ts';
import { webhookRoutes } from './resources/webhooks.ts';
import { workerListRoutes } from './resources/worker-list.ts';
import { workerFileRoutes, workerRoutes } from './resources/workers.ts';
import { workerChildrenRoutes } from './resources/workers-children.ts';
import { formatOf, negotiateFormats, setContentType } from './respond.ts';
import { enforceRouteAccess, handleUnmatchedRequests } from './route-access.ts';
import {
  addSecurityHeaders,
  allowOrigins,
  forbidCaching,
  limitOpenCalls,
  RateLimiter,
  setSecurityHeaders,
} from './security.ts';

/** Maximum number of pipelined requests per connection. Clients that do not pipeline have one. */
const MAX_PIPELINED = 16;

/**
 * Limits pipelining, because responses to pipelined requests are buffered in memory, in order, and one packet holds
 * hundreds of requests.
 */
function limitPipelining(app: FastifyInstance): void {
  const pending = new WeakMap<object, number>();
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const requests = (pending.get(socket) ?? 0) + 1;
    pending.set(socket, requests);
    reply.raw.once('close', () => pending.set(socket, (pending.get(socket) ?? 1) - 1));
    if (requests <= MAX_PIPELINED) done();
    else
      done(
        invalid`At most ${MAX_PIPELINED} requests can be pipelined on one connection; wait for responses before you send more.`,
      );
  });
}

/** The dependencies of the HTTP server. */
export interface AppDeps {
  readonly tasks: TaskDeps;
  readonly scheduler: Scheduler;
  readonly feed: EventFeed;
  readonly webhooks: WebhookSender;
  readonly health: Health;
  readonly metrics: PrometheusMetrics;
  readonly config: Config;
  readonly log: Logger;
  readonly catalogues: Catalogues;
}

/** Builds the HTTP server without listening. Paths are case-insensitive (contract, first section). */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config, tasks } = deps;
  const app = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    bodyLimit: config.bodyLimit,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // `refuseWhileStopping` does it with the standard error payload
    rewriteUrl: stripTenantSegment,
    requestTimeout: config.requestTimeoutSeconds * 1000,
    clientErrorHandler: respondToClientError,
    ...(config.trustProxy.length > 0 ? { trustProxy: [...config.trustProxy] } : {}),
    // No limit here: the route of a long path segment returns a more specific error.
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: 16_384 },
    frameworkErrors: (error, request, reply) => {
      setSecurityHeaders(reply as unknown as FastifyReply);
      return sendError(error, request as unknown as FastifyRequest, reply as unknown as FastifyReply);
    },
  });
  app.setValidatorCompiler(lazyValidators());
  addSecurityHeaders(app, config.hstsSeconds);
  const pageFiles = await readPageFiles();
  handleUnmatchedRequests(app, notFoundPage(pageFiles));
  await allowOrigins(app, config.corsOrigins);
  const operations = collectOperations(app);
  enforceRouteAccess(app);
  describeAgentCalls(app);
  observeRequests(app, deps.metrics);
  registerLocales(app, deps.catalogues);
  refuseWhileStopping(app);
  const limits = config.rateLimit && new RateLimiter(config.rateLimit.perSecond, config.rateLimit.burst);
  if (limits !== undefined) limitOpenCalls(app, limits);
  const { cells, serialNumber } = tasks;
  const accounts = { db: tasks.database.sql, minPasswordLength: config.signIn.minPasswordLength };
  const signIns = new SignIns(tasks.database.sql, cells?.name);
  const authenticator = new Authenticator(signIns, config.signIn, deps.log);

  app.setErrorHandler((fault, request, reply) => {
    const error = toRequestError(
      (fault as FastifyError).code === 'FST_ERR_CTP_BODY_TOO_LARGE'
        ? bodyTooLarge(bodyLimitOf(request))
        : fault,
      tasks.database.exclusive,
    );
    if (error !== fault)
      request.log.warn(
        { event: 'request.database_unavailable', err: fault },
        'database unreachable or full; responding with 503',
      );
    const { status } = toErrorResponse(error, localeOf(request));
    if (status >= 500 && !(error instanceof RequestError))
      request.log.error(
        { event: 'request.failed', err: error, method: request.method, url: request.url },
        'request failed',
      );
    // Scripts send this header because they prompt for the password themselves.
    if (status === 401) {
      const byScript = request.headers['x-requested-with'] === 'XMLHttpRequest';
      reply.header('WWW-Authenticate', authenticator.challenge(byScript));
    }
    if (error instanceof RequestError && error.retryAfter !== undefined)
      reply.header('Retry-After', error.retryAfter);
    return sendError(error, request, reply);
  });
  negotiateFormats(app);
  limitPipelining(app);
  refuseRepeatedNames(app);
  decodeBodies(app);
  readRequestBodies(app);
  compressResponses(app);

  await app.register(fastifyCookie);
  routeTenants(app, cells && { cells, mode: config.cellRouting, serialNumber });
  await app.register(healthRoutes, { health: deps.health });
  await app.register(metricsRoutes, { access: config.metrics, metrics: deps.metrics, authenticator });
  await app.register(dashboardRoutes, { files: pageFiles });
  await app.register(textRoutes, { prefix: '/api/v1/Texts' });
  await app.register(discoveryRoutes, { prefix: '/api', operations, cells });
  await app.register(openApiRoutes, { operations, signIn: config.signIn });
  await app.register(signInRoutes, {
    prefix: '/api/v1/SignIn',
    signIns,
    authenticator,
    config: config.signIn,
  });
  await app.register(passwordRoutes, { prefix: '/api/v1/SignIn', accounts, authenticator });
  await app.register(unsubscribeRoutes, { database: tasks.database, authenticator });
  await app.register(oidcSignInRoutes, { signIns, authenticator, config: config.signIn, log: deps.log });
  await app.register(
    async (api) => {
      registerTimes(api, config.timeZone);
      registerSignIn(api, authenticator, limits);
      forbidCaching(api);
      await api.register(batchTaskRoutes, { prefix: '/BatchTask', tasks });
      await api.register(taskControlRoutes, { prefix: '/BatchTask', tasks });
      const bodyLimit = { lines: config.bulkLimit, line: config.bodyLimit };
      await api.register(bulkRoutes, { prefix: '/BatchTask', tasks, bodyLimit });
      await api.register(batchTaskListRoutes, { prefix: '/BatchTask', tasks });
      await api.register(archiveRoutes, { tasks });
      await api.register(archiveAgentRoutes, { prefix: '/Agents/Archive', tasks });
      await api.register(taskFileRoutes, { prefix: '/BatchTask', tasks });
      await api.register(taskAttemptRoutes, { prefix: '/BatchTask', tasks });
      await api.register(taskWaitingRoutes, { prefix: '/BatchTask', tasks });
      await api.register(taskLogRoutes, { prefix: '/BatchTask', tasks });
      await api.register(taskChildrenRoutes, { prefix: '/BatchTask', tasks });
      await api.register(workerRoutes, { prefix: '/Workers', tasks, log: deps.log });
      await api.register(workerFileRoutes, { prefix: '/Workers', tasks });
      await api.register(eventRoutes, {
        tasks,
        feed: deps.feed,
        meter: deps.metrics,
        authenticator,
        heartbeatSeconds: config.eventHeartbeatSeconds,
      });
      await api.register(webhookRoutes, {
        prefix: '/Webhooks',
        database: tasks.database,
        sender: deps.webhooks,
        allowPrivateAddresses: config.allowPrivateAddresses,
        limit: config.webhooks.limit,
      });
      await api.register(subscriptionRoutes, {
        prefix: '/Subscriptions',
        database: tasks.database,
        sender: deps.webhooks,
        allowPrivateAddresses: config.allowPrivateAddresses,
        mailDomains: config.mail?.domains,
      });
      await api.register(workerChildrenRoutes, { prefix: '/Workers', tasks });
      await api.register(batchAgentRoutes, { prefix: '/Agents/Batch', tasks });
      await api.register(blobAgentRoutes, { prefix: '/Agents/BLOB', tasks });
      await api.register(definitionRoutes, { prefix: '/Definitions', tasks });
      await api.register(definitionStatisticsRoutes, { prefix: '/Definitions', tasks });
      await api.register(workerListRoutes, { prefix: '/Workers', tasks });
      await api.register(scheduleRoutes, { prefix: '/Schedules', tasks, scheduler: deps.scheduler });
      await api.register(retentionRoutes, {
        prefix: '/Definitions',
        tasks,
        settings: config.retention.tasks,
      });
      await api.register(statisticsRoutes, { prefix: '/Statistics', tasks });
      await api.register(timeZoneRoutes, { prefix: '/TimeZone', base: config.timeZone });
      await api.register(timeZoneAgentRoutes, { prefix: '/Agents/TimeZone', base: config.timeZone });
      await api.register(uploadRoutes, { prefix: '/Uploads', tasks });
      await api.register(administrationRoutes, { prefix: '/Administration', db: tasks.database.sql });
      await api.register(userRoutes, {
        prefix: '/Users',
        ...accounts,
        authenticator,
      });
      await api.register(applicationRoutes, {
        prefix: '/Applications',
        ...accounts,
        authenticator,
      });
      await api.register(tokenRoutes, {
        prefix: '/Tokens',
        db: tasks.database.sql,
        authenticator,
        serialNumber: tasks.serialNumber,
      });
    },
    { prefix: '/api/v1' },
  );
  return app;
}

/** Responds with 503 to requests on open connections while the server stops, so that clients retry on another server. */
function refuseWhileStopping(app: FastifyInstance): void {
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
  });
  app.addHook('onRequest', async () => {
    if (isStopping)
      throw unavailable(message`The server is stopping; nothing has changed. Try again in a moment.`, 1);
  });
}

/** Sends the error payload in the format that Accept asks for, or JSON if it is not supported (contract, section 4). */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const isUnknownType = (error as { code?: unknown } | null)?.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE';
  const reported = isUnknownType ? unsupportedBody() : nameCustomer(error, request.raw);
  const { status, body } = toErrorResponse(reported, localeOf(request));
  // Lists the accepted types (RFC 9110, section 15.5.16); an unsupported Content-Encoding has set its own header.
  if (status === 415 && !reply.hasHeader('Accept-Encoding')) reply.header('Accept', BODY_TYPES.join(', '));
  const format = formatOf(request);
  setContentType(format, reply, 'Error');
  const { Error: _, ...children } = body;
  return reply.code(status).send(format.isXml ? children : body);
}
