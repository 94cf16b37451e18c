import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { OperatorError } from '../../core/operator-error.ts';
import { EMBEDDED_FOLDER, hasEmbedded, markRestored } from './data-folder.ts';
import { DurableFileSystem, durableStartParams, syncPath } from './file-system.ts';
import { lockFolder } from './folder-lock.ts';

/**
 * Makes the embedded database of a folder anew from an archive that `dump` has made. It is there as a whole and forced
 * to the disk, or not at all.
 *
 * @throws OperatorError `DATABASE_EXISTS`; `ARCHIVE_INVALID` if the archive holds no database; what `lockFolder` throws
 */
export async function restoreEmbedded(dataFolder: string, archive: Uint8Array): Promise<void> {
  const lock = lockFolder(dataFolder);
  const target = join(dataFolder, EMBEDDED_FOLDER);
  const unfinished = `${target}.restoring`;
  try {
    if (hasEmbedded(dataFolder))
      throw new OperatorError(
        'DATABASE_EXISTS',
        `There is a database in ${target} already; name another folder in BATCHLINE_DATA, or move that one away.`,
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
    // PGlite would unpack it too, but a damaged one would end the process.
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
      `The archive holds no database of Batchline (${(error as Error).message}); what batchline backup has written is accepted.`,
      error,
    );
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    syncPath(join(entry.parentPath, entry.name));
  syncPath(folder);
}
