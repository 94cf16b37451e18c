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
import type { Database, Tables } from '../database.ts';
import { databaseUnreachable } from '../errors.ts';
import { ListReads } from '../list-reads.ts';
import { type DatabaseMeter, logTo } from '../meter.ts';
import { migrate } from '../migrations/migrate.ts';
import { LocalPubSub, type PubSub } from '../pubsub.ts';
import { ClusterPubSub } from '../pubsub-cluster.ts';
import { type ConnectionShares, connectionsForRuns, SharingDriver } from '../run-connections.ts';
import type { Schema } from '../schema.ts';
import { PREPARED_MARK } from '../sql.ts';
import { retrying } from '../transaction.ts';
import { PgNotifyChannel } from './notify.ts';
import { detectServer, probeListenNotify, queryTimeout } from './probe.ts';
import { POOLED_SETTINGS, sessionSettings, startingWith, transactionSettings } from './session-settings.ts';

/**
 * Makes the kind of connection that works through a pooler by transaction: nothing of it outlives a transaction. It
 * prepares nothing, and the settings of its session are set at the beginning of each transaction, in the same call.
 *
 * @param settings statements that set them
 */
function pooledClient(settings: string): typeof pg.Client {
  const begin = `begin; ${settings}`;
  return class PooledClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: all the shapes of a call of pg's pass through
    override query(text: any, ...rest: any[]): any {
      const plain = super.query as (...args: unknown[]) => unknown;
      return plain.call(this, text === 'begin' ? begin : text, ...rest);
    }
  };
}

/** The names of the prepared statements, by text; the same on every connection of this process. */
const names = new Map<string, string>();

/** A connection that prepares the statements whose text ends with the mark. */
class PreparedStatementClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: all the shapes of a call of pg's pass through
  override query(text: any, values?: any, ...rest: any[]): any {
    const plain = super.query as (...args: unknown[]) => unknown;
    if (typeof text !== 'string' || !text.endsWith(PREPARED_MARK))
      return plain.call(this, text, values, ...rest);
    return plain.call(this, { name: nameOf(text), text, values }, ...rest);
  }
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `batchline_${names.size + 1}`;
    names.set(text, name);
  }
  return name;
}

/** A driver whose statements outside a transaction are done again while the database asks for that (`retrying`). */
class RetryingDriver extends PostgresDriver {
  readonly #ready = new WeakSet<DatabaseConnection>();
  readonly #inTransaction = new WeakSet<DatabaseConnection>();

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    if (!this.#ready.has(connection)) {
      this.#ready.add(connection);
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

/** PostgreSQL with retries of refused statements and shares of the connections. */
class ServerDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #shares: ConnectionShares;

  constructor(config: PostgresDialectConfig, shares: ConnectionShares) {
    super(config);
    this.#shares = shares;
    this.#config = config;
  }

  override createDriver(): Driver {
    return new SharingDriver(new RetryingDriver(this.#config), this.#shares);
  }

  override createAdapter(): PostgresAdapter {
    return new UnlockedAdapter();
  }
}

/** Migrations lock a row (migrate.ts), because advisory locks need a connection that stays the same. */
class UnlockedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/** For a connection: to be made, or to become free. */
const CONNECT_MS = 30_000;
const READ_ONLY_TRANSACTION = '25006';

/**
 * Opens PostgreSQL, or a database that speaks its dialect, and brings its tables up to date: one pool for everything,
 * and, where processes tell each other by NOTIFY, one connection for that. Both get over
 * broken and silent connections by themselves.
 *
 * @throws OperatorError `DATABASE_UNREACHABLE` if it can't be reached, rejects the login, is read-only or delivers no
 *   signals; `DATABASE_UNSUPPORTED`
 *   if it is not PostgreSQL, or not in UTF-8
 */
export async function openPostgres(
  url: string,
  config: Config,
  log: Logger,
  meter?: DatabaseMeter,
  tables: Tables = 'up to date',
): Promise<Database> {
  const maxMs = config.databaseTimeoutSeconds * 1000;
  // Migrations, which come first, take as long as they take.
  let statementMs = Number.POSITIVE_INFINITY;
  const { isPooled } = await detectServer(url, Math.min(CONNECT_MS, maxMs));
  const pool = makePool(url, isPooled, config, log);
  pool.on('connect', (client) => queryTimeout(client, () => statementMs));
  try {
    const shares = {
      total: Number.POSITIVE_INFINITY, // the pool has its own limit
      forRuns: connectionsForRuns(config.databasePool),
      runSeconds: config.runTransactionSeconds,
    };
    const sql = new Kysely<Schema>({
      dialect: new ServerDialect({ pool }, shares),
      ...logTo(meter),
    });
    await pool.query('select 1').catch((error: unknown) => {
      throw databaseUnreachable(error);
    });
    if (tables === 'up to date') await migrate(sql as unknown as Kysely<unknown>, log);
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

function makePool(url: string, isPooled: boolean, config: Config, log: Logger): pg.Pool {
  const idleTransactionMs = config.idleTransactionSeconds * 1000;
  const statementMs = config.databaseTimeoutSeconds * 1000;
  const byTransaction = config.databasePooler ?? isPooled;
  const pool = new pg.Pool({
    connectionString: url,
    max: config.databasePool,
    application_name: 'batchline',
    connectionTimeoutMillis: Math.min(CONNECT_MS, config.databaseTimeoutSeconds * 1000),
    keepAlive: true,
    ...(byTransaction
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
  // Also one that is in use breaks between two statements of a transaction; its next statement fails then.
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

/** Gives up connections to a server that only reads, as a standby does: a new one may reach the primary. */
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
    const channel = new PgNotifyChannel(listenUrl, log, config.databaseTimeoutSeconds * 1000);
    return await new ClusterPubSub(channel, nodeId, log).open();
  } catch (error) {
    throw databaseUnreachable(error, listenUrl === url ? 'DATABASE_URL' : 'DATABASE_LISTEN_URL');
  }
}
