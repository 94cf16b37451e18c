import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExitCode } from '../../src/cli/output.ts';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN } from '../support/associates.ts';
import { createEmptyPlace, createPlace, type Place } from '../support/databases.ts';
import { SHORT_LIVED } from '../support/programs.ts';
import { runCli } from '../support/run-cli.ts';
import { CLI, PROCESS_ENV, type ServerProcess, spawnServer } from '../support/server-process.ts';

const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchline-cli-'));
  await writeFile(join(folder, 'a-file'), 'not a folder');
  await writeFile(join(folder, 'broken.ts'), 'export const = 1;');
  await writeFile(join(folder, 'throws.mjs'), 'throw new Error("the licence has expired");');
  await writeFile(join(folder, 'empty.mjs'), 'export const nothing = 1;');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts `serve` as a user does, stops it with a signal, and gives what it printed. */
async function serveOnce(
  env: Record<string, string>,
  signal: 'SIGINT' | 'SIGTERM',
  use: (output: string, url: string) => Promise<void> = async () => undefined,
): Promise<{ readonly output: string; readonly code: number | null }> {
  const child = spawn(process.execPath, [...SHORT_LIVED, CLI, 'serve'], {
    env: { ...PROCESS_ENV, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let output = '';
    const ready = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const url = /ready at (\S+)/.exec(output)?.[1];
        if (url !== undefined && output.includes('/Stop')) resolve(url);
      });
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
    const url = await ready;
    await use(output, url);
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
    return { output, code: child.exitCode };
  } finally {
    child.kill('SIGKILL');
  }
}

test('the first start prints an administrator and three commands that work; later ones print no password', async () => {
  const env = { BATCHLINE_DATA: join(folder, 'first') };
  let password = '';
  const first = await serveOnce(env, 'SIGINT', async (output, url) => {
    password = /Password: +(\S+)/.exec(output)?.[1] ?? '';
    expect(output).toMatch(/Administrator: +admin\n/);
    const commands = output.split('\n').filter((line) => line.startsWith('  curl '));
    expect(commands).toHaveLength(3);
    const [start = '', watch = '', stop = ''] = commands;
    expect(await shell(start)).toBe('1');
    const admin = await ApiClient.signIn(url, 'admin', password);
    await admin.until(1, (task) => task.State === 'Started');
    expect(JSON.parse(await shell(watch))).toMatchObject({ Id: 1, Name: 'countdown', State: 'Started' });
    expect(await shell(stop)).toBe('true');
    expect(await admin.ended(1)).toMatchObject({
      State: 'Failed',
      Result: expect.stringContaining('Stopped by'),
    });
  });
  expect(first).toMatchObject({ code: 0, output: expect.stringMatching(/Stopping: .*\nStopped\.\n$/) });

  const second = await serveOnce(env, 'SIGTERM', async (output, url) => {
    expect(output).not.toMatch(/Password|Administrator/);
    expect(output).not.toContain(password);
    const admin = await ApiClient.signIn(url, 'admin', password);
    expect(await admin.task(1)).toMatchObject({ State: 'Failed' });
  });
  expect(second).toMatchObject({ code: 0, output: expect.stringMatching(/Stopped\.\n$/) });
});

describe('serve refuses with one clear line', () => {
  const refused = async (
    env: Record<string, string>,
    lines: readonly (string | RegExp)[],
    code: ExitCode = 1,
  ): Promise<void> => {
    const result = await runCli(['serve'], { BATCHLINE_DATA: join(folder, 'unused'), PORT: '0', ...env });
    expect(result, result.stderr).toMatchObject({ code, stdout: '' });
    expect(result.stderr.trimEnd().split('\n')).toEqual(lines.map((line) => expect.stringMatching(line)));
  };

  test.concurrent.each<[Record<string, string>, ...RegExp[]]>([
    [
      { PORT: '65536' },
      /^batchline: PORT is "65536"; a whole number from 0 to 65535 is accepted\. \[SETTINGS_INVALID\]$/,
    ],
    [
      { BATCHLINE_ADMIN: 'admin:short' },
      /^batchline: The password of BATCHLINE_ADMIN is too short; at least 8 characters are accepted\. \[SETTINGS_INVALID\]$/,
    ],
    [
      { DATABASE_URL: 'mysql://x' },
      /^batchline: DATABASE_URL is not a PostgreSQL address; postgres:.* is accepted\. \[SETTINGS_INVALID\]$/,
    ],
    [
      { LOG_LEVEL: 'loud' },
      /^batchline: LOG_LEVEL is "loud"; trace, .* are accepted\. \[SETTINGS_INVALID\]$/,
    ],
    [
      { BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'maybe' },
      /^batchline: .* true or false is accepted\. \[SETTINGS_INVALID\]$/,
    ],
    [
      { BATCHLINE_HANDLERS: 'no-such.ts' },
      /^batchline: BATCHLINE_HANDLERS names ".*no-such.ts"; .* is accepted\. \[SETTINGS_INVALID\]$/,
    ],
    [
      { BATCHLINE_CONFIG: 'no-such.env' },
      /^batchline: BATCHLINE_CONFIG is "no-such.env"; .* is accepted\. \[SETTINGS_INVALID\]$/,
    ],
    [
      { BATCHLINE_CONFIG: '.' },
      /^batchline: BATCHLINE_CONFIG is "\."; .* is accepted\. \[SETTINGS_INVALID\]$/,
    ],
    [
      { BATCHLINE_INPUT_DIR: CLI },
      /^batchline: BATCHLINE_INPUT_DIR is ".*"; a folder that exists is accepted\. \[SETTINGS_INVALID\]$/,
    ],
    [
      { BATCHLINE_LEASE_SECONDS: '1', BATCHLINE_SHUTDOWN_GRACE_SECONDS: '-1' },
      /BATCHLINE_LEASE_SECONDS/,
      /BATCHLINE_SHUTDOWN_GRACE_SECONDS/,
    ],
    [
      { DATABASE_URL: 'postgres://postgres@127.0.0.1:1/x' },
      /^batchline: DATABASE_URL: .*ECONNREFUSED.*\. \[DATABASE_UNREACHABLE\]$/,
    ],
    [
      { DATABASE_URL: 'postgres://postgres@no-such-host.invalid/x' },
      /^batchline: DATABASE_URL: .*no-such-host/,
    ],
  ])('%j', async (env, ...lines) => refused(env, lines));

  test('a data folder that is a file', () =>
    refused(
      { BATCHLINE_DATA: join(folder, 'a-file') },
      [
        /^batchline: BATCHLINE_DATA: ".*a-file\/postgres" can't be used \(ENOTDIR.*\); the server must be able to create it and write to it\. \[DATA_FOLDER_UNUSABLE\]$/,
      ],
      8,
    ));

  test('a database that does not exist', async () => {
    const place = await createEmptyPlace('postgres');
    await place.remove();
    await refused(place.env, [
      /^batchline: DATABASE_URL: PostgreSQL can't be used there: .* does not exist\. \[DATABASE_UNREACHABLE\]$/,
    ]);
  });

  test.each([
    ['broken.ts', /./],
    ['throws.mjs', /the licence has expired \[HANDLERS_INVALID\]$/],
    ['empty.mjs', /it exports no definition; export what defineTask returns \[HANDLERS_INVALID\]$/],
  ])('a module of definitions that is broken: %s', async (name, problem) => {
    const path = join(folder, name);
    const result = await runCli(['serve'], {
      BATCHLINE_DATA: join(folder, 'unused'),
      BATCHLINE_HANDLERS: path,
    });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(`batchline: BATCHLINE_HANDLERS: ${path}: `);
    expect(result.stderr.trimEnd()).toMatch(problem);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  test('addresses that it can not listen on', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const place = await createEmptyPlace('postgres');
    try {
      await refused({ ...place.env, PORT: String(port) }, [
        /^batchline: The address is in use\..* set PORT\. \[ADDRESS_IN_USE\]$/,
      ]);
      await refused({ ...place.env, HOST: 'no-such-host.invalid' }, [
        /^batchline: HOST and PORT .*no-such-host.* \[ADDRESS_INVALID\]$/,
      ]);
    } finally {
      taken.close();
      await place.remove();
    }
  });
});

test.concurrent.each<[string, number, RegExp, RegExp]>([
  ['--help', 0, /^Usage: batchline [\s\S]*a self-hosted batch-task server\n[\s\S]*\n {2}serve /, /^$/],
  ['help token', 0, /\n {2}revoke .*<token>/, /^$/],
  ['settings --json', 0, /^\[\{"name":"HOST","default":"127\.0\.0\.1","accepts":"an address","doc":/, /^$/],
  [
    'settings',
    0,
    /^Server:\n {2}HOST\n {6}Address to listen on\.\n {6}Accepts an address; default: 127\.0\.0\.1\.\n[\s\S]*LOG_LEVEL/,
    /^$/,
  ],
  ['', 2, /^$/, /^Usage: batchline /],
  ['nonsense', 2, /^$/, /^batchline: unknown command 'nonsense' \[USAGE_INVALID\]\n$/],
  ['serve now', 2, /^$/, /^batchline: too many arguments for 'serve'/],
  ['user remove x', 2, /^$/, /^batchline: unknown command 'remove'/],
  ['user add a:b', 2, /^$/, /^batchline: "a:b" is not a valid login/],
  ['token create x --scope all', 2, /^$/, /^batchline: .*'all' is invalid.* read, write, admin, worker\./],
  ['token create x --days 0', 2, /^$/, /^batchline: --days is "0".* \[USAGE_INVALID\]\n$/],
  ['work now', 2, /^$/, /^batchline: too many arguments for 'work'/],
  [
    'work',
    1,
    /^$/,
    /^batchline: DATABASE_URL and BATCHLINE_URL are missing; .* need BATCHLINE_URL\. \[SETTINGS_INVALID\]\n$/,
  ],
])('batchline %s', async (line, code, stdout, stderr) => {
  const result = await runCli(
    line.split(' ').filter((word) => word !== ''),
    { BATCHLINE_DATA: join(folder, 'none') },
  );
  expect(result).toEqual({
    code,
    stdout: expect.stringMatching(stdout),
    stderr: expect.stringMatching(stderr),
  });
});

test('batchline work rejects DATABASE_URL together with BATCHLINE_URL', async () => {
  const places = { DATABASE_URL: 'postgres://127.0.0.1:1/x', BATCHLINE_URL: 'http://127.0.0.1:1' };
  expect(await runCli(['work'], places)).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^batchline: DATABASE_URL and BATCHLINE_URL are both set; .* \[SETTINGS_INVALID\]\n$/,
    ),
  });
});

describe('beside a server on PostgreSQL', () => {
  let place: Place;
  let server: ServerProcess;
  beforeAll(async () => {
    place = await createEmptyPlace('postgres');
    server = await spawnServer(place);
  });
  afterAll(async () => {
    await server?.kill();
    await place?.remove();
  });
  const batchline = (line: string, input = '') => runCli(line.split(' '), place.env, input);

  test('BATCHLINE_ADMIN is the administrator of the first start, and no password is printed', () => {
    // spawnServer has signed in with it already.
    expect(server.output()).not.toContain('Password');
    expect(server.output()).not.toContain(ADMIN.password);
    expect(server.output()).toContain(`-u '${ADMIN.login}:PASSWORD'`);
  });

  test('user and token make, list and revoke what the server then takes or refuses', async () => {
    const password = 'correct horse battery';
    expect(await batchline('user add eva --role viewer --name Eva', `${password}\n`)).toEqual({
      code: 0,
      stdout: 'Created associate 2 (eva).\n',
      stderr: '',
    });
    expect(await batchline('user add eva', password)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/^batchline: .*eva.*\n$/),
    });
    expect(await batchline('user add tom', 'short')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('too short'),
    });
    expect((await batchline('user list')).stdout.split('\n')).toEqual([
      expect.stringMatching(/^1\tadmin\t[^\t]+\tadministrator\t-\t-\t2\d{3}-\S+ \S+\tbasic$/),
      '2\teva\tEva\tviewer\t-\t-\t-\t-',
      '',
    ]);
    expect(await ApiClient.signIn(server.url, 'eva', password)).toMatchObject({ associateId: 2 });

    const made = await batchline('token create eva --name laptop --scope read --days 2');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const status = async (): Promise<number> => {
      const headers = { Authorization: `Bearer ${made.stdout.trim()}` };
      return (await fetch(`${server.url}/api/v1/BatchTask/All`, { headers })).status;
    };
    expect(await status()).toBe(200);
    const listed = (await batchline('token list')).stdout;
    const id = /^(\d+)\tlaptop\t2\tread\t-\t\d{4}-\d\d-\d\d \S+\t2\d{3}-/m.exec(listed)?.[1];
    expect(id, listed).toBeDefined();
    expect(listed).not.toContain(made.stdout.trim());
    expect(await batchline(`token revoke ${id}`)).toMatchObject({
      code: 0,
      stdout: `Revoked token ${id}.\n`,
    });
    await expect.poll(status, { timeout: 30_000 }).toBe(401);
    expect(await batchline(`token revoke ${id}`)).toMatchObject({
      code: 4,
      stderr: `batchline: There is no token ${id}.\n`,
    });
    expect(await batchline('token create nobody')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('"nobody"'),
    });
  });
});

/** Runs a printed curl command unchanged; makes the same call if curl is not installed. */
async function shell(command: string): Promise<string> {
  const found = await run('sh', ['-c', 'command -v curl']).catch(() => undefined);
  if (found !== undefined) return (await run('sh', ['-c', command])).stdout;
  const [, user = ''] = /-u '([^']+)'/.exec(command) ?? [];
  const [, body] = /-d '([^']+)'/.exec(command) ?? [];
  const method = body !== undefined || command.includes('-X POST') ? 'POST' : 'GET';
  const response = await fetch(command.trim().split(' ').at(-1) ?? '', {
    method,
    headers: {
      Authorization: `Basic ${Buffer.from(user).toString('base64')}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  return response.text();
}

test('a server whose output is no longer read continues, and stops gracefully', async () => {
  const place = await createPlace('embedded');
  const child = spawn(process.execPath, [...SHORT_LIVED, CLI, 'serve'], {
    env: {
      ...PROCESS_ENV,
      ...place.env,
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [chunk] = await once(child.stdout, 'data');
    const url = /ready at (\S+)/.exec(String(chunk))?.[1];
    child.stdout.destroy();
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    await place.remove();
  }
});
