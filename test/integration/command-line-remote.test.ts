import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN } from '../support/associates.ts';
import { createPlace, type Place } from '../support/databases.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';

let place: Place;
let server: ServerProcess;
let token: string;
beforeAll(async () => {
  place = await createPlace('embedded');
  server = await spawnServer(place);
  token = (await server.admin.json('POST', '/Tokens', { Name: 'cli', Scopes: ['read', 'write', 'admin'] }))
    .Token;
});
afterAll(async () => {
  await server?.kill();
  await place?.remove();
});

/** Runs a command against the server; words are separated by spaces. */
const batchline = (line: string, env: Record<string, string> = {}, input = ''): Promise<CliResult> =>
  runCli(line.split(' '), { BATCHLINE_URL: server.url, BATCHLINE_TOKEN: token, TZ: 'UTC', ...env }, input);

// biome-ignore lint/suspicious/noExplicitAny: the shape depends on the command
async function json(line: string): Promise<any> {
  const result = await batchline(`${line} --json`);
  expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(result.stdout);
}

describe('batchline task', () => {
  test('starts a task, shows and lists it, and deletes it', async () => {
    const started = await batchline('task start countdown -p seconds=0.1 --description short');
    expect(started).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\n$/), stderr: '' });
    const id = Number(started.stdout);
    expect(await server.admin.ended(id)).toMatchObject({ ParameterObject: { seconds: '0.1' } });
    expect(await json(`task show ${id}`)).toMatchObject({ Id: id, State: 'Succeeded', Description: 'short' });
    expect((await batchline(`task show ${id}`)).stdout).toMatch(/^State: +Succeeded$/m);
    const listed = await batchline('task list --state Succeeded --name countdown --mine');
    expect(listed.stdout).toMatch(
      new RegExp(
        `^${id}\\tcountdown\\tSucceeded\\t100 %\\t2[-\\d]+ [:\\d]+\\t\\S+ s\\t\\S+\\t[^\\t]+\\tshort$`,
        'm',
      ),
    );
    expect(await batchline(`task delete ${id}`)).toMatchObject({
      code: 0,
      stdout: `Deleted task ${id}.\n`,
    });
    expect(await batchline(`task show ${id}`)).toEqual({
      code: 4,
      stdout: '',
      stderr: `batchline: There is no batch task ${id}.\n`,
    });
  });

  test('watch follows a task to its end: exit code 0 if it succeeds, 7 if it fails', async () => {
    const good = await batchline('task start countdown --parameters {"seconds":1} --watch --json');
    const states = good.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).State);
    expect(good.code).toBe(0);
    expect(states.at(-1)).toBe('Succeeded');
    const bad = await batchline('task start countdown -p seconds=1 -p failAt=50 --watch');
    expect(bad.code, bad.stderr).toBe(7);
    expect(bad.stdout).toMatch(/^\d+ countdown Failed \d+ % /m);
    const id = /^(\d+)/.exec(bad.stdout)?.[1];
    expect(await batchline(`task restart ${id} --from-start`)).toMatchObject({ code: 0 });
    expect(await batchline(`task watch ${id}`)).toMatchObject({ code: 7 });
    expect(await batchline(`task logs ${id} --follow`)).toMatchObject({ code: 0, stderr: '' });
  });

  test('stops it, once', async () => {
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: 600 } });
    expect(await json(`task stop ${id}`)).toMatchObject({ Id: id, Stopped: true });
    await server.admin.ended(id);
    expect(await batchline(`task stop ${id}`)).toMatchObject({ code: 5 });
    const later = await server.admin.json('POST', '/BatchTask?DelaySeconds=3600', { Name: 'countdown' });
    const filter = `--filter batchTaskId\tge\t${id}`;
    const refused = await batchline(`task bulk prioritize --priority 5 ${filter}`);
    expect(refused).toMatchObject({ code: 1, stdout: '1 task given the priority; 1 task left unchanged.\n' });
    expect(refused.stderr).toContain(`Batch task ${id} is Failed`);
    expect(await batchline(`task bulk stop --search id:${later} --dry-run`)).toMatchObject({
      code: 0,
      stdout: '1 task would be stopped.\n',
    });
    expect(await json(`task bulk stop --search id:${later}`)).toMatchObject({
      Matched: 1,
      Done: 1,
      Refused: 0,
    });
    expect(await batchline('task bulk stop')).toMatchObject({ code: 2 });
  });
});

describe('batchline task bulk-start', () => {
  const line = (Description: string, more: object = {}): string =>
    `${JSON.stringify({ Name: 'countdown', Description, DelaySeconds: 3600, ...more })}\n`;
  const lines = (count: number): string =>
    Array.from({ length: count }, (_, index) => line(`line ${index + 1}`)).join('');
  const fileOf = async (text: string): Promise<string> => {
    const file = join(place.folder, 'tasks.jsonl');
    await writeFile(file, text);
    return file;
  };

  test('starts a task for each line, and prints the ids in their order', async () => {
    const started = await batchline('task bulk-start - --priority 3', {}, `\n${lines(3)}`);
    expect(started).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^(\d+\n){3}$/) });
    const ids = started.stdout.trim().split('\n').map(Number);
    for (const [index, id] of ids.entries())
      expect(await server.admin.task(id)).toMatchObject({ State: 'New', Description: `line ${index + 1}` });
    const file = await fileOf(lines(2));
    expect(await json(`task bulk-start ${file}`)).toEqual({ Ids: [expect.any(Number), expect.any(Number)] });
    expect(await batchline('task bulk-start -')).toEqual({ code: 0, stdout: '', stderr: '' });
    const misspelt = await batchline('task bulk-start -', {}, line('a', { Colour: 1 }));
    expect(misspelt).toMatchObject({ code: 0, stderr: 'The server ignored: Colour\n' });
  });

  test('sends a large file in several calls, and starts nothing twice with a key', async () => {
    const good = lines(5500);
    const bad = good + line('bad', { Priority: 5000 }) + lines(3);
    const failed = await batchline(`task bulk-start ${await fileOf(bad)} --key large`);
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringMatching(/^(\d+\n){5000}$/) });
    expect(failed.stderr).toBe(
      'The tasks of lines 1 to 5000 are started.\n' +
        'batchline: Line 5501: Priority is "5000"; a whole number from -1000 to 1000 is accepted.\n',
    );
    const again = await batchline(`task bulk-start ${await fileOf(good)} --key large`);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout.startsWith(failed.stdout)).toBe(true);
    expect(new Set(again.stdout.trim().split('\n')).size).toBe(5500);
  });

  test('checks lines without starting them', async () => {
    const text = line('good') + line('bad', { Priority: 'x' }) + line('worse', { Name: 'nothing' });
    const checked = await batchline('task bulk-start - --dry-run', {}, text);
    expect(checked).toMatchObject({ code: 1, stdout: '' });
    expect(checked.stderr).toMatch(
      /^Line 2: Priority .*\nLine 3: There is no definition .*\nInvalid lines: 2\n$/,
    );
    expect(await batchline('task bulk-start - --dry-run', {}, line('good'))).toEqual({
      code: 0,
      stdout: '',
      stderr: 'All lines are valid.\n',
    });
  });

  test.each<[string, string, number, RegExp]>([
    ['-', '{"Name":\n', 1, /^batchline: Line 1 is not JSON/],
    ['-', '\ufffd'.repeat(3), 1, /^batchline: Line 1 is not JSON/],
    ['/no/such/file', '', 2, /can't read \/no\/such\/file: ENOENT.* \[USAGE_INVALID\]\n$/],
  ])('%s with %j is refused', async (file, text, code, stderr) => {
    const result = await batchline(`task bulk-start ${file}`, {}, text);
    expect(result).toEqual({ code, stdout: '', stderr: expect.stringMatching(stderr) });
  });
});

test('batchline definition and schedule', async () => {
  expect((await json('definition list')).map((one: { Name: string }) => one.Name)).toContain('countdown');
  expect(await json('definitions pause countdown')).toMatchObject({ Paused: true });
  expect(await batchline('definition resume countdown')).toMatchObject({ stdout: 'Resumed countdown.\n' });
  const made = await runCli(
    ['schedule', 'create', 'countdown', '--cron', '0 2 * * *', '--name', 'nightly', '--zone', 'NO'],
    { BATCHLINE_URL: server.url, BATCHLINE_TOKEN: token },
  );
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const id = made.stdout.trim();
  expect((await batchline('schedule list')).stdout).toMatch(
    new RegExp(`^${id}\tnightly\tcountdown\t0 2 \\* \\* \\* NO\t2\\d{3}-`, 'm'),
  );
  expect(await json(`schedule edit ${id} --cron @hourly --overlap skip`)).toMatchObject({
    Name: 'nightly',
    Cron: '@hourly',
    Overlap: 'Skip',
  });
  expect(await json(`schedule pause ${id}`)).toMatchObject({ Paused: true, NextRuns: [] });
  expect(await json(`schedule run ${id}`)).toEqual({ Id: expect.any(Number) });
  expect(await batchline(`schedule delete ${id}`)).toMatchObject({ code: 0 });
});

describe('exit codes', () => {
  test.each<[string, number, RegExp, Record<string, string>]>([
    ['task list', 3, /^batchline: /, { BATCHLINE_TOKEN: '8A:batchline.wrong' }],
    ['task show 999999', 4, /There is no batch task 999999/, {}],
    ['task show x', 2, /An id is a whole number/, {}],
    ['task start countdown --parameters {', 2, /--parameters is not JSON.* \[USAGE_INVALID\]\n$/, {}],
    ['task list --state Gone', 2, /Allowed choices are New, /, {}],
    [
      'task list',
      6,
      /^batchline: The server at http:\/\/127\.0\.0\.1:1 does not respond .* \[SERVER_UNREACHABLE\]\n$/,
      { BATCHLINE_URL: 'http://127.0.0.1:1' },
    ],
  ])('%s: %i', async (line, code, stderr, env) => {
    const result = await batchline(line, env);
    expect(result).toEqual({ code, stdout: '', stderr: expect.stringMatching(stderr) });
  });
});

test('--login reads the password from standard input', async () => {
  const env = { BATCHLINE_TOKEN: '' };
  expect(await batchline(`task list --login ${ADMIN.login}`, env, `${ADMIN.password}\n`)).toMatchObject({
    code: 0,
  });
  expect(await batchline(`task list --login ${ADMIN.login}`, env, 'wrong')).toMatchObject({ code: 3 });
});

test('login keeps a token that later commands use, also those about accounts', async () => {
  const env = { XDG_CONFIG_HOME: join(place.folder, 'config') };
  const run = (args: string[], input = '') => runCli(args, env, input);
  expect(await run(['login', server.url, '--user', ADMIN.login], `${ADMIN.password}\n`)).toEqual({
    code: 0,
    stdout: `Signed in to ${server.url} as ${ADMIN.login}.\n`,
    stderr: '',
  });
  const { mode } = await stat(join(env.XDG_CONFIG_HOME, 'batchline', 'login.json'));
  expect(mode & 0o077).toBe(0);
  const tokens = JSON.parse((await run(['token', 'list', '--json'])).stdout) as {
    Id: number;
    Name: string;
  }[];
  expect(tokens.map(({ Name }) => Name)).toContainEqual(expect.stringMatching(/^batchline login on /));
  expect(await run(['user', 'edit', 'nobody', '--disabled', 'true'])).toMatchObject({ code: 4 });
  expect((await run(['__describe', 'task', 'start', 'cou'])).stdout).toMatch(/^countdown\tRuns for /);
  expect(await run(['logout'])).toMatchObject({ code: 0, stdout: `Signed out of ${server.url}.\n` });
  expect(await server.admin.json('GET', '/Tokens')).toHaveLength(tokens.length - 1);
});

test('batchline webhook and subscription', async () => {
  const made = await batchline(
    'webhook add https://hooks.example.org/batch --name countdown --state failed --active false',
  );
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const [id = ''] = /^(\d+)\twhsec_\S+\n$/.exec(made.stdout)?.slice(1) ?? [];
  expect(await json(`webhook edit ${id} --all-states --own true`)).toMatchObject({
    Names: ['countdown'],
    States: [],
    Own: true,
    Active: false,
  });
  expect(await batchline('subscription add slack https://hooks.slack.com/services/x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--on is needed'),
  });
  const subscription = await json(
    'subscription add slack https://hooks.slack.com/services/x --on failureRate --on late --late-after 2h --own false',
  );
  expect(subscription).toMatchObject({ On: ['Late', 'FailureRate'], LateSeconds: 7200, Own: false });
  expect((await batchline('subscription list')).stdout).toMatch(
    new RegExp(
      `^${subscription.Id}\tSlack\thttps://hooks\\.slack\\.com/\\S+\tLate, FailureRate\tall\tactive\t-$`,
      'm',
    ),
  );
});
