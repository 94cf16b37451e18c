import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { FaultKind } from './core/meters.ts';
import { openDatabase } from './db/open.ts';
import { keepDefaultLimits } from './db/queries/definition-control.ts';
import { keepOwnRules } from './db/queries/own-rules.ts';
import { Files } from './files/files.ts';
import { openStore } from './files/open.ts';
import { Definitions } from './queue/definitions.ts';
import { loadHandlers } from './queue/load-handlers.ts';
import { Pruner } from './queue/pruner.ts';
import { Registry } from './queue/registry.ts';
import { TaskQueue } from './queue/task-queue.ts';
import { TaskRunner } from './queue/worker.ts';
import { loggableError } from './sdk/failure-text.ts';
import { catchRunFaults } from './sdk/run-faults.ts';
import type { TaskDeps } from './services/context.ts';
import { TextWriter } from './services/text-batcher.ts';
import { addGauges } from './telemetry/gauges.ts';
import { Health } from './telemetry/health.ts';
import { PrometheusMetrics } from './telemetry/metrics.ts';
import { openMonitoring } from './telemetry/monitoring-server.ts';
import { QueueCounts } from './telemetry/queue-counts.ts';

/** What is to be ended, in the order in which it was begun. */
export type Undo = (() => Promise<void>)[];

/** What every process on the database has, whatever it is for. */
export interface Runtime {
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
export async function startRuntime(
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
    await keepDefaultLimits(database.sql, definition.name, definition.limits ?? null);
    if (runs) await keepOwnRules(database.sql, definition.name, retention);
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
export class Observability {
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
export async function endAll(health: Health, undo: Undo): Promise<void> {
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
