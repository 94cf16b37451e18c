import type { Kysely } from 'kysely';
import type { Db as EngineDb } from 'pg-boss';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
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
  /** Resolves where the database has given up in this process, which can only be started again. */
  readonly lost?: Promise<Error>;
  close(): Promise<void>;
}

/**
 * Opens the database that the settings name and brings its tables up to date.
 *
 * @throws FolderInUse where another process has the embedded database open; FolderUnusable where its folder can't
 *   be written to; DatabaseUnreachable where PostgreSQL can't be used; SchemaTooNew where its tables are of a newer
 *   program; MigrationBlocked where others hold what a migration needs
 */
export async function openDatabase(config: Config, log: Logger): Promise<Database> {
  const postgres =
    config.databaseUrl === undefined ? undefined : await openPostgres(config.databaseUrl, config, log);
  const database = postgres ?? (await openEmbedded(config.dataFolder));
  try {
    await migrate(database.sql as unknown as Kysely<unknown>, log);
    postgres?.limitStatements();
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}
