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
import type { Database, Tables } from '../database.ts';
import { DEFAULT_LIST_SECONDS, ListReads } from '../list-reads.ts';
import { type DatabaseMeter, logTo } from '../meter.ts';
import { migrate } from '../migrations/migrate.ts';
import { LocalPubSub } from '../pubsub.ts';
import { DEFAULT_RUN_SECONDS, SharingDriver } from '../run-connections.ts';
import type { Schema } from '../schema.ts';
import {
  DataFolder,
  databaseDamaged,
  EMBEDDED_FOLDER,
  firstError,
  folderUnusable,
  reasonOf,
} from './data-folder.ts';
import { freeSpace, RESERVE_BYTES } from './file-system.ts';
import { lockFolder } from './folder-lock.ts';
import { PgliteFailed, PgliteThread } from './thread.ts';

/** Kysely's dialect for PGlite. Its only connection is shared by all, and runs can't keep it. */
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

/** The driver serializes uses of the connection. Kysely would wait before the driver could refuse. */
class SharedAdapter extends PGliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

const DEFAULT_LIMITS = { runTransactionSeconds: DEFAULT_RUN_SECONDS, listSeconds: DEFAULT_LIST_SECONDS };

/** The embedded database, with a count of its fsyncs. */
export interface EmbeddedDatabase extends Database {
  /** How often data was forced to the disk since it was opened. */
  syncs(): number;
  /** All of it as an archive (`.tar.gz`), as of now. It is in memory as a whole. */
  dump(): Promise<Blob>;
}

/**
 * Opens PGlite durably in a folder of its own below the data folder, keeps others out of it, and brings its tables up to date.
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
  const lost = Promise.withResolvers<Error>();
  try {
    // A full disk can be backed up all the same.
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
    const pglite = await openPglite(dataFolder, folder.isNew, lost.resolve);
    const metered = logTo(meter).log;
    const sql = new Kysely<Schema>({
      dialect: new EmbeddedDialect(
        { pglite: pglite as unknown as KyselyPGlite },
        limits.runTransactionSeconds,
      ),
      log: (event) => {
        if (event.level === 'error' && isPanic(event.error)) lost.resolve(event.error);
        metered?.(event);
      },
    });
    if (tables === 'up to date')
      await migrate(sql as unknown as Kysely<unknown>, log).catch(async (error: unknown) => {
        await pglite.close().catch(() => undefined); // the first error says why
        throw isDamage(error) ? databaseDamaged(dataFolder, reasonOf(error), error) : error;
      });
    folder.opened();
    const signals = new LocalPubSub();
    return {
      sql,
      backend: 'pglite',
      // One at a time: other lists wait outside, and other statements run in between.
      lists: new ListReads((work) => pglite.within(listSeconds * 1000, () => work(sql)), listSeconds, 1),
      signals,
      exclusive: true,
      connections: () => undefined,
      lost: lost.promise,
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

/** Starts PostgreSQL on the files. @param lost called if it ends unexpectedly */
async function openPglite(
  dataFolder: string,
  isNew: boolean,
  lost: (error: Error) => void,
): Promise<PgliteThread> {
  try {
    return await PgliteThread.open({ folder: join(dataFolder, EMBEDDED_FOLDER), dataFolder }, lost);
  } catch (error) {
    const report = error instanceof PgliteFailed ? error.report : [];
    const reason = firstError([...report]) ?? reasonOf(error);
    if (isNew || /permission denied|no space left/i.test(reason)) throw folderUnusable(dataFolder, reason);
    throw databaseDamaged(dataFolder, reason, error);
  }
}

/** Returns whether a statement failed because a file of the database is missing or damaged. */
function isDamage(error: unknown): boolean {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return /^(XX00[12]|58P01|58030)$/.test(String(code)) || name === 'RuntimeError';
}

/** Whether PostgreSQL has given up; it answers nothing more. */
function isPanic(error: unknown): error is Error {
  return (error as { severity?: unknown }).severity === 'PANIC';
}
