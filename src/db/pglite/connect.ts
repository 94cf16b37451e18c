import { join } from 'node:path';
import {
  type DialectAdapter,
  type Driver,
  Kysely,
  type PGlite as KyselyPGlite,
  PGliteAdapter,
  PGliteDialect,
} from 'kysely';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { DatabaseMeter } from '../../core/meters.ts';
import type { Database, Tables } from '../database.ts';
import { DEFAULT_LIST_SECONDS, ListReads } from '../list-reads.ts';
import { migrate } from '../migrations/migrate.ts';
import { LocalPubSub } from '../pubsub.ts';
import { DEFAULT_RUN_SECONDS, SharingDriver } from '../run-connections.ts';
import type { Schema } from '../schema.ts';
import { logTo, PREPARED_MARK } from '../sql.ts';
import {
  DataFolder,
  databaseDamaged,
  EMBEDDED_FOLDER,
  firstError,
  folderUnusable,
  lockFolder,
  reasonOf,
} from './data-folder.ts';
import { freeSpace, RESERVE_BYTES } from './file-system.ts';
import { PgliteFailed, PgliteThread } from './thread.ts';

/** Kysely's dialect for PGlite. It has one connection, which runs may hold for a limited time. */
class EmbeddedDialect extends PGliteDialect {
  readonly #runSeconds: number;

  constructor(config: ConstructorParameters<typeof PGliteDialect>[0], runSeconds: number) {
    super(config);
    this.#runSeconds = runSeconds;
  }

  override createDriver(): Driver {
    return new SharingDriver(super.createDriver(), { total: 1, forRuns: 1, runSeconds: this.#runSeconds });
  }

  override createAdapter(): DialectAdapter {
    return new SharedAdapter();
  }
}

/** Lets the driver serialize access, so that it can refuse a run. Kysely's own lock would make the run wait. */
class SharedAdapter extends PGliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

const DEFAULT_LIMITS = { runTransactionSeconds: DEFAULT_RUN_SECONDS, listSeconds: DEFAULT_LIST_SECONDS };

/** The embedded database. */
export interface EmbeddedDatabase extends Database {
  /** Returns the number of fsync calls since it was opened. */
  syncs(): number;
  /** Returns a consistent archive (`.tar.gz`) of the database, built in memory. */
  dump(): Promise<Blob>;
}

/**
 * Locks the data folder, opens a durable PGlite in it and migrates its tables.
 *
 * @throws OperatorError `DATA_FOLDER_IN_USE`, `DATA_FOLDER_UNUSABLE`, `OPEN_FILES_LIMIT`, `DATABASE_INCOMPLETE` or
 *   `DATABASE_DAMAGED`
 */
export async function openEmbedded(
  dataFolder: string,
  log: Logger,
  meter?: DatabaseMeter,
  tables: Tables = 'up to date',
  limits: Pick<Config, 'runTransactionSeconds' | 'listSeconds'> = DEFAULT_LIMITS,
): Promise<EmbeddedDatabase> {
  const { listSeconds } = limits;
  DataFolder.check(dataFolder);
  const lock = lockFolder(dataFolder);
  const crashed = Promise.withResolvers<Error>();
  try {
    // Backups work on a full disk.
    if (tables === 'up to date' && freeSpace(dataFolder) < RESERVE_BYTES)
      throw folderUnusable(dataFolder, `its disk has less than ${RESERVE_BYTES / 1024 / 1024} MB left`);
    const folder = DataFolder.prepare(dataFolder);
    if (!folder.wasClosed)
      log.info(
        { event: 'database.recovering' },
        'embedded database was not shut down cleanly; replaying its WAL',
      );
    if (folder.refused.length > 0)
      log.warn(
        { event: 'data_folder.insecure', paths: folder.refused },
        'files in the data folder belong to another user and may be readable by others',
      );
    const pglite = await openPglite(dataFolder, folder.isNew, crashed.resolve);
    const metered = logTo(meter).log;
    const sql = new Kysely<Schema>({
      dialect: new EmbeddedDialect(
        { pglite: pglite as unknown as KyselyPGlite },
        limits.runTransactionSeconds,
      ),
      log: (event) => {
        if (event.level === 'error' && isPanic(event.error)) crashed.resolve(event.error);
        metered?.(event);
      },
    });
    if (tables === 'up to date')
      await migrate(sql as unknown as Kysely<unknown>, log).catch(async (error: unknown) => {
        await pglite.close().catch(() => undefined); // the first error is the cause
        throw isDamage(error) ? databaseDamaged(dataFolder, reasonOf(error), error) : error;
      });
    folder.opened();
    const signals = new LocalPubSub();
    return {
      sql,
      backend: 'pglite',
      // One list at a time, so that other statements can run in between.
      lists: new ListReads((work) => pglite.within(listSeconds * 1000, () => work(sql)), listSeconds, 1),
      signals,
      exclusive: true,
      connections: () => undefined,
      crashed: crashed.promise,
      syncs: () => pglite.syncs,
      dump: () => pglite.dump(),
      async close() {
        await signals.close();
        await sql.destroy();
        if (!pglite.closed) await pglite.close();
        folder.closed();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Starts PostgreSQL on the files. @param onCrash called if it ends unexpectedly */
async function openPglite(
  dataFolder: string,
  isNew: boolean,
  onCrash: (error: Error) => void,
): Promise<PgliteThread> {
  try {
    return await PgliteThread.open(
      { folder: join(dataFolder, EMBEDDED_FOLDER), dataFolder },
      {
        onCrash,
        isPrepared: (text) => text.endsWith(PREPARED_MARK),
      },
    );
  } catch (error) {
    const report = error instanceof PgliteFailed ? error.report : [];
    const reason = firstError([...report]) ?? reasonOf(error);
    if (isNew || /permission denied|no space left/i.test(reason)) throw folderUnusable(dataFolder, reason);
    throw databaseDamaged(dataFolder, reason, error);
  }
}

/** Returns true if a statement failed because a file of the database is missing or damaged. */
function isDamage(error: unknown): boolean {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return /^(XX00[12]|58P01|58030)$/.test(String(code)) || name === 'RuntimeError';
}

/** Returns true if PostgreSQL has crashed; it executes no more statements. */
function isPanic(error: unknown): error is Error {
  return (error as { severity?: unknown }).severity === 'PANIC';
}
