import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { OperatorError } from '../../core/errors.ts';
import { EMBEDDED_FOLDER, hasEmbedded, lockFolder, markRestored } from './data-folder.ts';
import { DurableFileSystem, durableStartParams, syncPath } from './file-system.ts';

/**
 * Restores the embedded database of a data folder from an archive of `EmbeddedDatabase.dump`. The restore is atomic and
 * durable.
 *
 * @throws OperatorError `DATABASE_EXISTS`; `ARCHIVE_INVALID` if the archive contains no database; errors of `lockFolder`
 */
export async function restoreEmbedded(dataFolder: string, archive: Uint8Array): Promise<void> {
  const lock = lockFolder(dataFolder);
  const target = join(dataFolder, EMBEDDED_FOLDER);
  const unfinished = `${target}.restoring`;
  try {
    if (hasEmbedded(dataFolder))
      throw new OperatorError(
        'DATABASE_EXISTS',
        `${target} already has a database; move it away, or set BATCHLINE_DATA to another folder.`,
      );
    await rm(unfinished, { recursive: true, force: true });
    await loadInto(unfinished, archive);
    await syncTree(unfinished);
    await rename(unfinished, target);
    syncPath(dataFolder);
    markRestored(dataFolder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    lock.release();
  }
}

async function loadInto(folder: string, archive: Uint8Array): Promise<void> {
  try {
    // PGlite could decompress it too, but a damaged archive would crash the process.
    const tar = new Uint8Array(await promisify(gunzip)(archive));
    const pglite = new PGlite({
      fs: new DurableFileSystem(folder),
      startParams: durableStartParams(PGlite.defaultStartParams),
      loadDataDir: new Blob([tar]),
    });
    await pglite.waitReady;
    await pglite.query('select count(*) from batchline.task');
    await pglite.close();
  } catch (error) {
    throw new OperatorError(
      'ARCHIVE_INVALID',
      `The archive contains no Batchline database (${(error as Error).message}); an archive of batchline backup is accepted.`,
      error,
    );
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    syncPath(join(entry.parentPath, entry.name));
  syncPath(folder);
}
