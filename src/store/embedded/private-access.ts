import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Mode of every folder that holds data: only the server's own user may enter it. */
export const PRIVATE_FOLDER = 0o700;
/** Mode of every file that holds data. */
export const PRIVATE_FILE = 0o600;
/** The rights of the group and of others. */
export const FOREIGN_RIGHTS = 0o077;

/**
 * Takes the rights of the group and of others off a file, or off a folder and everything in it. A folder that is
 * private already is not searched: what this program makes in it is private from the start. The folder itself comes
 * last, so that an interrupted run is repeated. Symbolic links are left alone.
 *
 * @returns the paths whose rights could not be changed, because they belong to another user
 */
export function makePrivate(path: string, { deep = true } = {}): string[] {
  if (process.platform === 'win32') return []; // it has no such rights
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.mode & FOREIGN_RIGHTS) === 0) return [];
  if (!found.isFile() && !found.isDirectory()) return [];
  const refused =
    deep && found.isDirectory() ? readdirSync(path).flatMap((name) => makePrivate(join(path, name))) : [];
  try {
    chmodSync(path, found.mode & 0o7777 & ~FOREIGN_RIGHTS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    refused.push(path);
  }
  return refused;
}
