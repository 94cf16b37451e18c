import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { Refusal } from './domain/errors.ts';
import { Definitions } from './engine/definitions.ts';
import { Engine } from './engine/engine.ts';
import { JobQueue } from './engine/job-queue.ts';
import { loadHandlers } from './engine/load-handlers.ts';
import { Registry } from './engine/registry.ts';
import { RetentionService } from './engine/retention.ts';
import { Files } from './files/files.ts';
import { openStore } from './files/open-store.ts';
import { buildApp } from './http/app.ts';
import { hashPassword } from './http/auth/passwords.ts';
import { loadCatalogues } from './http/localization/load-catalogues.ts';
import { EventFeed } from './notifications/event-feed.ts';
import { WebhookSender } from './notifications/webhooks/webhook-sender.ts';
import { Health } from './observability/health.ts';
import { addGauges } from './observability/metrics/gauges.ts';
import { PrometheusMetrics } from './observability/metrics/prometheus.ts';
import { QueueCounts } from './observability/metrics/queue-counts.ts';
import { openMonitoring } from './observability/monitoring-server.ts';
import { countAssociates, insertAssociate } from './store/associates/associates.ts';
import { type Database, openDatabase } from './store/database.ts';
import { keepDefaultLimits } from './store/definitions/definition-control.ts';
import { Scheduler } from './tasks/schedules/scheduler.ts';
import type { TaskParts } from './tasks/task-parts.ts';

/** A server that listens and works. */
export interface Server {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** Where `/health` and `/metrics` have a port of their own; `undefined` where they have none. */
  readonly monitoringUrl: string | undefined;
  /** The administrator that the first start has made; the password only where it was generated. */
  readonly firstAdministrator:
    | { readonly login: string; readonly generatedPassword: string | undefined }
    | undefined;
  readonly database: Database;
  readonly retention: RetentionService;
  /** Ends gracefully: no new requests, running tasks handed back, everything written. */
  stop(): Promise<void>;
}

/**
 * Starts everything in this process: database, engine and API.
 *
 * @throws ConfigError, HandlerModuleError, FolderInUse, FolderUnusable, DatabaseUnreachable, FilesUnreachable, or the error of the
 *   socket; nothing is left open then
 */
export async function startServer(config: Config, log: Logger): Promise<Server> {
  const undo: (() => Promise<void>)[] = [];
  const health = new Health(log);
  const metrics = new PrometheusMetrics();
  const stop = async (): Promise<void> => {
    health.stop();
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const monitoring =
      config.monitoring &&
      (await openMonitoring(config.monitoring, {
        health,
        metrics: config.metrics === 'off' ? undefined : metrics,
        log,
      }));
    if (monitoring !== undefined) undo.push(() => monitoring.close());
    const catalogues = await loadCatalogues(config.catalogueFolder);
    const registry = await loadDefinitions(config);
    const database = await openDatabase(config, log, metrics);
    undo.push(() => database.close());
    const firstAdministrator = await ensureAdministrator(database, config);
    const queue = await JobQueue.open(database, log, metrics);
    undo.push(() => queue.stop());
    const definitions = new Definitions(registry, database.sql, queue, config.leaseSeconds);
    for (const name of await definitions.prepare())
      log.warn({ definition: name }, 'workers offer this definition too; it runs in the server');
    for (const { definition } of registry.all())
      await keepDefaultLimits(database.sql, definition.name, definition.limits ?? null);
    const store = await openStore(
      config.files,
      join(config.dataFolder, 'scratch'),
      Math.max(config.uploadLimit, config.resultLimit),
    );
    undo.push(() => store.close());
    const files = new Files(config, database.sql, store, log);
    const tasks: TaskParts = {
      database,
      queue,
      registry,
      definitions,
      files,
      textLimits: config.textLimits,
      listLimit: config.listLimit,
      serialNumber: config.serialNumber,
    };
    const engine = new Engine({ database, queue, registry, definitions, files }, config, log);
    await engine.start();
    undo.push(() => engine.stop());
    const feed = new EventFeed(database, log);
    undo.push(() => feed.close());
    const webhooks = new WebhookSender(database, config.webhooks, config.allowPrivateAddresses, log, metrics);
    webhooks.start();
    undo.push(() => webhooks.stop(config.graceSeconds));
    const scheduler = new Scheduler(tasks, log);
    scheduler.start();
    undo.push(() => scheduler.stop());
    const retention = new RetentionService({ database, registry, files }, config.retention, log);
    retention.start();
    undo.push(() => retention.stop());
    addGauges(metrics.registry, {
      queues: new QueueCounts(database.sql, log),
      definitions: () => registry.names(),
      connections: database.connections,
      load: () => engine.load,
    });
    const app = await buildApp({
      tasks,
      scheduler,
      feed,
      webhooks,
      health,
      metrics,
      config,
      log,
      catalogues,
    });
    undo.push(() => closeApp(app, config.graceSeconds));
    await app.listen({ host: config.host, port: config.port });
    health.serve(database);
    return {
      url: urlOf(app),
      monitoringUrl: monitoring?.url,
      firstAdministrator,
      database,
      retention,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Takes no more requests and answers those under way, which get the grace period. Then connections are cut: one
 * that a client has opened and sends nothing on counts as busy, and would hold up the stop for a minute.
 */
async function closeApp(app: FastifyInstance, graceSeconds: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceSeconds * 1000);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}

/** The definitions that come with the server, then the user's own. */
async function loadDefinitions(config: Config): Promise<Registry> {
  const registry = new Registry(config.leaseSeconds);
  const builtin = new URL(
    import.meta.url.endsWith('.ts') ? './builtin/index.ts' : './builtin/index.js',
    import.meta.url,
  );
  await loadHandlers(registry, [fileURLToPath(builtin), ...config.handlers]);
  return registry;
}

/** Makes the administrator of the first start; nobody else ever gets a password from us. */
async function ensureAdministrator(
  database: Database,
  config: Config,
): Promise<Server['firstAdministrator']> {
  if ((await countAssociates(database.sql)) > 0) return undefined;
  const login = config.admin?.login ?? 'admin';
  const generatedPassword = config.admin === undefined ? randomBytes(12).toString('base64url') : undefined;
  const passwordHash = await hashPassword(config.admin?.password ?? generatedPassword ?? '');
  const first = {
    login,
    name: 'Administrator',
    passwordHash,
    roles: ['administrator'],
    tenant: null,
  } as const;
  try {
    await insertAssociate(database.sql, first);
  } catch (error) {
    // Another server makes its first start at the same moment, and has made it.
    if (error instanceof Refusal && error.kind === 'conflict') return undefined;
    throw error;
  }
  return { login, generatedPassword };
}

function urlOf(app: FastifyInstance): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
