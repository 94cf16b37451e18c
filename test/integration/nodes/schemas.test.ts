import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { Signal } from '../../../src/db/pubsub.ts';
import { startWorker, type WorkerProcess } from '../../../src/server.ts';
import { createEmptyPlace, type Place } from '../../support/databases.ts';
import { onServer } from '../../support/on-server.ts';
import { startTestServer, TEST_ENV, type TestServer } from '../../support/test-server.ts';

/* Two servers on one database, each with its own schema. */

let place: Place;
let a: TestServer;
let b: TestServer;
let worker: WorkerProcess | undefined;
const A = { BATCHLINE_SCHEMA: 'cell_a' };
/** A name that is a reserved word of SQL. */
const B = { BATCHLINE_SCHEMA: 'user' };

beforeAll(async () => {
  place = await createEmptyPlace('postgres');
  a = await startTestServer('postgres', { place, env: A });
  b = await startTestServer('postgres', { place, env: B });
  const config = readConfig({ ...TEST_ENV, ...place.env, ...A });
  worker = await startWorker(config, pino({ level: 'silent' }));
});
afterAll(async () => {
  await worker?.stop();
  await a?.stop();
  await b?.stop();
  await place?.remove();
});

const run = async ({ admin }: TestServer): Promise<number> => {
  const id = await admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
  expect(await admin.ended(id)).toMatchObject({ State: 'Succeeded' });
  return id;
};

test('tasks of two schemas run at once, with ids and signals of their own', async () => {
  const signals: Signal[] = [];
  const unsubscribe = b.database.signals.subscribe((signal) => signals.push(signal));
  const ids = await Promise.all(Array.from({ length: 5 }, () => run(a)));
  unsubscribe();
  expect(signals.filter(({ kind }) => kind === 'due')).toEqual([]);
  expect(ids.toSorted((x, y) => x - y)).toEqual([1, 2, 3, 4, 5]);
  const both = await Promise.all([run(a), run(b)]);
  expect(both).toEqual([6, 1]);
});

test('imports write to a schema of their own', async () => {
  for (const { admin } of [a, b]) {
    const upload = await admin.call('POST', '/Uploads?Name=people.csv', 'id\n1', {
      'Content-Type': 'text/csv',
    });
    const columns = [{ name: 'id', type: 'integer' }];
    const id = await admin.start({
      Name: 'csv-import',
      ParameterObject: { file: upload.body.File, table: 'people', columns },
    });
    const schema = admin === a.admin ? 'cell_a_data' : 'user_data';
    expect((await admin.ended(id)).Result).toContain(`${schema}.people`);
  }
});

test('dropping the schemas of one leaves the other as it was', async () => {
  await worker?.stop();
  worker = undefined;
  await a.stop();
  await onServer(place.env.DATABASE_URL ?? '', 'drop schema cell_a, cell_a_data cascade');
  await run(b);
  await onServer(place.env.DATABASE_URL ?? '', 'select id from user_data.people');
});
