import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/server.ts';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN } from '../support/associates.ts';
import { createEmptyPlace, createPlace, type Place } from '../support/databases.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { spawnServer } from '../support/server-process.ts';
import { TEST_ENV } from '../support/test-server.ts';

let place: Place;
beforeAll(async () => {
  place = await createPlace('embedded');
});
afterAll(() => place?.remove());

const batchline = (args: string[], env: Record<string, string> = {}): Promise<CliResult> =>
  runCli(args, { ...place.env, ...env });

interface Finding {
  readonly Check: string;
  readonly Status: string;
  readonly Detail: string;
}

async function doctor(
  env: Record<string, string> = {},
): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, stdout } = await batchline(['doctor', '--json'], env);
  return { code, findings: JSON.parse(stdout) };
}

const of = (findings: Finding[], check: string): Finding | undefined =>
  findings.find(({ Check }) => Check === check);

describe('the embedded database', () => {
  test('is examined, backed up and restored; nothing is overwritten', async () => {
    expect(of((await doctor()).findings, 'database')).toMatchObject({ Status: 'ok' });
    const server = await spawnServer(place);
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: 0 } });
    await server.admin.ended(id);
    await server.admin.call('POST', '/Uploads?Name=a.txt', 'content', { 'Content-Type': 'text/plain' });
    const archive = join(place.folder, 'backup.tar.gz');

    const beside = await doctor();
    expect(beside.code).toBe(0);
    expect(of(beside.findings, 'database')).toMatchObject({
      Status: 'warn',
      Detail: expect.stringMatching(/in use by process \d+/),
    });
    expect(await batchline(['backup', archive])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^batchline: .* is in use by process \d+.* \[DATA_FOLDER_IN_USE\]\n$/),
    });
    expect(existsSync(archive)).toBe(false);
    await server.stop();

    const alone = await doctor();
    expect(alone.findings.filter(({ Status }) => Status === 'fail')).toEqual([]);
    expect(of(alone.findings, 'tables')).toMatchObject({ Status: 'ok', Detail: 'up to date' });
    expect(of(alone.findings, 'ids')).toMatchObject({ Status: 'ok' });
    expect(alone.findings).toContainEqual(
      expect.objectContaining({ Check: 'durability', Status: 'ok', Detail: 'fsync is on' }),
    );
    expect(await batchline(['migrate', '--check'])).toMatchObject({
      code: 0,
      stdout: 'The tables are up to date.\n',
    });

    const nowhere = join(place.folder, 'nowhere');
    expect(await batchline(['backup', archive], { BATCHLINE_DATA: nowhere })).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`there is no database in ${nowhere}`),
    });
    expect([existsSync(archive), existsSync(nowhere)]).toEqual([false, false]);
    expect(await batchline(['backup', archive])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining(
        `It does not include result files and uploads: copy the folder ${join(place.folder, 'data/files')} too.`,
      ),
    });
    expect(await batchline(['backup', archive])).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/the file .* already exists; .* \[FILE_EXISTS\]\n$/),
    });
    const { size, mode } = await stat(archive);
    expect(size).toBeGreaterThan(100_000);
    expect(mode & 0o077).toBe(0);
    expect(await batchline(['restore', archive])).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/already has a database; .* \[DATABASE_EXISTS\]\n$/),
    });

    const elsewhere = { BATCHLINE_DATA: join(place.folder, 'elsewhere') };
    const broken = join(place.folder, 'broken.tar.gz');
    await writeFile(broken, (await readFile(archive)).subarray(0, 50_000));
    expect(await batchline(['restore', broken], elsewhere)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/The archive contains no Batchline database .* \[ARCHIVE_INVALID\]\n$/),
    });
    expect(await batchline(['restore', archive], elsewhere)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /elsewhere\. 1 of 1 result files and uploads are missing from .*elsewhere\/files \(uploads\/.*\); copy them, then run batchline doctor\.\n$/,
      ),
    });
    const filesOf = async (): Promise<Finding | undefined> =>
      of((await doctor(elsewhere)).findings, 'result files and uploads');
    expect(await filesOf()).toMatchObject({ Status: 'warn' });
    await cp(join(place.folder, 'data/files'), join(place.folder, 'elsewhere/files'), { recursive: true });
    expect(await filesOf()).toMatchObject({ Status: 'ok', Detail: 'all 1 exist' });
    const restored = await spawnServer(place, elsewhere);
    try {
      expect(await restored.admin.task(id)).toMatchObject({ Id: id, State: 'Succeeded' });
      expect(await restored.admin.start({ Name: 'countdown', ParameterObject: { seconds: 0 } })).toBe(id + 1);
    } finally {
      await restored.stop();
    }
  });
});

describe('batchline user password', () => {
  test('sets a forgotten password while the server runs, and while it is stopped', async () => {
    const before = await spawnServer(place);
    const { Ticket: ticket } = await before.admin.json('POST', '/SignIn', {
      Login: ADMIN.login,
      Password: ADMIN.password,
    });
    const args = ['user', 'password', 'ADMIN'];
    expect(await runCli(args, place.env, 'another password\n')).toMatchObject({
      code: 0,
      stdout: 'Changed the password of admin.\n',
    });
    const renewed = await ApiClient.signIn(before.url, ADMIN.login, 'another password');
    expect((await renewed.call('GET', '/Users')).status).toBe(200);
    expect(await runCli(['user', 'password', 'carla'], place.env, 'a new password')).toMatchObject({
      code: 4,
      stderr: 'batchline: There is no associate with the login "carla".\n',
    });
    const link = await runCli(['user', 'password-link', 'admin', '--page', before.url], place.env);
    expect(link.stdout).toMatch(new RegExp(`^${before.url}/password#[\\w-]{43}\n$`));
    const set = await fetch(`${before.url}/api/v1/SignIn/Password`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ Link: link.stdout.trim().split('#')[1], Password: 'chosen by the link' }),
    });
    expect(await set.json()).toEqual({ Login: 'admin' });
    await ApiClient.signIn(before.url, ADMIN.login, 'chosen by the link');
    await before.stop();
    expect(await runCli(args, place.env, 'short')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the password is too short: it has 5 characters, the minimum is 8'),
    });
    expect(await runCli(['user', 'password', 'carla'], place.env, 'a new password')).toMatchObject({
      code: 4,
      stderr: 'batchline: There is no associate with the login "carla".\n',
    });
    expect(await runCli(args, place.env, 'a new password\n')).toMatchObject({
      code: 0,
      stdout: 'Changed the password of admin.\n',
    });
    const server = await startServer(readConfig({ ...TEST_ENV, ...place.env }), pino({ level: 'silent' }));
    try {
      const statusOf = async (Authorization: string): Promise<number> =>
        (await fetch(`${server.url}/api/v1/BatchTask/All`, { headers: { Authorization } })).status;
      const basic = (password: string): string => `Basic ${btoa(`${ADMIN.login}:${password}`)}`;
      expect(await statusOf(basic('a new password'))).toBe(200);
      expect(await statusOf(basic(ADMIN.password))).toBe(401);
      expect(await statusOf(`SOTicket ${btoa(ticket)}`), 'a ticket of the old password').toBe(401);
    } finally {
      await server.stop();
    }
    expect(await runCli(args, place.env, ADMIN.password)).toMatchObject({ code: 0 });
  });
});

describe('batchline user, token and app', () => {
  const json = async <T>(args: string[], input = ''): Promise<T> => {
    const { code, stdout, stderr } = await runCli([...args, '--json'], place.env, input);
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const statusOf = async (url: string, headers: Record<string, string>): Promise<number> =>
    (await fetch(`${url}/api/v1/BatchTask/All`, { headers })).status;

  test('execute in the server that has the embedded database open', async () => {
    const server = await spawnServer(place);
    try {
      const eva = await json<{ AssociateId: number }>(
        ['user', 'add', 'eva', '--role', 'viewer', '--tenant', 'North'],
        'a long password\n',
      );
      expect(eva).toEqual({
        AssociateId: expect.any(Number),
        Login: 'eva',
        Name: 'eva',
        Roles: ['viewer'],
        DatabaseSerialNumber: 'North',
        Disabled: false,
        LastSignIn: null,
        LastSignInBy: null,
      });
      expect(await json(['user', 'list'])).toContainEqual(eva);
      expect(await statusOf(server.url, { Authorization: `Basic ${btoa('eva:a long password')}` })).toBe(200);
      expect(await runCli(['user', 'add', 'EVA'], place.env, 'a long password')).toMatchObject({
        code: 5,
        stderr: expect.stringMatching(/^batchline: .*"EVA".*\n$/),
      });

      const { Token: reader } = await json<{ Token: string }>([
        'token',
        'create',
        'eva',
        '--scope',
        'read',
        '--days',
        '2',
      ]);
      const { Token: revoked } = await json<{ Token: string }>(['token', 'create', 'eva', '--name', 'other']);
      expect(reader).toMatch(/^8A:North\.[\w-]{43}$/);
      expect(await statusOf(server.url, { Authorization: `Bearer ${reader}` })).toBe(200);
      const tokens = await json<{ Id: number; Name: string; Expires: string | null }[]>(['token', 'list']);
      expect(tokens).toMatchObject([
        { Name: 'command line', AssociateId: eva.AssociateId, Scopes: ['read'], Definitions: null },
        { Name: 'other', Scopes: ['read', 'write'], Expires: null },
      ]);
      const twoDays = 2 * 24 * 60 * 60 * 1000;
      expect(new Date(tokens[0]?.Expires ?? 0).getTime() - twoDays - Date.now()).toBeLessThanOrEqual(0);
      expect(await json(['token', 'revoke', String(tokens[1]?.Id)])).toEqual({ Revoked: tokens[1]?.Id });
      expect(await statusOf(server.url, { Authorization: `Bearer ${revoked}` })).toBe(401);
      expect(await runCli(['token', 'create', 'carla'], place.env)).toMatchObject({
        code: 4,
        stderr: 'batchline: There is no associate with the login "carla".\n',
      });

      const { AppToken: appToken } = await json<{ AppToken: string }>([
        'app',
        'add',
        'import',
        '--scope',
        'read',
      ]);
      const [app] = await json<{ Id: number }[]>(['app', 'list']);
      expect(app).toEqual({ Id: expect.any(Number), Name: 'import', Scopes: ['read'] });
      const asApplication = { Authorization: `Bearer ${reader}`, 'SO-AppToken': appToken };
      expect(await statusOf(server.url, asApplication)).toBe(200);
      expect(await json(['app', 'remove', String(app?.Id)])).toEqual({ Removed: app?.Id });
      expect(await runCli(['app', 'remove', String(app?.Id)], place.env)).toMatchObject({
        code: 4,
        stderr: `batchline: There is no application ${app?.Id}.\n`,
      });
      for (const secret of ['a long password', reader, revoked, appToken])
        expect(server.output()).not.toContain(secret);
    } finally {
      await server.stop();
    }
    const tokens = await json<{ Id: number }[]>(['token', 'list']);
    expect(tokens).toHaveLength(1);
    await json(['token', 'revoke', String(tokens[0]?.Id)]);
    expect(await json(['token', 'list'])).toEqual([]);
    expect(await json(['app', 'list'])).toEqual([]);
  });
});

describe('batchline doctor', () => {
  test('fails if the server could not start, and names the problem', async () => {
    const broken = join(place.folder, 'handlers');
    await mkdir(broken);
    const { code, findings } = await doctor({
      BATCHLINE_DATA: join(place.folder, 'fresh'),
      BATCHLINE_HANDLERS: broken,
      DATABASE_URL: 'postgres://postgres@127.0.0.1:1/x',
    });
    expect(code).toBe(1);
    expect(of(findings, 'database')).toMatchObject({
      Status: 'fail',
      Detail: expect.stringContaining('ECONNREFUSED'),
    });
    expect(of(findings, 'definitions')).toMatchObject({
      Status: 'fail',
      Detail: expect.stringContaining('no module'),
    });
    const wrong = await batchline(['doctor'], { PORT: 'x' });
    expect(wrong).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^fail {2}settings: PORT is "x"/m),
    });
  });

  test('reports pending migrations on PostgreSQL; migrate runs them', async () => {
    const empty = await createEmptyPlace('postgres');
    try {
      const run = (...args: string[]): Promise<CliResult> => runCli(args, empty.env);
      expect((await run('doctor')).stdout).toMatch(/^warn {2}tables: \d+ pending migrations$/m);
      expect(await run('migrate', '--check')).toMatchObject({ code: 5 });
      expect((await run('migrate')).stdout).toMatch(/^Applied 0001-initial\.$/m);
      expect(await run('migrate', '--check')).toMatchObject({ code: 0 });
      expect(await run('backup', join(place.folder, 'no.tar.gz'))).toMatchObject({
        code: 5,
        stderr: expect.stringContaining('pg_dump'),
      });
    } finally {
      await empty.remove();
    }
  });
});
