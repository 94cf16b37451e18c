import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ADMIN } from '../support/associates.ts';
import { generateCustomers, MASS_UPDATE } from '../support/customers.ts';
import { DATABASES } from '../support/databases.ts';
import { isCommands, readBlocks } from '../support/documents.ts';
import { lacks } from '../support/programs.ts';
import { makeCheckout, Terminals } from '../support/terminals.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const ROWS = 2000;

/** The commands of the example's README but for its start and its restart, for the test's own server and fewer rows. */
function commands(server: TestServer): string {
  const blocks = readBlocks('examples/mass-update/README.md').filter(isCommands).slice(1, -1);
  return blocks
    .map(({ text }) => text)
    .join('')
    .replace('http://127.0.0.1:7243', server.url)
    .replace('admin:change-me', `'${ADMIN.login}:${ADMIN.password}'`)
    .replace('100000', String(ROWS));
}

describe.each(DATABASES)('the example of a mass update on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: join(MASS_UPDATE, 'adjust-credit-limits.ts') },
    });
  });
  afterAll(() => server?.stop());

  test.skipIf(lacks('bash') || lacks('curl'))(
    'the commands of its README (which need bash and curl) do what it says',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'batchline-test-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const terminals = new Terminals(folder, await makeCheckout(folder));
      onTestFinished(() => terminals.close());
      await terminals.type(commands(server));

      const { good } = await generateCustomers(ROWS, { bad: 25 });
      const expected = good
        .filter(([, , , country, , active]) => country === 'NO' && active === 'yes')
        .map(([id, name, , , , , limit]) => [id, name, limit, (Number(limit) * 1.1).toFixed(2)]);
      for (const file of ['would-change.csv', 'changed.csv']) {
        const [header, ...changes] = parse(await readFile(join(folder, file), 'utf8'));
        expect(header).toEqual(['id', 'name', 'before', 'after']);
        expect(changes).toEqual(expected);
      }
      const tasks = await server.admin.json('GET', '/BatchTask/All');
      expect(tasks.map(({ Name, State }: { Name: string; State: string }) => [Name, State])).toEqual([
        ['adjust-credit-limits', 'Succeeded'],
        ['adjust-credit-limits', 'Succeeded'],
        ['csv-import', 'Succeeded'],
      ]);
    },
  );

  test('a missing import is reported', async () => {
    const id = await server.admin.start({
      Name: 'adjust-credit-limits',
      ParameterObject: { import: '999', percent: '1' },
    });
    expect(await server.admin.ended(id)).toMatchObject({
      State: 'Failed',
      StartCount: 1,
      Result: expect.stringContaining('No customers of import 999 match'),
    });
  });
});
