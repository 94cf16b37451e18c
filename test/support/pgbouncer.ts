import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './postgres-server.ts';

/** Debian's PgBouncer in front of a PostgreSQL, on loopback. */
export interface PgBouncer {
  /** The address of a database through it. */
  through(databaseUrl: string): string;
  stop(): Promise<void>;
}

/** PgBouncer refuses to run as root, as PostgreSQL does. */
const UNPRIVILEGED = 65_534;

/**
 * Starts PgBouncer; resolves when it accepts connections.
 *
 * @param poolSize its number of server connections for all clients
 */
export async function startPgBouncer(
  serverUrl: string,
  mode: 'transaction' | 'session',
  poolSize: number,
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'batchline-pgbouncer-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: join(folder, 'users'),
    pool_mode: mode,
    default_pool_size: poolSize,
    max_client_conn: 200,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const target = `* = host=127.0.0.1 port=${new URL(serverUrl).port}`;
  await writeFile(join(folder, 'users'), '"postgres" ""\n');
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    ['[databases]', target, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  const child = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`PgBouncer ended with ${code}:\n${said}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('process up')) resolve();
    });
  });
  child.stderr.removeAllListeners('data').resume();
  return {
    through(databaseUrl) {
      const url = new URL(databaseUrl);
      url.port = String(port);
      return url.href;
    },
    async stop() {
      child.removeAllListeners('exit');
      child.kill('SIGQUIT'); // immediate shutdown
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
