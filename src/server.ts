import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { BackgroundJob } from './core/background-job.ts';
import { RequestError } from './core/errors.ts';
import type { FaultKind } from './core/meters.ts';
import { ShutdownStack } from './core/shutdown-stack.ts';
import type { WorkerKind } from './core/workers.ts';
import { openControl } from './db/control.ts';
import type { Database } from './db/database.ts';
import { openDatabase } from './db/open.ts';
import { openControlSocket } from './db/pglite/control-socket.ts';
import { freeSpace, RESERVE_BYTES } from './db/pglite/file-system.ts';
import { countAssociates, insertAssociate } from './db/queries/account.ts';
import { saveDefaultLimits } from './db/queries/definition.ts';
import { saveOwnRules } from './db/queries/retention.ts';
import { EventFeed } from './events/feed.ts';
import { WebhookSender } from './events/webhook-sender.ts';
import { Files } from './files/files.ts';
import { openStore } from './files/open.ts';
import { buildApp } from './http/app.ts';
import { loadCatalogues } from './http/i18n/catalogs.ts';
import { noticeReadersOf } from './http/i18n/locale.ts';
import { VERSION } from './logger.ts';
import { Definitions } from './queue/definitions.ts';
import { IdWatch } from './queue/id-watch.ts';
import { PRESENCE_SECONDS, Presence } from './queue/presence.ts';
import { Pruner } from './queue/pruner.ts';
import { loadHandlers, Registry } from './queue/registry.ts';
import { SearchIndexer } from './queue/search-indexer.ts';
import { StatisticsRollup } from './queue/statistics-rollup.ts';
import { TaskQueue } from './queue/task-queue.ts';
import { TaskRunner } from './queue/worker.ts';
import { loggableError } from './sdk/errors.ts';
import { catchRunFaults } from './sdk/run-faults.ts';
import type { TaskDeps } from './services/access.ts';
import { CellDirectory } from './services/cells.ts';
import { answerCommand } from './services/operator-commands.ts';
import { Scheduler } from './services/scheduler.ts';
import { hashPassword } from './services/secrets.ts';
import { StartBatcher } from './services/start-batcher.ts';
import { TaskReader } from './services/task-reader.ts';
import { TextWriter } from './services/text-batcher.ts';
import { addGauges, QueueCounts } from './telemetry/gauges.ts';
import { type DatabaseDisk, Health } from './telemetry/health.ts';
import { PrometheusMetrics } from './telemetry/metrics.ts';
import { openMonitoring } from './telemetry/monitoring-server.ts';

/** A running server. */
export interface Server {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  /** Base URL of `/health` and `/metrics` if they have their own port; `undefined` otherwise. */
  readonly monitoringUrl: string | undefined;
  /** The administrator that this start created. It has a password only if that was generated. */
  readonly firstAdministrator:
    | { readonly login: string; readonly generatedPassword: string | undefined }
    | undefined;
  readonly database: Database;
  readonly retention: Pruner;
  /** Shuts down gracefully: refuses new requests, returns active tasks to the queue and completes all writes. */
  stop(): Promise<void>;
}

/** A running worker: a process that runs tasks of the database and has no API. */
export interface WorkerProcess {
  /** The definitions that it runs. */
  readonly names: readonly string[];
  /** Base URL of `/health` and `/metrics`; `undefined` if no monitoring port is set. */
  readonly monitoringUrl: string | undefined;
  /** Shuts down gracefully: returns active tasks to the queue and completes all writes. */
  stop(): Promise<void>;
}

/**
 * Starts a server: database, task runner and API in this process.
 *
 * @param options.runs false leaves running tasks to workers
 * @throws OperatorError, or the error of the socket. Parts that had started are shut down first.
 */
export async function startServer(config: Config, log: Logger, { runs = true } = {}): Promise<Server> {
  const shutdown = new ShutdownStack();
  const health = new Health(log);
  const metrics = new PrometheusMetrics();
  const stop = (): Promise<void> => stopAll(health, shutdown);
  try {
    const monitoringUrl = await startMonitoring({ health, metrics, log }, config, shutdown);
    const catalogues = await loadCatalogues(config.catalogueFolder);
    const { tasks, retention } = await startRuntime(config, log, metrics, { kind: 'Server', runs }, shutdown);
    const { database } = tasks;
    const cells = await startCells(database, config, log, shutdown);
    const firstAdministrator = await ensureAdministrator(database, config);
    await cells?.start();
    if (database.exclusive) await startControlSocket(database, config, log, shutdown);

    const feed = new EventFeed(database, log);
    shutdown.defer(() => feed.close());

    const webhooks = new WebhookSender(database, config, noticeReadersOf(catalogues), log, metrics);
    webhooks.start();
    shutdown.defer(() => webhooks.stop(config.graceSeconds));

    const scheduler = new Scheduler(tasks, log);
    scheduler.start();
    shutdown.defer(() => scheduler.stop());

    const app = await buildApp({
      tasks: { ...tasks, cells },
      scheduler,
      feed,
      webhooks,
      health,
      metrics,
      config,
      log,
      catalogues,
    });
    shutdown.defer(() => closeApp(app, config.graceSeconds));
    await app.listen({ host: config.host, port: config.port });
    health.serve(database, diskOf(database, config));

    const url = urlOf(app);
    log.info({ event: 'server.started', url, version: VERSION }, 'server started');
    return { url, monitoringUrl, firstAdministrator, database, retention, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Starts a worker on the database. It runs tasks, and does the maintenance of the database as servers do.
 *
 * @throws OperatorError, or the error of the socket. Parts that had started are shut down first.
 */
export async function startWorker(config: Config, log: Logger): Promise<WorkerProcess> {
  const shutdown = new ShutdownStack();
  const health = new Health(log);
  const metrics = new PrometheusMetrics();
  const stop = (): Promise<void> => stopAll(health, shutdown);
  try {
    const monitoringUrl = await startMonitoring({ health, metrics, log }, config, shutdown);
    const { tasks } = await startRuntime(config, log, metrics, { kind: 'Worker', runs: true }, shutdown);
    await tasks.definitions.offer();

    const offering = new BackgroundJob({
      name: 'worker.offer',
      intervalMs: PRESENCE_SECONDS * 1000,
      log,
      run: () => tasks.definitions.touch(PRESENCE_SECONDS),
    });
    offering.start('later');
    shutdown.defer(() => offering.stop());

    health.serve(tasks.database);
    return { names: tasks.registry.names(), monitoringUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Reports that the process is stopping, then shuts everything down. */
async function stopAll(health: Health, shutdown: ShutdownStack): Promise<void> {
  health.stop();
  await shutdown.disposeAsync();
}

/** Opens the monitoring port if one is set. Returns its base URL. */
async function startMonitoring(
  { health, metrics, log }: { health: Health; metrics: PrometheusMetrics; log: Logger },
  config: Config,
  shutdown: ShutdownStack,
): Promise<string | undefined> {
  if (config.monitoring === undefined) return undefined;
  const exposed = config.metrics === 'off' ? undefined : metrics;
  const monitoring = await openMonitoring(config.monitoring, { health, metrics: exposed, log });
  shutdown.defer(() => monitoring.close());
  return monitoring.url;
}

/** The parts that servers and workers have in common. */
interface Runtime {
  readonly tasks: TaskDeps;
  readonly retention: Pruner;
}

/**
 * Opens the database and starts the task runner and the pruner, which every process has.
 *
 * @param options.runs whether tasks run in this process
 * @throws OperatorError
 */
async function startRuntime(
  config: Config,
  log: Logger,
  metrics: PrometheusMetrics,
  { kind, runs }: { readonly kind: WorkerKind; readonly runs: boolean },
  shutdown: ShutdownStack,
): Promise<Runtime> {
  shutdown.defer(catchRunFaults((kind, error) => reportStrayFault(kind, error, log, metrics)));
  const registry = await loadDefinitions(config);

  const database = await openDatabase(config, log, metrics);
  shutdown.defer(() => database.close());

  const queue = new TaskQueue(metrics);
  const definitions = new Definitions(registry, database.sql, queue, config.leaseSeconds);
  for (const name of await definitions.prepare())
    log.warn(
      { event: 'definition.duplicate', definition: name },
      'definition also offered by workers; running it in the server',
    );
  for (const { definition, retention } of registry.all()) {
    await saveDefaultLimits(database.sql, definition.name, definition.limits ?? null);
    if (runs) await saveOwnRules(database.sql, definition.name, retention);
  }

  const store = await openStore(
    config.files,
    join(config.dataFolder, 'scratch'),
    Math.max(config.uploadLimit, config.resultLimit),
  );
  shutdown.defer(() => store.close());

  const files = new Files(config, database.sql, store, log);
  const runner = new TaskRunner({ database, queue, registry, definitions, files }, config, log, runs);
  const self = {
    owner: config.nodeId,
    names: runs ? registry.names() : [],
    tenant: null,
    kind,
    label: `${hostname()} ${process.pid}`,
    version: VERSION,
    started: new Date(Date.now() - process.uptime() * 1000),
    slots: runner.load.reduce((sum, { slots }) => sum + slots, 0),
  };
  const presence = new Presence(database.sql, self, log);
  await presence.start();
  shutdown.defer(() => presence.stop());
  await runner.start();
  shutdown.defer(() => runner.stop());
  shutdown.defer(() => presence.drain());

  const retention = new Pruner({ database, registry, files }, config.retention, log);
  retention.start();
  shutdown.defer(() => retention.stop());

  const rollup = new StatisticsRollup(database, config.retention.statistics, log);
  rollup.start();
  shutdown.defer(() => rollup.stop());

  const searchIndexer = new SearchIndexer(database, log);
  searchIndexer.start();
  shutdown.defer(() => searchIndexer.stop());
  const ids = new IdWatch(database, log);
  ids.start();
  shutdown.defer(() => ids.stop());

  addGauges(metrics.registry, {
    queues: new QueueCounts(database.sql, log),
    definitions: () => registry.names(),
    connections: database.connections,
    load: () => runner.load,
  });
  const tasks: TaskDeps = {
    database,
    queue,
    registry,
    definitions,
    files,
    reader: new TaskReader(database.sql),
    texts: new TextWriter(database.sql),
    starts: new StartBatcher(database, queue),
    textLimits: config.textLimits,
    listLimit: config.listLimit,
    serialNumber: config.serialNumber,
  };
  return { tasks, retention };
}

/** Loads the built-in definitions, then those of the modules in the settings. */
async function loadDefinitions(config: Config): Promise<Registry> {
  const registry = new Registry(config.leaseSeconds);
  const builtin = new URL(
    import.meta.url.endsWith('.ts') ? './builtin/index.ts' : './builtin/index.js',
    import.meta.url,
  );
  await loadHandlers(registry, [fileURLToPath(builtin), ...config.handlers]);
  return registry;
}

/**
 * Reports an error that belongs to no run. After an exception the state of the process is unknown, so it exits; an
 * unhandled rejection is only logged.
 */
function reportStrayFault(kind: FaultKind, error: unknown, log: Logger, metrics: PrometheusMetrics): void {
  metrics.faulted(undefined, kind);
  const fields = { err: loggableError(error) };
  if (kind === 'unhandled rejection') {
    log.error({ event: 'process.unhandled_rejection', ...fields }, 'unhandled rejection outside runs');
    return;
  }
  log.fatal({ event: 'process.uncaught_exception', ...fields }, 'uncaught exception outside runs; exiting');
  process.exit(1);
}

/** Reads where tenants are, and the accounts that all cells share. @returns `undefined` if the server is not part of a cell */
async function startCells(
  { sql }: Database,
  { cell, controlUrl }: Config,
  log: Logger,
  shutdown: ShutdownStack,
): Promise<CellDirectory | undefined> {
  if (cell === undefined || controlUrl === undefined) return undefined;
  const control = openControl(controlUrl, (error) =>
    log.debug(
      { event: 'cell.connection_closed', err: error },
      'idle connection to the control database closed',
    ),
  );
  const cells = new CellDirectory(cell, sql, control, log);
  shutdown.defer(() => cells.stop());
  await cells.open();
  return cells;
}

/**
 * Creates the first administrator, without sign-in by password only for a login that the settings name. The server never
 * generates another password.
 */
async function ensureAdministrator(
  database: Database,
  config: Config,
): Promise<Server['firstAdministrator']> {
  if ((await countAssociates(database.sql)) > 0) return undefined;
  const { admin } = config;
  const { passwords } = config.signIn;
  // A well-known login could belong to anyone at the OIDC provider.
  if (!passwords && admin === undefined) return undefined;
  const login = admin?.login ?? 'admin';
  const generatedPassword = admin === undefined ? randomBytes(12).toString('base64url') : undefined;
  const password = admin?.password ?? generatedPassword;
  const passwordHash = password === undefined || !passwords ? '' : await hashPassword(password);
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
    // Another server that started at the same time has created it.
    if (error instanceof RequestError && error.kind === 'conflict') return undefined;
    throw error;
  }
  return { login, generatedPassword };
}

/** Opens the socket through which the command line reaches a process that has the embedded database open. */
async function startControlSocket(
  database: Database,
  config: Config,
  log: Logger,
  shutdown: ShutdownStack,
): Promise<void> {
  const socket = await openControlSocket(
    config.dataFolder,
    (command) => answerCommand({ db: database.sql, serialNumber: config.serialNumber }, command),
    log,
  );
  if (socket !== undefined) shutdown.defer(() => socket.close());
}

/**
 * Closes the API. Open requests get the grace period, then their connections are closed: a connection on which the
 * client sends nothing counts as busy, and would delay the shutdown for a minute.
 */
async function closeApp(app: FastifyInstance, graceSeconds: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), graceSeconds * 1000);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the disk of the embedded database, which the health check watches. */
function diskOf({ exclusive }: Database, { dataFolder }: Config): DatabaseDisk | undefined {
  return exclusive ? { freeBytes: () => freeSpace(dataFolder), neededBytes: RESERVE_BYTES } : undefined;
}

function urlOf(app: FastifyInstance): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
