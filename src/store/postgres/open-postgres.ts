import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Db as EngineDb } from 'pg-boss';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { Database } from '../database.ts';
import type { Schema } from '../schema.ts';
import { LocalSignals, type Signals } from '../signals.ts';
import { DatabaseUnreachable } from './database-unreachable.ts';
import { dropWhenSilent } from './drop-when-silent.ts';
import { examineAddress } from './examine-address.ts';
import { pooledClient } from './pooled-client.ts';
import { PostgresSignals } from './postgres-signals.ts';
import { PreparingClient } from './preparing-client.ts';
import { proveSignals } from './prove-signals.ts';

/** For a connection: to be made, or to become free. */
const CONNECT_MS = 30_000;
const READ_ONLY_TRANSACTION = '25006';

/** PostgreSQL, open. */
export interface PostgresDatabase extends Database {
  /** Limits how long a statement may take: migrations, which come first, take as long as they take. */
  limitStatements(): void;
}

/**
 * Opens PostgreSQL: one pool for everything, and one connection for signals. Both get over broken and silent
 * connections by themselves.
 *
 * @throws DatabaseUnreachable where it can't be reached, doesn't let us in, only reads, or carries no signals
 */
export async function openPostgres(url: string, config: Config, log: Logger): Promise<PostgresDatabase> {
  const mostMs = config.databaseTimeoutSeconds * 1000;
  const connectMs = Math.min(CONNECT_MS, mostMs);
  let statementMs = Number.POSITIVE_INFINITY;
  const isPooled = await examineAddress(url, connectMs);
  const pool = makePool(url, isPooled, config, log);
  pool.on('connect', (client) => dropWhenSilent(client, () => statementMs));
  try {
    await pool.query('select 1').catch((error: unknown) => {
      throw new DatabaseUnreachable(error);
    });
    const signals = await openSignals(url, config, log);
    const sql = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
    return {
      sql,
      engine: { backend: 'postgres', db: engineDbOf(pool) },
      signals,
      exclusive: false,
      limitStatements() {
        statementMs = mostMs;
      },
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
  const byTransaction = config.databasePooler ?? isPooled;
  const pool = new pg.Pool({
    connectionString: url,
    max: config.databasePool,
    application_name: 'batchline',
    connectionTimeoutMillis: Math.min(CONNECT_MS, config.databaseTimeoutSeconds * 1000),
    keepAlive: true,
    ...(byTransaction
      ? { Client: pooledClient(idleTransactionMs) }
      : { Client: PreparingClient, idle_in_transaction_session_timeout: idleTransactionMs }),
  });
  // Also one that is in use breaks between two statements of a transaction; its next statement fails then.
  pool.on('connect', (client) =>
    client.on('error', (error) => log.warn({ err: error }, 'a database connection broke')),
  );
  pool.on('error', (error) => log.debug({ err: error }, 'an idle database connection was dropped'));
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

async function openSignals(url: string, config: Config, log: Logger): Promise<Signals> {
  const { databaseListenUrl: listenUrl = url, nodeId } = config;
  if (listenUrl === 'poll') return new LocalSignals();
  try {
    await proveSignals(listenUrl, CONNECT_MS);
    return await new PostgresSignals(listenUrl, nodeId, log, config.databaseTimeoutSeconds * 1000).open();
  } catch (error) {
    throw new DatabaseUnreachable(error, listenUrl === url ? 'DATABASE_URL' : 'DATABASE_LISTEN_URL');
  }
}

/** The pool as pg-boss wants it: a text of several statements gives the rows of all of them. */
function engineDbOf(pool: pg.Pool): EngineDb {
  return {
    async executeSql(text, values) {
      const result: pg.QueryResult | pg.QueryResult[] = await pool.query(text, values as unknown[]);
      return { rows: Array.isArray(result) ? result.flatMap((one) => one.rows) : result.rows };
    },
  };
}
