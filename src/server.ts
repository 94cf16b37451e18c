import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { BackgroundJob } from './core/background-job.ts';
import { RequestError } from './core/errors.ts';
import type { FaultKind } from './core/meters.ts';
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
import { hashPassword } from './http/auth/password-hash.ts';
import { loadCatalogues } from './http/i18n/catalogs.ts';
import { VERSION } from './logger.ts';
import { Definitions } from './queue/definitions.ts';
import { Pruner } from './queue/pruner.ts';
import { loadHandlers, Registry } from './queue/registry.ts';
import { TaskQueue } from './queue/task-queue.ts';
import { TaskRunner } from './queue/worker.ts';
import { loggableError } from './sdk/errors.ts';
import { catchRunFaults } from './sdk/run-faults.ts';
import { runCommand } from './services/accounts.ts';
import type { TaskDeps } from './services/context.ts';
import { Scheduler } from './services/scheduler.ts';
import { TextWriter } from './services/text-batcher.ts';
import { addGauges, QueueCounts } from './telemetry/gauges.ts';
import { type DatabaseDisk, Health } from './telemetry/health.ts';
import { PrometheusMetrics } from './telemetry/metrics.ts';
import { openMonitoring } from './telemetry/monitoring-server.ts';

/** What is to be ended, in the order in which it was begun. */
type Undo = (() => Promise<void>)[];

/** What every process on the database has, whatever it is for. */
interface Runtime {
  readonly tasks: TaskDeps;
  readonly retention: Pruner;
}

/**
 * Opens the database and everything on it, and begins what every process does: it brings back what a fault has left
 * and removes what is old.
 *
 * @param runs whether tasks run in this process
 * @param undo gets what ends each part that has begun, also where a later one fails
 * @throws OperatorError
 */
async function startRuntime(
  config: Config,
  log: Logger,
  metrics: PrometheusMetrics,
  runs: boolean,
  undo: Undo,
): Promise<Runtime> {
  const undoCatching = catchRunFaults((kind, error) => reportStray(kind, error, log, metrics));
  undo.push(async () => undoCatching());
  const registry = await loadDefinitions(config);
  const database = await openDatabase(config, log, metrics);
  undo.push(() => database.close());
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
  undo.push(() => store.close());
  const files = new Files(config, database.sql, store, log);
  const tasks: TaskDeps = {
    database,
    queue,
    registry,
    definitions,
    files,
    texts: new TextWriter(database.sql),
    textLimits: config.textLimits,
    listLimit: config.listLimit,
    serialNumber: config.serialNumber,
  };
  const engine = new TaskRunner({ database, queue, registry, definitions, files }, config, log, runs);
  await engine.start();
  undo.push(() => engine.stop());
  const retention = new Pruner({ database, registry, files }, config.retention, log);
  retention.start();
  undo.push(() => retention.stop());
  addGauges(metrics.registry, {
    queues: new QueueCounts(database.sql, log),
    definitions: () => registry.names(),
    connections: database.connections,
    load: () => engine.load,
  });
  return { tasks, retention };
}

/** How a process is, from its first moment on, and where that is told. */
class Observability {
  readonly health: Health;
  readonly metrics = new PrometheusMetrics();

  constructor(log: Logger) {
    this.health = new Health(log);
  }

  /** Opens the port for monitoring, where there is to be one; resolves to its address. */
  async open(config: Config, log: Logger, undo: Undo): Promise<string | undefined> {
    if (config.monitoring === undefined) return undefined;
    const metrics = config.metrics === 'off' ? undefined : this.metrics;
    const monitoring = await openMonitoring(config.monitoring, { health: this.health, metrics, log });
    undo.push(() => monitoring.close());
    return monitoring.url;
  }
}

/** Ends what has begun, the last first. */
async function endAll(health: Health, undo: Undo): Promise<void> {
  health.stop();
  for (const step of undo.splice(0).reverse()) await step();
}

/**
 * Reports an error that belongs to no run. After an exception the state of the process is unknown, so it ends; an
 * unhandled rejection is only logged.
 */
function reportStray(kind: FaultKind, error: unknown, log: Logger, metrics: PrometheusMetrics): void {
  metrics.faulted(undefined, kind);
  const fields = { err: loggableError(error) };
  if (kind === 'unhandled rejection') {
    log.error({ event: 'process.unhandled_rejection', ...fields }, 'unhandled rejection outside runs');
    return;
  }
  log.fatal({ event: 'process.uncaught_exception', ...fields }, 'uncaught exception outside runs; exiting');
  process.exit(1);
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

/** A server that listens and, mostly, works. */
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
  readonly retention: Pruner;
  /** Ends gracefully: no new requests, running tasks handed back, everything written. */
  stop(): Promise<void>;
}

/**
 * Starts everything in this process: database, engine and API.
 *
 * @param options.runs false leaves the running of tasks to other processes
 * @throws OperatorError, what `startRuntime` throws, or the error of the socket; nothing is left open then
 */
export async function startServer(config: Config, log: Logger, { runs = true } = {}): Promise<Server> {
  const undo: Undo = [];
  const watch = new Observability(log);
  const { health, metrics } = watch;
  const stop = (): Promise<void> => endAll(health, undo);
  try {
    const monitoring = await watch.open(config, log, undo);
    const catalogues = await loadCatalogues(config.catalogueFolder);
    const { tasks, retention } = await startRuntime(config, log, metrics, runs, undo);
    const { database } = tasks;
    const firstAdministrator = await ensureAdministrator(database, config);
    if (database.exclusive) {
      const commands = await openControlSocket(
        config.dataFolder,
        (command) => runCommand(database, command),
        log,
      );
      undo.push(async () => commands?.close());
    }
    const feed = new EventFeed(database, log);
    undo.push(() => feed.close());
    const webhooks = new WebhookSender(database, config.webhooks, config.allowPrivateAddresses, log, metrics);
    webhooks.start();
    undo.push(() => webhooks.stop(config.graceSeconds));
    const scheduler = new Scheduler(tasks, log);
    scheduler.start();
    undo.push(() => scheduler.stop());
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
    health.serve(database, diskOf(database, config));
    const url = urlOf(app);
    log.info({ event: 'server.started', url, version: VERSION }, 'server started');
    return {
      url,
      monitoringUrl: monitoring,
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

/** The disk that the embedded database is on. */
function diskOf({ exclusive }: Database, { dataFolder }: Config): DatabaseDisk | undefined {
  return exclusive ? { freeBytes: () => freeSpace(dataFolder), neededBytes: RESERVE_BYTES } : undefined;
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
    if (error instanceof RequestError && error.kind === 'conflict') return undefined;
    throw error;
  }
  return { login, generatedPassword };
}

function urlOf(app: FastifyInstance): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** What runs tasks on the database, without an API. */
export interface WorkerProcess {
  /** The definitions that it runs. */
  readonly names: readonly string[];
  /** Where `/health` and `/metrics` are; `undefined` where they have no port. */
  readonly monitoringUrl: string | undefined;
  /** Ends gracefully: running tasks handed back, everything written. */
  stop(): Promise<void>;
}

/** How often it says that it is still there. */
const TOUCH_SECONDS = 20;

/**
 * Starts a worker on the database: it runs tasks and looks after the database as servers do.
 *
 * @throws as `startRuntime`; nothing is left open then
 */
export async function startWorker(config: Config, log: Logger): Promise<WorkerProcess> {
  const undo: Undo = [];
  const watch = new Observability(log);
  const stop = (): Promise<void> => endAll(watch.health, undo);
  try {
    const monitoringUrl = await watch.open(config, log, undo);
    const { tasks } = await startRuntime(config, log, watch.metrics, true, undo);
    await tasks.definitions.offer();
    const presence = new BackgroundJob({
      name: 'worker.presence',
      intervalMs: TOUCH_SECONDS * 1000,
      log,
      run: () => tasks.definitions.touch(TOUCH_SECONDS),
    });
    presence.start('later');
    undo.push(() => presence.stop());
    watch.health.serve(tasks.database);
    return { names: tasks.registry.names(), monitoringUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
