import { closeSync, fsyncSync, openSync, statfsSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What we use of Emscripten's NODEFS. */
interface NodeFsModule {
  readonly NODEFS: {
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

  override async init(pg: PGlite, options: Parameters<NodeFS['init']>[1]): ReturnType<NodeFS['init']> {
    const result = await super.init(pg, options);
    const addFsync = (module: unknown): void => {
      const { NODEFS } = module as NodeFsModule;
      NODEFS.stream_ops.fsync = (stream) => {
        this.syncs += 1;
        if (stream.nfd !== undefined) fsyncSync(stream.nfd);
        else syncFolder(NODEFS.realPath(stream.node));
        this.onSync();
        return 0;
      };
    };
    result.emscriptenOpts.preRun = [...(result.emscriptenOpts.preRun ?? []), addFsync];
    return result;
  }
}

/** Folders have no descriptor in NODEFS, so one is opened for the sync. */
function syncFolder(path: string): void {
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
