import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onServer } from './on-server.ts';
import { initialise, runPostgres, unpackPostgres } from './postgres-server.ts';

const run = promisify(execFile);

/** A primary with a synchronous standby, on loopback. */
export interface PostgresPair {
  /** Addresses of the database `postgres`. */
  readonly primary: string;
  readonly standby: string;
  /** Kills all processes of the primary at once, as the loss of its machine would. */
  killPrimary(): Promise<void>;
  /** Promotes the standby. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the pair; resolves when commits of the primary are on both.
 *
 * @param installed the folder of the programs; by default those from the npm registry
 */
export async function startPostgresPair(installed?: string): Promise<PostgresPair> {
  const programs = await unpackPostgres(installed);
  const data = await initialise(programs, 'primary');
  const copy = join(programs.folder, 'standby');
  // Nothing has run on it yet, so a copy is a valid backup.
  await run('cp', ['-a', data, copy], programs.identity);
  await run('touch', [join(copy, 'standby.signal')], programs.identity);
  const common = ['fsync=off', 'max_connections=100', 'shared_buffers=64MB', 'wal_keep_size=256MB'];
  const synchronous = ['synchronous_standby_names=standby', 'synchronous_commit=on'];
  const primary = await runPostgres(programs, data, [...common, ...synchronous], true);
  const { port } = new URL(primary.url);
  const source = `primary_conninfo=host=127.0.0.1 port=${port} user=postgres application_name=standby`;
  const standby = await runPostgres(programs, copy, [...common, source], true);
  await onServer(primary.url, 'create table replicated ()'); // returns when the standby has it
  return {
    primary: primary.url,
    standby: standby.url,
    async killPrimary() {
      const exited = once(primary.child, 'exit');
      process.kill(-(primary.child.pid ?? 0), 'SIGKILL');
      await exited;
    },
    promote: async () => {
      await onServer(standby.url, 'select pg_promote()');
    },
    async stop() {
      for (const { child } of [standby, primary]) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGQUIT'); // immediate shutdown
        await once(child, 'exit');
      }
      await rm(programs.folder, { recursive: true, force: true });
    },
  };
}
