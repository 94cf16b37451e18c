import type { FileStore, FilesPlace } from './blob-store.ts';
import { FolderStore } from './blob-store-folder.ts';

/**
 * Opens the store that the settings name. The client of S3 is loaded only where it is used.
 *
 * @param scratchFolder absolute path of a folder of this machine, for a store that has none itself
 * @param mostBytes the size of the largest file that will be kept
 * @throws OperatorError `FILES_UNREACHABLE` if the bucket can't be used
 */
export async function openStore(
  place: FilesPlace,
  scratchFolder: string,
  mostBytes: number,
): Promise<FileStore> {
  if (place.kind === 'folder') return new FolderStore(place.folder);
  const { S3Store } = await import('./blob-store-s3.ts');
  const store = new S3Store(place, scratchFolder, mostBytes);
  await store.check();
  return store;
}
