import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { RequestError } from './core/errors.ts';
import type { Database } from './db/database.ts';
import { openControlSocket } from './db/pglite/control-socket.ts';
import { RESERVE_BYTES } from './db/pglite/disk-guard.ts';
import { freeSpace } from './db/pglite/file-system.ts';
import { countAssociates, insertAssociate } from './db/queries/account.ts';
import { EventFeed } from './events/feed.ts';
import { WebhookSender } from './events/webhook-sender.ts';
import { buildApp } from './http/app.ts';
import { hashPassword } from './http/auth/password-hash.ts';
import { loadCatalogues } from './http/i18n/load-catalogues.ts';
import { endAll, Observability, startRuntime, type Undo } from './node.ts';
import type { Pruner } from './queue/pruner.ts';
import { runCommand } from './services/commands.ts';
import { Scheduler } from './services/scheduler.ts';
import type { DatabaseDisk } from './telemetry/health.ts';
import { VERSION } from './version.ts';

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
