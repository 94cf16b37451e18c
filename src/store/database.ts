import type { Kysely } from 'kysely';
import type { Db as EngineDb } from 'pg-boss';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { openEmbedded } from './embedded/open-embedded.ts';
import { migrate } from './migrations/migrate.ts';
import { checkNotMoved } from './move/move-state.ts';
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
  close(): Promise<void>;
}

/**
 * Opens the database that the settings name and brings its tables up to date.
 *
 * @throws FolderInUse where another process has the embedded database open; FolderUnusable where its folder can't
 *   be written to; DatabaseUnreachable where PostgreSQL can't be reached; MoveRefused where it is being moved into
 *   or was moved away
 * @param options.moving whether it is opened to be moved
 */
export async function openDatabase(
  config: Config,
  log: Logger,
  options: { readonly moving?: boolean } = {},
): Promise<Database> {
  const database =
    config.databaseUrl === undefined
      ? await openEmbedded(config.dataFolder)
      : await openPostgres(config.databaseUrl, config, log);
  try {
    await migrate(database.sql as unknown as Kysely<unknown>);
    if (options.moving !== true) await checkNotMoved(database.sql, nameOf(config));
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** What people call the database that the settings name: without its password. */
export function nameOf({ databaseUrl, dataFolder }: Config): string {
  if (databaseUrl === undefined) return dataFolder;
  const { host, pathname } = new URL(databaseUrl);
  return `postgres://${host}${pathname}`;
}
