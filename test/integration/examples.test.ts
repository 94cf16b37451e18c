import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateCustomers, MASS_UPDATE } from '../support/customers.ts';
import { DATABASES } from '../support/databases.ts';
import { lacks } from '../support/programs.ts';
import { ADMIN, startTestServer, type TestServer } from '../support/test-server.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ROWS = 2000;

/** The commands of the example's README, for a server and files of the test's own and fewer rows. */
async function commands(server: TestServer): Promise<string> {
  const readme = await readFile(join(MASS_UPDATE, 'README.md'), 'utf8');
  const part = /<!-- commands:[\s\S]*<!-- \/commands -->/.exec(readme)?.[0] ?? '';
  const script = [...part.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]).join('\n');
  return script
    .replace('http://127.0.0.1:7243', server.url)
    .replace('admin:change-me', `'${ADMIN.login}:${ADMIN.password}'`)
    .replace('npx node', `'${process.execPath}'`)
    .replace('100000', String(ROWS))
    .replaceAll(/\b[a-z-]+\.csv\b(?=$|\s)/gm, (file) => `'${join(server.place.folder, file)}'`);
}

describe.each(DATABASES)('the example of a mass update on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: join(MASS_UPDATE, 'adjust-credit-limits.ts') },
    });
  });
  afterAll(() => server?.stop());

  test.skipIf(lacks('curl'))('the commands of its README (which need curl) do what it says', async () => {
    const script = await commands(server);
    const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
    await promisify(execFile)('sh', ['-euc', script], { cwd: ROOT, env });

    const { good } = await generateCustomers(ROWS, { bad: 25 });
    const expected = good
      .filter(([, , , country, , active]) => country === 'NO' && active === 'yes')
      .map(([id, name, , , , , limit]) => [id, name, limit, (Number(limit) * 1.1).toFixed(2)]);
    for (const file of ['would-change.csv', 'changed.csv']) {
      const [header, ...changes] = parse(await readFile(join(server.place.folder, file), 'utf8'));
      expect(header).toEqual(['id', 'name', 'before', 'after']);
      expect(changes).toEqual(expected);
    }
    const tasks = await server.admin.json('GET', '/BatchTask/All');
    expect(tasks.map(({ Name, State }: { Name: string; State: string }) => [Name, State])).toEqual([
      ['adjust-credit-limits', 'Succeeded'],
      ['adjust-credit-limits', 'Succeeded'],
      ['csv-import', 'Succeeded'],
    ]);
  });

  test('an import that is not there is told', async () => {
    const id = await server.admin.start({
      Name: 'adjust-credit-limits',
      ParameterObject: { import: '999', percent: '1' },
    });
    expect(await server.admin.ended(id)).toMatchObject({
      State: 'Failed',
      StartCount: 1,
      Result: expect.stringContaining('No customer of import 999 is to be changed'),
    });
  });
});
