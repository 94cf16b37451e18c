import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { BackendName } from './backend.ts';
import type { DatabaseMeter } from './database-meter.ts';
import { openEmbedded } from './embedded/open-embedded.ts';
import type { ListReads } from './list-reads.ts';
import { checkNotMoved } from './move/move-state.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import type { Schema } from './schema.ts';
import type { Signals } from './signals.ts';

/** The open database and what comes with it. */
export interface Database {
  readonly sql: Kysely<Schema>;
  /** The kind of database. */
  readonly backend: BackendName;
  /** Reads lists, whose cost depends on the request. */
  readonly lists: ListReads;
  readonly signals: Signals;
  /** Whether no other process can be using the database: leases of earlier processes are void. */
  readonly exclusive: boolean;
  /** The connections of this process now; `undefined` where the database is embedded and has none. */
  readonly connections: () => Connections | undefined;
  /** Resolves where the database has given up in this process, which can only be started again. */
  readonly lost?: Promise<Error>;
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
 * @throws OperatorError if the data folder or PostgreSQL can't be used (`DATA_FOLDER_…`, `DATABASE_…`), its tables can't
 *   be migrated (`SCHEMA_TOO_NEW`, `MIGRATION_BLOCKED`), or it is being moved (`MOVE_UNFINISHED`)
 */
export async function openDatabase(config: Config, log: Logger, meter?: DatabaseMeter): Promise<Database> {
  const database = await openAs('up to date', config, log, meter);
  try {
    await checkNotMoved(database.sql, nameOf(config));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens the database as `openDatabase` does, to move it or to move into it: also where that has been begun or done. */
export function openToMove(config: Config, log: Logger): Promise<Database> {
  return openAs('up to date', config, log);
}

/** Opens the database with its tables as they are: to look at it, and for nothing else. */
export function connectDatabase(config: Config, log: Logger): Promise<Database> {
  return openAs('as they are', config, log);
}

/** Whether the tables of a database that is opened are brought up to date. */
export type Tables = 'up to date' | 'as they are';

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
