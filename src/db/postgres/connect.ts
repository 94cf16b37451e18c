import { createHash } from 'node:crypto';
import {
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type TransactionSettings,
} from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { DatabaseMeter } from '../../core/meters.ts';
import type { Database, Tables } from '../database.ts';
import { databaseUnreachable } from '../errors.ts';
import { ListReads } from '../list-reads.ts';
import { migrate } from '../migrations/migrate.ts';
import { ClusterPubSub, LocalPubSub, type PubSub } from '../pubsub.ts';
import { type ConnectionShares, connectionsForRuns, SharingDriver } from '../run-connections.ts';
import type { Schema } from '../schema.ts';
import { logTo } from '../sql.ts';
import { retrying } from '../transaction.ts';
import { distributeSchemas } from './citus.ts';
import { PgListener, PgNotifyChannel } from './notify.ts';
import { PreparedStatementClient } from './prepared.ts';
import { detectServer, probeListenNotify, queryTimeout } from './probe.ts';
import { SchemaCompiler } from './schema-compiler.ts';
import { SharedNotifyChannel } from './shared-notify.ts';
import { TYPE_PARSERS } from './types.ts';

/**
 * Returns a client class for a pooler in transaction mode, where no session state survives a transaction. It prepares no
 * statements, and applies the session settings with each `begin`, in the same round trip.
 *
 * @param settings statements that apply the settings
 */
function pooledClient(settings: string): typeof pg.Client {
  const begin = `begin; ${settings}`;
  return class PooledClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: passes on every overload of pg
    override query(text: any, ...rest: any[]): any {
      const plain = super.query as (...args: unknown[]) => unknown;
      return plain.call(this, text === 'begin' ? begin : text, ...rest);
    }
  };
}

/** A driver that retries statements outside a transaction after serialization failures and deadlocks. */
class RetryingDriver extends PostgresDriver {
  readonly #wrapped = new WeakSet<DatabaseConnection>();
  readonly #inTransaction = new WeakSet<DatabaseConnection>();

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    if (!this.#wrapped.has(connection)) {
      this.#wrapped.add(connection);
      const once = connection.executeQuery.bind(connection);
      connection.executeQuery = (query, ...rest) =>
        this.#inTransaction.has(connection) ? once(query, ...rest) : retrying(() => once(query, ...rest));
    }
    return connection;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
    this.#inTransaction.add(connection);
    await super.beginTransaction(connection, settings);
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#inTransaction.delete(connection);
    await super.releaseConnection(connection as never);
  }
}

/** PostgreSQL with retries of aborted statements and connection limits for runs. */
class ServerDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #shares: ConnectionShares;
  readonly #schema: string;

  constructor(config: PostgresDialectConfig, shares: ConnectionShares, schema: string) {
    super(config);
    this.#shares = shares;
    this.#config = config;
    this.#schema = schema;
  }

  override createDriver(): Driver {
    return new SharingDriver(new RetryingDriver(this.#config), this.#shares);
  }

  override createQueryCompiler(): SchemaCompiler {
    return new SchemaCompiler(this.#schema);
  }

  override createAdapter(): PostgresAdapter {
    return new UnlockedAdapter();
  }
}

/** Migrations lock a row instead (migrate.ts): an advisory lock needs a session, which a pooler does not provide. */
class UnlockedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/** Time limit for opening a connection, or waiting for a free one. */
const CONNECT_MS = 30_000;
const READ_ONLY_TRANSACTION = '25006';

/**
 * Opens PostgreSQL and migrates its tables. It uses one pool, and one more connection for LISTEN and NOTIFY. Both
 * replace connections that break or stop responding.
 *
 * @throws OperatorError `DATABASE_UNREACHABLE` if it can't be reached, rejects the login, is read-only or delivers no
 *   notifications; `DATABASE_UNSUPPORTED` if it is not PostgreSQL, or not in UTF-8
 */
export async function openPostgres(
  url: string,
  config: Config,
  log: Logger,
  meter?: DatabaseMeter,
  tables: Tables = 'up to date',
): Promise<Database> {
  const maxMs = config.databaseTimeoutSeconds * 1000;
  // Migrations have no time limit.
  let statementMs = Number.POSITIVE_INFINITY;
  const { isPooled } = await detectServer(url, Math.min(CONNECT_MS, maxMs));
  const pool = createPool(url, isPooled, config, log);
  pool.on('connect', (client) => queryTimeout(client, () => statementMs));
  try {
    const shares = {
      total: Number.POSITIVE_INFINITY, // the pool has its own limit
      forRuns: connectionsForRuns(config.databasePool),
      runSeconds: config.runTransactionSeconds,
    };
    const sql = new Kysely<Schema>({
      dialect: new ServerDialect({ pool }, shares, config.databaseSchema),
      ...logTo(meter),
    });
    await pool.query('select 1').catch((error: unknown) => {
      throw databaseUnreachable(error);
    });
    if (tables === 'up to date') {
      await migrate(sql as unknown as Kysely<unknown>, log);
      if (config.databaseBackend === 'citus') await distributeSchemas(sql);
    }
    statementMs = maxMs;
    const signals = tables === 'up to date' ? await openSignals(url, config, log) : new LocalPubSub();
    return {
      sql,
      backend: config.databaseBackend,
      lists: ListReads.overPostgres(sql, config.listSeconds, config.databasePool),
      signals,
      exclusive: false,
      connections: () => ({
        busy: pool.totalCount - pool.idleCount,
        idle: pool.idleCount,
        waiting: pool.waitingCount,
        limit: config.databasePool,
      }),
      async close() {
        await signals.close();
        await sql.destroy();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function createPool(url: string, isPooled: boolean, config: Config, log: Logger): pg.Pool {
  const idleTransactionMs = config.idleTransactionSeconds * 1000;
  const statementMs = config.databaseTimeoutSeconds * 1000;
  const isTransactionPooler = config.databasePooler ?? isPooled;
  const pool = new pg.Pool({
    connectionString: url,
    max: config.databasePool,
    min: 1,
    application_name: 'batchline',
    connectionTimeoutMillis: Math.min(CONNECT_MS, config.databaseTimeoutSeconds * 1000),
    keepAlive: true,
    types: TYPE_PARSERS,
    ...(isTransactionPooler
      ? {
          Client: startingWith(
            pooledClient(transactionSettings(statementMs, idleTransactionMs)),
            POOLED_SETTINGS,
          ),
        }
      : {
          Client: startingWith(PreparedStatementClient, sessionSettings(statementMs)),
          idle_in_transaction_session_timeout: idleTransactionMs,
        }),
  });
  // A connection in use may break between two statements; the next statement then fails.
  pool.on('connect', (client) =>
    client.on('error', (error) =>
      log.warn({ event: 'database.connection_lost', err: error }, 'database connection lost'),
    ),
  );
  pool.on('error', (error) =>
    log.debug({ event: 'database.idle_connection_closed', err: error }, 'idle database connection closed'),
  );
  dropReadOnly(pool);
  return pool;
}

/** Closes connections to a read-only standby, because a new connection may reach the primary. */
function dropReadOnly(pool: pg.Pool): void {
  const readOnly = new WeakSet<pg.PoolClient>();
  pool.on('connect', (client) => {
    const { connection } = client as unknown as { readonly connection: NodeJS.EventEmitter };
    connection.on('errorMessage', ({ code }: { readonly code?: string }) => {
      if (code === READ_ONLY_TRANSACTION) readOnly.add(client);
    });
  });
  pool.on('release', (_, client) => {
    if (readOnly.has(client)) void (client as unknown as pg.Client).end();
  });
}

async function openSignals(url: string, config: Config, log: Logger): Promise<PubSub> {
  const { databaseListenUrl: listenUrl = url, nodeId } = config;
  if (listenUrl === 'poll') return new LocalPubSub();
  try {
    await probeListenNotify(listenUrl, CONNECT_MS);
    const channels = { channel: config.databaseSchema, nodeId };
    const maxMs = config.databaseTimeoutSeconds * 1000;
    const path = config.databaseListenSocket;
    const channel =
      path === undefined
        ? new PgNotifyChannel(listenUrl, channels, log, maxMs)
        : new SharedNotifyChannel(
            {
              path,
              key: createHash('sha256').update(listenUrl).digest('hex'),
              channels,
              openListener: (receive, onReconnect) =>
                new PgListener(listenUrl, log, maxMs, receive, onReconnect).open(),
            },
            log,
          );
    return await new ClusterPubSub(channel, nodeId, log).open();
  } catch (error) {
    throw databaseUnreachable(error, listenUrl === url ? 'DATABASE_URL' : 'DATABASE_LISTEN_URL');
  }
}

/** PostgreSQL settings of a session, by name. */
type SessionSettings = Readonly<Record<string, string>>;

/**
 * Settings that our statements and row parsers rely on; a database or role may have other defaults. A pooler in
 * transaction mode restores them for each of its clients.
 */
const FORMATS: SessionSettings = {
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};
/** Time that the database continues a statement after the timeout of the client. */
const EXTRA_MS = 5000;

/** Further settings, applied at the start of a direct connection, or of each transaction through a pooler. */
function limits(statementMs: number): SessionSettings {
  return {
    IntervalStyle: 'postgres',
    search_path: '"$user", public',
    // The statement timeout includes waits for locks. Zero means none.
    lock_timeout: '0',
    statement_timeout: String(statementMs + EXTRA_MS),
  };
}

/** Returns the settings of a direct connection. @param statementMs time limit of the client for a response (ms) */
function sessionSettings(statementMs: number): SessionSettings {
  return { ...FORMATS, ...limits(statementMs) };
}

/** The settings of a connection to a pooler, which are part of its startup message. */
const POOLED_SETTINGS = FORMATS;

/** Returns statements that apply the other settings of a pooled connection at the start of a transaction. */
function transactionSettings(statementMs: number, idleTransactionMs: number): string {
  const settings = {
    ...limits(statementMs),
    idle_in_transaction_session_timeout: String(idleTransactionMs),
  };
  return Object.entries(settings)
    .map(([name, value]) => `set local ${name} = ${name === 'search_path' ? value : `'${value}'`}`)
    .join('; ');
}

/** Returns a client class that sends these settings in the startup message, which costs no round trip. */
function startingWith(Client: typeof pg.Client, settings: SessionSettings): typeof pg.Client {
  return class StartingClient extends Client {
    getStartupConf(): Record<string, string> {
      const { getStartupConf } = Client.prototype as unknown as {
        getStartupConf(): Record<string, string>;
      };
      return { ...getStartupConf.call(this), ...settings };
    }
  };
}
