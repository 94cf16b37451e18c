import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { fromPglite } from 'pg-boss';
import type { Database } from '../database.ts';
import type { Schema } from '../schema.ts';
import { LocalSignals } from '../signals.ts';
import { DiskGuard, RESERVE_BYTES } from './disk-guard.ts';
import { DurableFileSystem, durableStartParams, freeSpace } from './durable-file-system.ts';
import { FolderUnusable, lockFolder } from './folder-lock.ts';

/** The embedded database, with a count of its fsyncs. */
export interface EmbeddedDatabase extends Database {
  /** How often data was forced to the disk since it was opened. */
  syncs(): number;
}

/**
 * Opens PGlite durably in a folder of its own below the data folder, and keeps others out of it.
 *
 * @throws FolderInUse where another process has it open; FolderUnusable where its disk is full
 */
export async function openEmbedded(dataFolder: string): Promise<EmbeddedDatabase> {
  const lock = lockFolder(dataFolder);
  const lost = Promise.withResolvers<Error>();
  try {
    if (freeSpace(dataFolder) < RESERVE_BYTES)
      throw new FolderUnusable(dataFolder, `its disk has less than ${RESERVE_BYTES / 1024 / 1024} MB left`);
    const fs = new DurableFileSystem(join(dataFolder, 'postgres'));
    const pglite = new PGlite({ fs, startParams: durableStartParams(PGlite.defaultStartParams) });
    await pglite.waitReady;
    const guard = new DiskGuard(pglite, dataFolder, fs);
    const sql = new Kysely<Schema>({
      dialect: new PGliteDialect({ pglite }),
      log: (event) => {
        if (event.level === 'error' && isPanic(event.error)) lost.resolve(event.error);
      },
    });
    const signals = new LocalSignals();
    return {
      sql,
      engine: { backend: 'pglite', db: fromPglite(pglite) },
      signals,
      exclusive: true,
      lost: lost.promise,
      syncs: () => fs.syncs,
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
