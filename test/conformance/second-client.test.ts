import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN } from '../support/associates.ts';
import { ANY_DATABASE } from '../support/databases.ts';
import { lacks } from '../support/programs.ts';
import type { TestServer } from '../support/test-server.ts';
import { startConformanceServer, taskIn } from './helpers.ts';

/** Output of a check by `second-client/run.py`. */
interface Checked {
  /** Of the contract. */
  readonly section: string;
  readonly name: string;
  readonly wrong: string | null;
}

const SECTIONS = ['0', '1', '1.1', '1.3', '2', '3', '4', '5', '6', '6a', 'Discovery'];
const STARTED = '2018-12-24T12:34:45Z';

describe.skipIf(lacks('python3')).each(ANY_DATABASE)(
  'a client in Python, written from the public pages (needs python3), on %s',
  (kind) => {
    let server: TestServer;
    let checked: Checked[];
    beforeAll(async () => {
      server = await startConformanceServer(kind, { BATCHLINE_TIME_ZONE: 'Europe/Oslo' });
      const { admin, database, url } = server;
      const timed = await taskIn('New', admin);
      await sql`update batchline.task set last_started = ${STARTED} where id = ${timed}`.execute(
        database.sql,
      );
      const withFile = await admin.start({ Name: 'with-warning' });
      await admin.ended(withFile);
      const sample = await readFile(join(import.meta.dirname, 'fixtures/put-batchtask.request.json'), 'utf8');
      const setting = {
        url,
        ...ADMIN,
        associateId: admin.associateId,
        timed,
        withFile,
        putSample: JSON.parse(sample),
      };
      const { stdout } = await promisify(execFile)(
        'python3',
        ['-B', join(import.meta.dirname, 'second-client/run.py')],
        { env: { ...process.env, SECOND_CLIENT: JSON.stringify(setting) } },
      );
      checked = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    });
    afterAll(() => server?.stop());

    test('finds every section as the contract says', () => {
      expect([...new Set(checked.map(({ section }) => section))].sort()).toEqual(SECTIONS);
      expect(checked.length).toBeGreaterThan(40);
      const wrong = checked.filter((one) => one.wrong !== null);
      expect(wrong.map((one) => `${one.section}: ${one.name}: ${one.wrong}`)).toEqual([]);
    });
  },
);
