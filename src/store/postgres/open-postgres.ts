import { Kysely } from 'kysely';
import pg from 'pg';
import type { Db as EngineDb } from 'pg-boss';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import { type Backend, backendOf, backendSpeaking } from '../backend.ts';
import type { Database, Tables } from '../database.ts';
import { type DatabaseMeter, logTo } from '../database-meter.ts';
import { checkEventIds } from '../events/check-event-ids.ts';
import { migrate } from '../migrations/migrate.ts';
import { retrying } from '../retries/retrying.ts';
import type { Schema } from '../schema.ts';
import { LocalSignals, type Signals } from '../signals.ts';
import { DatabaseUnfit, DatabaseUnreachable } from './database-errors.ts';
import { NotifyChannel } from './notify-channel.ts';
import { PreparingClient } from './preparing-client.ts';
import { ServerDialect } from './server-dialect.ts';
import { SharedSignals } from './shared-signals.ts';
import { TableChannel } from './table-channel.ts';

/**
 * Opens PostgreSQL, or a database that speaks its dialect, and brings its tables up to date: one pool for everything,
 * and, where processes tell each other by NOTIFY, one connection for that.
 *
 * @throws DatabaseUnreachable where it can't be reached or doesn't let us in; DatabaseUnfit where it is of another kind
 *   than DATABASE_BACKEND names, or set up so that the order of events can't be kept
 */
export async function openPostgres(
  url: string,
  config: Config,
  log: Logger,
  meter?: DatabaseMeter,
  tables: Tables = 'up to date',
): Promise<Database> {
  const backend = backendOf(config.databaseBackend);
  const speaking = await whatSpeaks(url);
  checkKind(backend, speaking, log);
  const pool = new pg.Pool({
    connectionString: url,
    max: config.databasePool,
    application_name: 'batchline',
    Client: PreparingClient,
    // There `int` is 64 bits wide otherwise, which clients get as text.
    ...(speaking === 'cockroachdb' ? { onConnect: useNarrowIntegers } : {}),
  });
  // Also one that is in use breaks between two statements of a transaction; its next statement fails then.
  pool.on('connect', (client) =>
    client.on('error', (error) => log.warn({ err: error }, 'a database connection broke')),
  );
  pool.on('error', (error) => log.debug({ err: error }, 'an idle database connection was dropped'));
  try {
    const sql = new Kysely<Schema>({ dialect: new ServerDialect({ pool }, backend), ...logTo(meter) });
    const openSignals = async (): Promise<Signals> => {
      if (tables === 'as they are') return new LocalSignals();
      await migrate({ sql: sql as unknown as Kysely<unknown>, backend, holder: config.nodeId });
      if (!backend.showsWriters) await checkEventIds(sql);
      const channel = backend.notifies ? new NotifyChannel(url, log) : new TableChannel(sql, log);
      return new SharedSignals(channel, config.nodeId, log).open();
    };
    const signals = await openSignals();
    return {
      sql,
      backend,
      engine: engineDbOf(pool),
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

/** What kind of database answers there. */
async function whatSpeaks(url: string): Promise<ReturnType<typeof backendSpeaking>> {
  let client: pg.Client | undefined;
  try {
    // Already this fails where the address can't be read.
    client = new pg.Client({ connectionString: url, application_name: 'batchline' });
    client.on('error', () => undefined); // what fails tells it too
    await client.connect();
    const { rows } = await client.query<{ version: string }>('select version() as version');
    return backendSpeaking(rows[0]?.version ?? '');
  } catch (error) {
    throw new DatabaseUnreachable(error);
  } finally {
    await client?.end().catch(() => undefined);
  }
}

function checkKind({ name }: Backend, speaking: ReturnType<typeof backendSpeaking>, log: Logger): void {
  if (name === speaking) return;
  if (speaking !== 'postgres')
    throw new DatabaseUnfit(
      `DATABASE_BACKEND is "${name}", but the database at DATABASE_URL is of the kind ${speaking}; ${speaking} is accepted.`,
    );
  if (name !== 'citus')
    log.debug({ backend: name }, 'this is PostgreSQL, used without what it can do: as a test does');
}

async function useNarrowIntegers(client: pg.ClientBase): Promise<void> {
  await client.query('set default_int_size = 4');
}

/** The pool as pg-boss wants it: a text of several statements gives the rows of all of them. */
function engineDbOf(pool: pg.Pool): EngineDb {
  return {
    async executeSql(text, values) {
      const result: pg.QueryResult | pg.QueryResult[] = await retrying(() =>
        pool.query(text, values as unknown[]),
      );
      return { rows: Array.isArray(result) ? result.flatMap((one) => one.rows) : result.rows };
    },
  };
}
