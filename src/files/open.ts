import type { FileStore, FilesPlace } from './blob-store.ts';
import { FolderStore } from './blob-store-folder.ts';

/**
 * Opens the configured store. Loads the S3 client only if it is used.
 *
 * @param scratchFolder absolute path of a local folder, for stores that have none
 * @param maxBytes maximum size of a file
 * @throws OperatorError `FILES_UNREACHABLE` if the bucket can't be used
 */
export async function openStore(
  place: FilesPlace,
  scratchFolder: string,
  maxBytes: number,
): Promise<FileStore> {
  if (place.kind === 'folder') return new FolderStore(place.folder);
  const { S3Store } = await import('./blob-store-s3.ts');
  const store = new S3Store(place, scratchFolder, maxBytes);
  await store.check();
  return store;
}
