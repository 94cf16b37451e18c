import type { Kysely } from 'kysely';
import type { Db as EngineDb } from 'pg-boss';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { DatabaseMeter } from './database-meter.ts';
import { openEmbedded } from './embedded/open-embedded.ts';
import { migrate } from './migrations/migrate.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import type { Schema } from './schema.ts';
import type { Signals } from './signals.ts';

/** The open database and what comes with it. */
export interface Database {
  readonly sql: Kysely<Schema>;
  /** How the engine (pg-boss) reaches the same database. */
  readonly engine: { readonly backend: 'pglite' | 'postgres'; readonly db: EngineDb };
  readonly signals: Signals;
  /** Whether no other process can be using the database: leases of earlier processes are void. */
  readonly exclusive: boolean;
  /** The connections of this process now; `undefined` where the database is embedded and has none. */
  readonly connections: () => Connections | undefined;
  close(): Promise<void>;
}

/** Connections to the database. */
export interface Connections {
  readonly busy: number;
  readonly idle: number;
  /** Who waits for one. */
  readonly waiting: number;
  /** The most that there may be. */
  readonly limit: number;
}

/**
 * Opens the database that the settings name and brings its tables up to date.
 *
 * @throws FolderInUse where another process has the embedded database open; FolderUnusable where its folder can't
 *   be written to; DatabaseUnreachable where PostgreSQL can't be reached
 */
export async function openDatabase(config: Config, log: Logger, meter?: DatabaseMeter): Promise<Database> {
  const database =
    config.databaseUrl === undefined
      ? await openEmbedded(config.dataFolder, meter)
      : await openPostgres(config.databaseUrl, config, log, meter);
  try {
    await migrate(database.sql as unknown as Kysely<unknown>);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}
