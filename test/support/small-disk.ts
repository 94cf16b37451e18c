import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Users other than root can mount in their own user namespace. */
const UNSHARE = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
const ENTER = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--preserve-credentials', '--mount'];

/** True if this machine allows mounting a disk: Linux with namespaces. */
export function canMount(): boolean {
  const { status } = spawnSync('unshare', [...UNSHARE, 'mount', '-t', 'tmpfs', 'none', tmpdir()]);
  return status === 0;
}

/** A real file system of a few megabytes, in memory, visible only to processes that enter it. */
export interface SmallDisk {
  /** Its path for those processes. */
  readonly folder: string;
  /** Its path for all other processes, while it exists. */
  readonly outside: string;
  /** The command line that runs a command with access to the disk. */
  entering(command: readonly string[]): [string, ...string[]];
  remove(): Promise<void>;
}

/** Creates a small disk. */
export async function createSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-disk-'));
  const mount = `mount -t tmpfs -o size=${megabytes}m none "$0" && echo mounted && exec sleep infinity`;
  const holder: ChildProcess = spawn('unshare', [...UNSHARE, 'sh', '-c', mount, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(holder, 'exit');
  await Promise.race([once(holder.stdout as NodeJS.ReadableStream, 'data'), exited]);
  if (holder.exitCode !== null) throw new Error('A disk could not be mounted.');
  return {
    folder,
    outside: join(`/proc/${holder.pid}/root`, folder),
    entering: (command) => ['nsenter', '--target', String(holder.pid), ...ENTER, ...command],
    async remove() {
      holder.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
