import { chmodSync, closeSync, fsyncSync, lstatSync, openSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import type { WasmMemory } from './shared-memory.ts';

/** Mode of every folder that holds data: only the server's own user may enter it. */
export const PRIVATE_FOLDER = 0o700;
/** Mode of every file that holds data. */
export const PRIVATE_FILE = 0o600;
/** Permissions of group and others. */
const FOREIGN_RIGHTS = 0o077;

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

/** The parts of Emscripten's NODEFS that we use. */
interface NodeFsModule {
  readonly NODEFS: {
    readonly node_ops: {
      mknod(parent: unknown, name: string, mode: number, device: number): unknown;
      setattr(node: unknown, attributes: { readonly mode?: number }): void;
    };
    readonly stream_ops: { fsync?: (stream: NodeFsStream) => number };
    realPath(node: unknown): string;
  };
}
interface NodeFsStream {
  readonly nfd?: number;
  readonly node: unknown;
}

/**
 * Makes PGlite durable. Its own file system has no fsync, and its parameter `-F` tells PostgreSQL not to call it, so a
 * power failure could lose committed transactions (docs/decisions/0002-durable-pglite.md).
 */
export class DurableFileSystem extends NodeFS {
  /** Number of fsync calls. */
  syncs = 0;
  /** Called after each fsync. */
  onSync: () => void = () => undefined;
  /** The memory of PostgreSQL. */
  memory: WasmMemory | undefined;

  override async init(pg: PGlite, options: Parameters<NodeFS['init']>[1]): ReturnType<NodeFS['init']> {
    const result = await super.init(pg, options);
    const addCalls = (module: unknown): void => {
      const { NODEFS } = module as NodeFsModule;
      removeForeignRights(NODEFS.node_ops);
      NODEFS.stream_ops.fsync = (stream) => {
        this.syncs += 1;
        if (stream.nfd !== undefined) fsyncSync(stream.nfd);
        else syncPath(NODEFS.realPath(stream.node));
        this.onSync();
        return 0;
      };
    };
    this.memory = (result.emscriptenOpts as { readonly wasmMemory?: WasmMemory }).wasmMemory;
    result.emscriptenOpts.preRun = [...(result.emscriptenOpts.preRun ?? []), addCalls];
    return result;
  }
}

/** Removes the permissions of group and others from everything that PGlite creates: it creates some files with 0666. */
function removeForeignRights(operations: NodeFsModule['NODEFS']['node_ops']): void {
  const { mknod, setattr } = operations;
  operations.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ~FOREIGN_RIGHTS, device);
  operations.setattr = (node, attributes) =>
    setattr(
      node,
      attributes.mode === undefined ? attributes : { ...attributes, mode: attributes.mode & ~FOREIGN_RIGHTS },
    );
}

/** Calls fsync on a file or folder by its path: folders have no descriptor in NODEFS. */
export function syncPath(path: string): void {
  if (process.platform === 'win32') return; // folders can't be synced there
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Returns PostgreSQL's parameters for a durable PGlite: without `-F`, and with fsync, the only sync call of NODEFS.
 * Page images are compressed: they are more than half of what retention writes (docs/decisions/0040-retention-writes-less.md).
 */
export function durableStartParams(defaults: readonly string[]): string[] {
  const settings = ['-c', 'wal_sync_method=fsync', '-c', 'wal_compression=pglz'];
  return [...defaults.filter((parameter) => parameter !== '-F'), ...settings];
}

/** Returns the free bytes of the disk that a folder is on. */
export function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Two WAL segments. If PostgreSQL can't create the next segment, it panics. */
export const RESERVE_BYTES = 2 * 16 * 1024 * 1024;
/** Interval of checks for free space while the disk is full. */
const CHECK_MS = 500;

/**
 * Prevents the embedded database from filling its disk. While less than `RESERVE_BYTES` is free, the database is
 * read-only (SQLSTATE 25006). The free space is checked at each commit.
 */
export class DiskGuard {
  readonly #pglite: PGlite;
  readonly #folder: string;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(pglite: PGlite, folder: string, fs: DurableFileSystem) {
    this.#pglite = pglite;
    this.#folder = folder;
    fs.onSync = () => this.#check();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isFull = true; // prevents further statements
  }

  #check(): void {
    if (this.#isFull || freeSpace(this.#folder) >= RESERVE_BYTES) return;
    this.#isFull = true;
    this.#allowWrites(false);
    this.#recheck();
  }

  #recheck(): void {
    this.#timer = setTimeout(() => {
      if (freeSpace(this.#folder) < RESERVE_BYTES) {
        this.#recheck();
        return;
      }
      this.#isFull = false;
      this.#allowWrites(true);
    }, CHECK_MS);
  }

  /** Takes effect with the next transaction. It fails only if the database is closed or has crashed. */
  #allowWrites(allowed: boolean): void {
    this.#pglite
      .query(`set default_transaction_read_only = ${allowed ? 'off' : 'on'}`)
      .catch(() => undefined);
  }
}
