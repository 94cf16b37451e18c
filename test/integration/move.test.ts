import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/database.ts';
import { nameOf, openForTransfer } from '../../src/db/open.ts';
import { transferDatabase } from '../../src/db/transfer/transfer.ts';
import { createEmptyPlace, createPlace, type Place } from '../support/databases.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestServer, TEST_ENV } from '../support/test-server.ts';

const ROWS = 1200;

/** The target has its own schema, which the embedded database ignores. */
const SCHEMA = { BATCHLINE_SCHEMA: 'cell_m' };

describe('everything moves from the embedded database to PostgreSQL', () => {
  let laptop: Place;
  let target: Place;
  /** When the task that has not begun is due, in ms. */
  let due: number;
  const url = (): string => target.env.DATABASE_URL ?? '';
  const move = (...args: string[]) => runCli(['move', ...args], { ...TEST_ENV, ...laptop.env, ...SCHEMA });

  beforeAll(async () => {
    laptop = await createPlace('embedded');
    target = await createEmptyPlace('postgres');
    const server = await startTestServer('embedded', { place: laptop });
    const anna = await server.associate('anna');
    const csv = ['id,name', ...Array.from({ length: ROWS }, (_, n) => `${n},"Åse ""${n}"""`)].join('\n');
    const upload = await server.admin.call('POST', '/Uploads?Name=people.csv', csv, {
      'Content-Type': 'text/csv',
    });
    const columns = [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text' },
    ];
    const ids = [
      await anna.start({ Name: 'countdown', ParameterObject: { seconds: '0' } }),
      await server.admin.start({
        Name: 'csv-import',
        ParameterObject: { file: upload.body.File, table: 'people', columns },
      }),
    ];
    for (const id of ids) expect((await server.admin.ended(id)).State).toBe('Succeeded');
    due = Date.now() + 3000;
    await server.admin.call('POST', '/BatchTask?DelaySeconds=2', {
      Name: 'countdown',
      Description: 'not begun',
      ParameterObject: { seconds: '0' },
    });
    const last = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    await server.admin.ended(last);
    await server.admin.json('DELETE', `/BatchTask/${last}`);
    await server.stop();
  });
  afterAll(async () => {
    await laptop?.remove();
    await target?.remove();
  });

  test('a wrong command line is refused', async () => {
    expect(await move()).toMatchObject({ code: 2, stderr: expect.stringContaining('--to') });
    expect(await move('--to', 'mysql://x')).toMatchObject({ code: 2 });
    const both = await runCli(['move', '--to', url()], { ...TEST_ENV, ...target.env });
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('unset DATABASE_URL') });
  });

  test('an interrupted move keeps servers from starting there, and can be resumed', async () => {
    const log = pino({ level: 'silent' });
    const config = readConfig({ ...TEST_ENV, ...laptop.env });
    const into = readConfig({ ...TEST_ENV, ...laptop.env, ...target.env, ...SCHEMA });
    const open: Database[] = [];
    try {
      const from = await openForTransfer(config, log);
      open.push(from);
      const to = await openForTransfer(into, log);
      open.push(to);
      const names = { source: nameOf(config), target: nameOf(into) };
      let rows = 0;
      const cut = transferDatabase(from.sql, to.sql, names, ({ table, copied }) => {
        rows = table === 'batchline_data.people' ? copied : rows;
        if (rows > 0) throw new Error('cut');
      });
      await expect(cut).rejects.toThrow('cut');
      expect(rows).toBeLessThan(ROWS);
    } finally {
      for (const database of open) await database.close();
    }
    await expect(startTestServer('postgres', { place: target, env: SCHEMA })).rejects.toThrow(
      'has not finished',
    );

    await vi.waitUntil(() => Date.now() > due, { timeout: 60_000 });
    const moved = await move('--to', url(), '--json');
    expect(moved, moved.stderr).toMatchObject({ code: 0 });
    const { resumed, tables } = JSON.parse(moved.stdout);
    expect(resumed).toBe(true);
    expect(tables).toContainEqual(expect.objectContaining({ table: 'batchline_data.people', rows: ROWS }));
    expect(tables).toContainEqual(expect.objectContaining({ table: 'batchline.task', rows: 3 }));
  });

  test('the server on PostgreSQL continues where the other one stopped', async () => {
    const server = await startTestServer('postgres', { place: target, env: SCHEMA });
    try {
      const tasks = await server.admin.json('GET', '/BatchTask/All');
      const waiting = tasks.find((task: { Description: string }) => task.Description === 'not begun');
      expect((await server.admin.ended(waiting.Id)).State).toBe('Succeeded');
      const { rows } = await sql<{ rows: number; name: string }>`
        select count(*)::int as rows, max(name) as name from batchline_data.people`.execute(
        server.database.sql,
      );
      expect(rows[0]).toEqual({ rows: ROWS, name: 'Åse "999"' });
      // Ids are not given again, those of deleted tasks neither.
      expect(await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } })).toBe(5);
    } finally {
      await server.stop();
    }
  });

  test('the old one says where everything is, until it is told to forget that', async () => {
    await expect(startTestServer('embedded', { place: laptop })).rejects.toThrow(
      /was moved to postgres:.*--forget/,
    );
    expect((await move('--to', url())).stderr).toContain('was already moved into the target database');
    expect(await move('--forget')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('can be used again'),
    });
    const server = await startTestServer('embedded', { place: laptop });
    await server.stop();
  });

  test('a database that is in use is left alone', async () => {
    const used = await createEmptyPlace('postgres');
    try {
      const server = await startTestServer('postgres', { place: used, env: SCHEMA });
      await server.stop();
      const refused = await move('--to', used.env.DATABASE_URL ?? '');
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('an empty one is accepted') });
    } finally {
      await used.remove();
    }
  });
});
