import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/open.ts';
import { CUSTOMER_COLUMNS, generateCustomers, MASS_UPDATE } from '../support/customers.ts';
import { createPlace, DATABASES, type Place } from '../support/databases.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { TEST_ENV } from '../support/test-server.ts';

const ROWS = 3_000;
const BAD = 24;

let place: Place;
let server: ServerProcess;

async function serve(): Promise<void> {
  server = await spawnServer(place, {
    BATCHLINE_LEASE_SECONDS: '2',
    BATCHLINE_INPUT_DIR: join(place.folder, 'input'),
    BATCHLINE_HANDLERS: join(MASS_UPDATE, 'adjust-credit-limits.ts'),
  });
}

/** Starts a task, kills the server once the task reports progress, restarts it, and waits until the task ends. */
async function killedIn(info: Record<string, unknown>) {
  const id = await server.admin.start(info);
  const task = await server.admin.until(
    id,
    (one) => one.ProgressDescription !== '' || one.State === 'Failed',
  );
  await server.kill();
  expect(task, `killed in the middle: ${task.Result}`).toMatchObject({ State: 'Started', StartCount: 1 });
  await serve();
  const ended = await server.admin.ended(id);
  expect(ended.StartCount).toBeGreaterThan(1);
  return ended;
}

const fileOf = async (id: number): Promise<string[][]> =>
  parse((await server.admin.call('GET', `/BatchTask/${id}/File`)).text);

describe.each(DATABASES)('killed by kill -9 on %s', (kind) => {
  beforeEach(async () => {
    place = await createPlace(kind);
    await mkdir(join(place.folder, 'input'));
    await serve();
  });
  afterEach(async () => {
    if (server.child.exitCode === null && server.child.signalCode === null) server.child.kill(9);
    await place.remove();
  });

  test('a csv-import neither loses nor doubles a row, and a mass update changes each once', async () => {
    const { csv, badIds, good } = await generateCustomers(ROWS, { bad: BAD });
    await writeFile(join(place.folder, 'input/customers.csv'), csv);

    const imported = await killedIn({
      Name: 'csv-import',
      ParameterObject: {
        file: 'customers.csv',
        table: 'customers',
        columns: JSON.stringify(CUSTOMER_COLUMNS),
        chunkRows: '40',
      },
    });
    expect(imported).toMatchObject({ State: 'Succeeded', FileName: 'customers-errors.csv' });
    expect(JSON.parse(imported.Result)).toMatchObject({ read: ROWS, loaded: ROWS - BAD, rejected: BAD });
    const report = (await fileOf(imported.Id)).slice(1);
    // The header is line 1, and no row has a line break.
    expect(report.map(([line]) => Number(line))).toEqual(badIds.map((id) => id + 1));

    const updated = await killedIn({
      Name: 'adjust-credit-limits',
      ParameterObject: { import: String(imported.Id), percent: '10', batchRows: '40' },
    });
    expect(updated).toMatchObject({ State: 'Succeeded', FileName: 'changed.csv' });
    const changes = await fileOf(updated.Id);
    expect(await server.stop()).toBe(0);

    const expected = good.map(([id = '', name, , , , active, before = '']) => {
      const after = active === 'yes' ? (Number(before) * 1.1).toFixed(2) : before;
      return { id, name, active: active === 'yes', before, after };
    });
    expect(changes).toEqual([
      ['id', 'name', 'before', 'after'],
      ...expected.filter((row) => row.active).map(({ id, name, before, after }) => [id, name, before, after]),
    ]);
    expect(await limits()).toEqual(expected.map(({ id, after }) => ({ id, limit: after })));
  });

  /** Content of the table; no server may be using it. */
  async function limits(): Promise<unknown[]> {
    const database = await openDatabase(readConfig({ ...TEST_ENV, ...place.env }), pino({ level: 'silent' }));
    try {
      const { rows } = await sql`
        select id::text, credit_limit::numeric(12, 2)::text as limit from batchline_data.customers
        order by customers.id`.execute(database.sql);
      return rows;
    } finally {
      await database.close();
    }
  }
});
