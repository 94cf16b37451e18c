import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Database, Tables } from './database.ts';
import type { DatabaseMeter } from './meter.ts';
import { openEmbedded } from './pglite/connect.ts';
import { openPostgres } from './postgres/connect.ts';
import { checkNotTransferred } from './transfer/state.ts';

/**
 * Opens the database that the settings name and brings its tables up to date.
 *
 * @throws OperatorError if the data folder or PostgreSQL can't be used (`DATA_FOLDER_…`, `DATABASE_…`), its tables can't
 *   be migrated (`SCHEMA_TOO_NEW`, `MIGRATION_BLOCKED`), or it is being moved (`MOVE_UNFINISHED`)
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

/** Opens the database as `openDatabase` does, to move it or to move into it: also where that has been begun or done. */
export function openForTransfer(config: Config, log: Logger): Promise<Database> {
  return openAs('up to date', config, log);
}

/** Opens the database with its tables as they are: to look at it, and for nothing else. */
export function connectDatabase(config: Config, log: Logger): Promise<Database> {
  return openAs('as they are', config, log);
}

function openAs(tables: Tables, config: Config, log: Logger, meter?: DatabaseMeter): Promise<Database> {
  return config.databaseUrl === undefined
    ? openEmbedded(config.dataFolder, log, meter, tables, config)
    : openPostgres(config.databaseUrl, config, log, meter, tables);
}

/** What people call the database that the settings name: without its password. */
export function nameOf({ databaseUrl, dataFolder }: Config): string {
  if (databaseUrl === undefined) return dataFolder;
  const { host, pathname } = new URL(databaseUrl);
  return `postgres://${host}${pathname}`;
}
