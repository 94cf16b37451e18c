import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Db as EngineDb } from 'pg-boss';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { Database } from '../database.ts';
import { type DatabaseMeter, logTo } from '../database-meter.ts';
import type { Schema } from '../schema.ts';
import { PostgresSignals } from './postgres-signals.ts';
import { PreparingClient } from './preparing-client.ts';

/** PostgreSQL can't be reached or doesn't let us in. The message says why. */
export class DatabaseUnreachable extends Error {
  constructor(cause: unknown) {
    // Where several addresses were tried, only their code is left of the errors.
    const { message, code } = cause as { message?: string; code?: string };
    super(`DATABASE_URL: PostgreSQL can't be used there: ${message || code || String(cause)}.`, { cause });
    this.name = 'DatabaseUnreachable';
  }
}

/**
 * Opens PostgreSQL: one pool for everything, and one connection for signals.
 *
 * @throws DatabaseUnreachable where it can't be reached or doesn't let us in
 */
export async function openPostgres(
  url: string,
  config: Config,
  log: Logger,
  meter?: DatabaseMeter,
): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: config.databasePool,
    application_name: 'batchline',
    Client: PreparingClient,
  });
  // Also one that is in use breaks between two statements of a transaction; its next statement fails then.
  pool.on('connect', (client) =>
    client.on('error', (error) => log.warn({ err: error }, 'a database connection broke')),
  );
  pool.on('error', (error) => log.debug({ err: error }, 'an idle database connection was dropped'));
  try {
    await reach(pool);
    const signals = await new PostgresSignals(url, config.nodeId, log).open();
    const sql = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), ...logTo(meter) });
    return {
      sql,
      engine: { backend: 'postgres', db: engineDbOf(pool) },
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

/** @throws DatabaseUnreachable where no connection can be made, or the address can't be read */
async function reach(pool: pg.Pool): Promise<void> {
  try {
    await pool.query('select 1');
  } catch (error) {
    throw new DatabaseUnreachable(error);
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
