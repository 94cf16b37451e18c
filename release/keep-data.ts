import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';

/**
 * Keeps the data of a release for the upgrade tests of later ones. Runs the server of a checkout on an empty folder, uses most
 * features, stops in the middle of a run, and packs the folder to
 * `test/integration/release/kept/<version>.tar.zst`. Run it once at each release:
 *
 *     node release/keep-data.ts [folder of the checkout]
 */
const checkout = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
const { version } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
const folder = await mkdtemp(join(tmpdir(), 'batchline-release-'));
const admin = 'admin:correct horse';
const anna = 'anna:password of anna';

const HANDLERS = 'test/integration/release/handlers.ts';
const handlers = join(checkout, HANDLERS);
const source = join(import.meta.dirname, '..', HANDLERS);
if (handlers !== source) await copyFile(source, handlers);

const server = spawn(process.execPath, ['src/cli/main.ts', 'serve'], {
  cwd: checkout,
  env: {
    PATH: process.env.PATH ?? '',
    HOST: '127.0.0.1',
    PORT: '0',
    BATCHLINE_DATA: folder,
    BATCHLINE_ADMIN: admin,
    BATCHLINE_SHUTDOWN_GRACE_SECONDS: '0',
    BATCHLINE_HANDLERS: handlers,
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise<string>((found, failed) => {
  let output = '';
  server.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const address = /ready at (\S+)/.exec(output)?.[1];
    if (address !== undefined) found(address);
  });
  server.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
});

await post('/Users', { Login: 'anna', Password: 'password of anna', Roles: [] });
await post('/Tokens', { Name: 'laptop', Scopes: ['read', 'write'] });
await post('/Webhooks', { Url: 'https://example.org/hook' });
await post('/Schedules', {
  Name: 'nightly',
  Cron: '0 3 * * *',
  TimeZone: 'Europe/Oslo',
  Definition: 'countdown',
  ParameterObject: { seconds: '0' },
});
await call('PUT', '/Definitions/countdown/Limits', JSON.stringify({ Concurrent: 5 }));
await call('POST', '/Uploads?Name=people.csv', 'id,name\n1,Anna\n', admin, 'text/csv');
const ended = [
  await start('ends well', { seconds: '1' }),
  await start('fails', { seconds: '1', failAt: '50' }),
  await post<number>('/BatchTask', {
    Name: 'table-export',
    Description: 'with a file',
    ParameterObject: { format: 'csv' },
  }),
];
const ofAnna = await start('of anna', { seconds: '0' }, anna);
for (const id of ended) await until(id, /Succeeded|Failed/);
await until(ofAnna, /Succeeded/, anna);
await post('/BatchTask?DelaySeconds=300000000', {
  Name: 'countdown',
  Description: 'for later',
  ParameterObject: { seconds: '0' },
});
const parent = await post<number>('/BatchTask', { Name: 'kept-parent', Description: 'waits for a child' });
await untilText(parent, 'children have ended');
const flaky = await post<number>('/BatchTask', { Name: 'kept-flaky', Description: 'in its back-off' });
await until(flaky, /New/, admin, 1);
await until(await start('in the middle', { seconds: '2' }), /Started/);
server.kill('SIGINT');
await once(server, 'exit');

const tar = spawnSync('tar', ['-c', '-C', folder, '--exclude=lock.*', '.'], { maxBuffer: 2 ** 30 });
if (tar.status !== 0) throw new Error(`tar ended with ${tar.status}: ${tar.stderr}`);
const smallest = { [constants.ZSTD_c_compressionLevel]: 22, [constants.ZSTD_c_windowLog]: 27 };
const archive = join(import.meta.dirname, `../test/integration/release/kept/${version}.tar.zst`);
await writeFile(archive, zstdCompressSync(tar.stdout, { params: smallest }));
await rm(folder, { recursive: true });
process.stdout.write(`${archive}\n`);

/** Calls the server and returns its response, with the type that the caller expects. */
async function call<T = unknown>(
  method: string,
  path: string,
  body?: string,
  login = admin,
  type = 'application/json',
): Promise<T> {
  const Authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { Authorization, ...(body === undefined ? {} : { 'Content-Type': type }) },
    ...(body === undefined ? {} : { body }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

function post<T = unknown>(path: string, body: object, login?: string): Promise<T> {
  return call<T>('POST', path, JSON.stringify(body), login);
}

function start(description: string, parameters: Record<string, string>, login?: string): Promise<number> {
  return post<number>(
    '/BatchTask',
    { Name: 'countdown', Description: description, ParameterObject: parameters },
    login,
  );
}

async function until(id: number, states: RegExp, login?: string, starts = 0): Promise<void> {
  for (;;) {
    const task = await call<{ State: string; StartCount: number }>(
      'GET',
      `/BatchTask/${id}`,
      undefined,
      login,
    );
    if (states.test(task.State) && task.StartCount >= starts) return;
  }
}

async function untilText(id: number, text: string): Promise<void> {
  for (;;) {
    const { ProgressDescription } = await call<{ ProgressDescription: string }>('GET', `/BatchTask/${id}`);
    if (ProgressDescription.includes(text)) return;
  }
}
