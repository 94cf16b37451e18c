import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { chmod, copyFile, link, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makePrivate, PRIVATE_FILE, PRIVATE_FOLDER } from '../db/pglite/file-system.ts';
import {
  type ByteRange,
  type FileStore,
  ignoreMissing,
  type StoredFile,
  syncFile,
  syncFolder,
} from './blob-store.ts';

/** Stores files in a folder, which processes can share. A file is renamed to its key when it is complete and flushed. */
export class FolderStore implements FileStore {
  readonly scratchFolder: string;
  readonly sharesScratch = true;
  readonly #folder: string;

  /** @param folder its absolute path; restricts the permissions of files of earlier releases */
  constructor(folder: string) {
    this.#folder = folder;
    this.scratchFolder = join(folder, 'scratch');
    for (const name of ['uploads', 'results', 'scratch']) makePrivate(join(folder, name));
  }

  async put(key: string, content: Readable): Promise<void> {
    await this.#write(key, (part) =>
      pipeline(content, createWriteStream(part, { flags: 'wx', flush: true, mode: PRIVATE_FILE })),
    );
  }

  async putFile(key: string, path: string, settled: boolean): Promise<void> {
    await this.#write(key, async (part) => {
      const shared = settled && (await tryLink(path, part));
      if (!shared) await copyFile(path, part, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await syncFile(part);
    });
  }

  async open(key: string, range?: ByteRange): Promise<Readable | undefined> {
    const file = await open(this.localPath(key), 'r').catch(ignoreMissing);
    return file?.createReadStream(range);
  }

  async stat(key: string): Promise<StoredFile | undefined> {
    const found = await stat(this.localPath(key)).catch(ignoreMissing);
    return found?.isFile() ? { key, bytes: found.size, modified: found.mtime } : undefined;
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) await rm(this.localPath(key), { force: true });
  }

  async *list(prefix: string): AsyncIterable<StoredFile> {
    const folder = join(this.#folder, dirname(`${prefix}x`));
    const entries =
      (await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreMissing)) ?? [];
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const key = relative(this.#folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
      const file = key.startsWith(prefix) ? await this.stat(key) : undefined;
      if (file !== undefined) yield file;
    }
  }

  async freeBytes(): Promise<number> {
    await mkdir(this.#folder, { recursive: true, mode: PRIVATE_FOLDER });
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  localPath(key: string): string {
    return join(this.#folder, key);
  }

  async close(): Promise<void> {
    // A folder needs no closing.
  }

  async #write(key: string, write: (part: string) => Promise<void>): Promise<void> {
    const path = this.localPath(key);
    const folder = dirname(path);
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    const part = `${path}.${randomUUID()}.part`;
    try {
      await write(part);
      await chmod(part, PRIVATE_FILE); // a run may have created it with other permissions
      await rename(part, path);
      await syncFolder(folder);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }
}

/** Errors of file systems without hard links; EXDEV is a link to another file system. */
const NO_LINKS = ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Creates a hard link; false if the file system does not support it. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
