import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { DatabaseMeter } from '../core/meters.ts';
import type { Database, Tables } from './database.ts';
import { openEmbedded } from './pglite/connect.ts';
import { openPostgres } from './postgres/connect.ts';
import { checkNotTransferred } from './transfer/transfer.ts';

/**
 * Opens the database that the settings name and brings its tables up to date.
 *
 * @throws OperatorError if the data folder or PostgreSQL can't be used (`DATA_FOLDER_…`, `DATABASE_…`), its tables can't
 *   be migrated (`SCHEMA_TOO_NEW`, `MIGRATION_BLOCKED`), or it is part of a transfer (`MOVE_UNFINISHED`,
 *   `DATABASE_MOVED`)
 */
export async function openDatabase(config: Config, log: Logger, meter?: DatabaseMeter): Promise<Database> {
  const database = await openAs('up to date', config, log, meter);
  try {
    await checkNotTransferred(database.sql, nameOf(config));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens the database as the source or target of a transfer, even if the transfer is unfinished or complete. */
export function openForTransfer(config: Config, log: Logger): Promise<Database> {
  return openAs('up to date', config, log);
}

/** Opens the database without migrating it, for inspection only. */
export function connectDatabase(config: Config, log: Logger): Promise<Database> {
  return openAs('as they are', config, log);
}

function openAs(tables: Tables, config: Config, log: Logger, meter?: DatabaseMeter): Promise<Database> {
  return config.databaseUrl === undefined
    ? openEmbedded(config.dataFolder, log, meter, tables, config)
    : openPostgres(config.databaseUrl, config, log, meter, tables);
}

/** Returns a display name of the database in the settings, without the password. */
export function nameOf({ databaseUrl, dataFolder }: Config): string {
  if (databaseUrl === undefined) return dataFolder;
  const { host, pathname } = new URL(databaseUrl);
  return `postgres://${host}${pathname}`;
}
