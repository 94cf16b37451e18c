import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { fromPglite } from 'pg-boss';
import type { Logger } from 'pino';
import { backendOf } from '../backend.ts';
import type { Database, Tables } from '../database.ts';
import { type DatabaseMeter, logTo } from '../database-meter.ts';
import { migrate } from '../migrations/migrate.ts';
import type { Schema } from '../schema.ts';
import { LocalSignals } from '../signals.ts';
import { DiskGuard, RESERVE_BYTES } from './disk-guard.ts';
import { DurableFileSystem, durableStartParams, freeSpace } from './durable-file-system.ts';
import { FolderUnusable, lockFolder } from './folder-lock.ts';

/** The embedded database, with a count of its fsyncs. */
export interface EmbeddedDatabase extends Database {
  /** How often data was forced to the disk since it was opened. */
  syncs(): number;
  /** All of it as an archive (`.tar.gz`), as of now. It is in memory as a whole. */
  dump(): Promise<Blob>;
}

/** The folder of the embedded database below the data folder. */
export const EMBEDDED_FOLDER = 'postgres';

/** Whether a data folder has an embedded database. */
export const hasEmbedded = (dataFolder: string): boolean => existsSync(join(dataFolder, EMBEDDED_FOLDER));

/**
 * Opens PGlite durably in a folder of its own below the data folder, keeps others out of it, and brings its tables up to date.
 *
 * @throws FolderInUse where another process has it open; FolderUnusable where its disk is full
 */
export async function openEmbedded(
  dataFolder: string,
  log: Logger,
  meter?: DatabaseMeter,
  tables: Tables = 'up to date',
): Promise<EmbeddedDatabase> {
  const lock = lockFolder(dataFolder);
  const lost = Promise.withResolvers<Error>();
  try {
    // A full disk can be backed up all the same.
    if (tables === 'up to date' && freeSpace(dataFolder) < RESERVE_BYTES)
      throw new FolderUnusable(dataFolder, `its disk has less than ${RESERVE_BYTES / 1024 / 1024} MB left`);
    const fs = new DurableFileSystem(join(dataFolder, EMBEDDED_FOLDER));
    const pglite = new PGlite({ fs, startParams: durableStartParams(PGlite.defaultStartParams) });
    await pglite.waitReady;
    const guard = new DiskGuard(pglite, dataFolder, fs);
    const metered = logTo(meter).log;
    const sql = new Kysely<Schema>({
      dialect: new PGliteDialect({ pglite }),
      log: (event) => {
        if (event.level === 'error' && isPanic(event.error)) lost.resolve(event.error);
        metered?.(event);
      },
    });
    const backend = backendOf('pglite');
    if (tables === 'up to date')
      await migrate({ sql: sql as unknown as Kysely<unknown>, backend, holder: undefined }, log).catch(
        async (error: unknown) => {
          await pglite.close();
          throw error;
        },
      );
    const signals = new LocalSignals();
    return {
      sql,
      backend,
      engine: fromPglite(pglite),
      signals,
      exclusive: true,
      connections: () => undefined,
      lost: lost.promise,
      syncs: () => fs.syncs,
      async dump() {
        await pglite.exec('checkpoint');
        return pglite.dumpDataDir('gzip');
      },
      async close() {
        guard.stop();
        await signals.close();
        await sql.destroy();
        if (!pglite.closed) await pglite.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Whether PostgreSQL has given up; it answers nothing more. */
function isPanic(error: unknown): error is Error {
  return (error as { severity?: unknown }).severity === 'PANIC';
}
