import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Mode of every folder that holds data: only the server's own user may enter it. */
export const PRIVATE_FOLDER = 0o700;
/** Mode of every file that holds data. */
export const PRIVATE_FILE = 0o600;
/** Permissions of group and others. */
export const FOREIGN_RIGHTS = 0o077;

/**
 * Removes the permissions of group and others from a file, or from a folder and everything in it. A folder that is
 * already private is not searched: this program creates everything in it as private. The folder itself comes
 * last, so that an interrupted run is repeated. Symbolic links are left alone.
 *
 * @returns the paths whose permissions could not be changed, because they belong to another user
 */
export function makePrivate(path: string, { deep = true } = {}): string[] {
  if (process.platform === 'win32') return []; // Windows has no such permissions
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
