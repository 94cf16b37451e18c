import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { Database } from '../../../src/db/database.ts';
import { MIGRATIONS, migrate } from '../../../src/db/migrations/migrate.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { createEmptyPlace, type Place } from '../../support/databases.ts';
import { startTestServer, TEST_ENV, type TestServer } from '../../support/test-server.ts';

const LOG = pino({ level: 'silent' });

/** A migration of a newer program that adds to existing tables. */
const ADDED: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table batchline.task add column novelty text not null default 'none'`.execute(db);
    await sql`alter table batchline.task_audit add column novelty int`.execute(db);
    await sql`create index task_by_novelty on batchline.task (novelty)`.execute(db);
    await sql`create table batchline.novelty (id int primary key)`.execute(db);
  },
};
/** A migration of a newer program that removes what only programs before the addition used. */
const TAKEN: Migration = { up: async () => undefined };
const NEWER = { ...MIGRATIONS, '9001-novelty': ADDED };

let place: Place;
const opened: Database[] = [];
let server: TestServer | undefined;

const open = async (env: Record<string, string> = {}): Promise<Database> => {
  const database = await openDatabase(readConfig({ ...TEST_ENV, ...place.env, ...env }), LOG);
  opened.push(database);
  return database;
};
const db = (database: Database): Kysely<unknown> => database.sql as unknown as Kysely<unknown>;
const namesIn = async (database: Database): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`
    select name from batchline.kysely_migration order by name`.execute(database.sql);
  return rows.map((row) => row.name);
};

beforeEach(async () => {
  place = await createEmptyPlace('postgres');
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  for (const database of opened.splice(0)) await database.close();
  await place?.remove();
});

test.each(['batchline', 'cell_a'])(
  'in the schema %s a program works with additions of a newer one, and refuses incompatible changes',
  async (schema) => {
    const first = await open({ BATCHLINE_SCHEMA: schema });
    await migrate(db(first), LOG, NEWER);
    await migrate(db(first), LOG); // the older program starts
    expect((await namesIn(first)).at(-1)).toBe('9001-novelty');
    await migrate(db(first), LOG, { ...NEWER, '9002-less-needs-9001': TAKEN });
    await migrate(db(first), LOG, NEWER); // it knows 9001
    const newest = Object.keys(MIGRATIONS).sort().at(-1);
    await expect(migrate(db(first), LOG)).rejects.toThrow(
      `The database was changed by a newer version of Batchline (migration 9002-less-needs-9001) that this version, which knows migrations up to ${newest}, is not compatible with; start the newer version.`,
    );
  },
);

test('a migration that fails leaves nothing, and those before it stay', async () => {
  const first = await open();
  const fails: Migration = {
    async up(trx: Kysely<unknown>) {
      await sql`create table batchline.half (id int)`.execute(trx);
      await sql`select 1 / 0`.execute(trx);
    },
  };
  await expect(migrate(db(first), LOG, { ...NEWER, '9003-fails': fails })).rejects.toThrow(
    'division by zero',
  );
  expect((await namesIn(first)).at(-1)).toBe('9001-novelty');
  const { rows } = await sql`select to_regclass('batchline.half') as half`.execute(first.sql);
  expect(rows).toEqual([{ half: null }]);
});

test('those that migrate at once do each migration once', async () => {
  await open();
  let times = 0;
  const counted: Migration = {
    async up(trx: Kysely<unknown>) {
      times += 1;
      await ADDED.up(trx);
    },
  };
  const all = await Promise.all(Array.from({ length: 4 }, () => open()));
  await Promise.all(all.map((one) => migrate(db(one), LOG, { ...MIGRATIONS, '9001-novelty': counted })));
  expect(times).toBe(1);
});

test('a migration that waits for a long transaction blocks no one, and older servers continue during and after it', async () => {
  const old = await startTestServer('postgres', { place });
  server = old;
  const runOne = async (): Promise<void> => {
    const id = await old.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    expect(await old.admin.ended(id)).toMatchObject({ State: 'Succeeded' });
  };
  const reader = new pg.Client({ connectionString: place.env.DATABASE_URL });
  await reader.connect();
  await reader.query('begin; select 1 from batchline.task');
  const newer = await open();
  let isDone = false;
  let isWaiting = false;
  const log = pino(
    { level: 'warn' },
    {
      write() {
        isWaiting = true;
      },
    },
  );
  const migrating = migrate(db(newer), log, NEWER).then(() => {
    isDone = true;
  });
  while (!isWaiting) await runOne();
  for (let n = 0; n < 3; n += 1) await runOne();
  expect(isDone).toBe(false);
  await reader.query('rollback');
  await reader.end();
  while (!isDone) await runOne();
  await migrating;
  await runOne();
  await old.stop();
  server = undefined;
  server = await startTestServer('postgres', { place }); // it is as old
  const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
  expect(await server.admin.ended(id)).toMatchObject({ State: 'Succeeded' });
});
