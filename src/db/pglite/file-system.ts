import { closeSync, fsyncSync, openSync, statfsSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { FOREIGN_RIGHTS } from './private-access.ts';
import type { WasmMemory } from './shared-memory.ts';

/** What we use of Emscripten's NODEFS. */
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
 * Makes PGlite durable: its own file system has no fsync, and `-F` in its parameters tells PostgreSQL not to
 * call one, so that a power cut could lose what was committed (docs/decisions/0002-durable-pglite.md).
 */
export class DurableFileSystem extends NodeFS {
  /** How often data was forced to the disk. */
  syncs = 0;
  /** Called whenever data was forced to the disk. */
  onSync: () => void = () => undefined;
  /** The memory of PostgreSQL. */
  memory: WasmMemory | undefined;

  override async init(pg: PGlite, options: Parameters<NodeFS['init']>[1]): ReturnType<NodeFS['init']> {
    const result = await super.init(pg, options);
    const addCalls = (module: unknown): void => {
      const { NODEFS } = module as NodeFsModule;
      keepPrivate(NODEFS.node_ops);
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

/** Removes permissions of group and others from everything that PGlite creates: it creates some files with 0666. */
function keepPrivate(operations: NodeFsModule['NODEFS']['node_ops']): void {
  const { mknod, setattr } = operations;
  operations.mknod = (parent, name, mode, device) => mknod(parent, name, mode & ~FOREIGN_RIGHTS, device);
  operations.setattr = (node, attributes) =>
    setattr(
      node,
      attributes.mode === undefined ? attributes : { ...attributes, mode: attributes.mode & ~FOREIGN_RIGHTS },
    );
}

/** Forces a file or folder to the disk by its path: folders have no descriptor in NODEFS. */
export function syncPath(path: string): void {
  if (process.platform === 'win32') return; // folders can't be synced there
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** PostgreSQL's parameters for a durable PGlite: without `-F`, and with fsync, the one call that NODEFS passes on. */
export function durableStartParams(defaults: readonly string[]): string[] {
  return [...defaults.filter((parameter) => parameter !== '-F'), '-c', 'wal_sync_method=fsync'];
}

/** Bytes that are free on the disk of a folder. */
export function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
