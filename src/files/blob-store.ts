import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Bytes from `start` to `end`, both included; 0 is the first. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Metadata of a stored file. */
export interface StoredFile {
  readonly key: string;
  readonly bytes: number;
  /** Time of the write by the store's clock. */
  readonly modified: Date;
}

/**
 * Stores files by keys such as `uploads/<uuid>`. Writes are atomic, and files are immutable: new content gets a new key.
 * Every method throws the error of the file system or service.
 */
export interface FileStore {
  /** Absolute path of the folder for files that are not stored yet, and for local copies. */
  readonly scratchFolder: string;
  /** Whether all processes that use the store share the scratch folder. */
  readonly sharesScratch: boolean;

  /** Stores a stream of any length. Durable when the promise resolves; a broken stream leaves nothing. */
  put(key: string, content: Readable): Promise<void>;
  /**
   * Stores a file of the scratch folder, and keeps the original. Durable when the promise resolves.
   *
   * @param settled whether the file no longer changes, so that the store can link it instead of copying it
   */
  putFile(key: string, path: string, settled: boolean): Promise<void>;
  /** Returns the content, or a range within its length; `undefined` if there is no such file. */
  open(key: string, range?: ByteRange): Promise<Readable | undefined>;
  stat(key: string): Promise<StoredFile | undefined>;
  /** Deletes files. Missing ones are ignored. */
  delete(keys: readonly string[]): Promise<void>;
  /** Lists the files with a prefix, in any order, including the remains of broken writes. */
  list(prefix: string): AsyncIterable<StoredFile>;
  /** Returns the free bytes of the store; `undefined` if it has no disk that can fill up. */
  freeBytes(): Promise<number | undefined>;
  /** Returns the path of a file for reading; `undefined` if the file must be downloaded. */
  localPath(key: string): string | undefined;
  close(): Promise<void>;
}

/** A local folder, or a shared one. */
interface FolderPlace {
  readonly kind: 'folder';
  /** Its absolute path. */
  readonly folder: string;
}

/** A bucket of S3 or a compatible service. */
export interface S3Place {
  readonly kind: 's3';
  readonly bucket: string;
  /** Prefix of all keys: empty, or ending with a slash. */
  readonly prefix: string;
  /** The URL of the service; `undefined` for Amazon's. */
  readonly endpoint: string | undefined;
  /** `undefined` for the AWS settings of the environment. */
  readonly region: string | undefined;
  /** `undefined` for the AWS settings of the environment, or the role of the machine. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** The location of stored files. */
export type FilesPlace = FolderPlace | S3Place;

/** A catch handler that returns `undefined` for a missing file or folder. @throws any other error */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}

/** Flushes a file's content to disk. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes a folder's entries to disk, so that a new file survives a power cut. Windows has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Returns the SHA-256 of a file, in hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
