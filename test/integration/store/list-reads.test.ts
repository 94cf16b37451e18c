import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { Database } from '../../../src/db/database.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';

/** An endless query; it needs no disk, and returns nothing before its end. */
const ENDLESS = sql<{ n: string }>`
  select count(*) as n from generate_series(1, 100000) as a, generate_series(1, 100000) as b /* endless */`;

describe.each(DATABASES)('reads of lists on %s', (kind) => {
  let place: Place;
  let database: Database;
  beforeAll(async () => {
    place = await createPlace(kind);
    const config = readConfig({ ...place.env, BATCHLINE_LIST_TIMEOUT_SECONDS: '1' });
    database = await openDatabase(config, pino({ level: 'silent' }));
  });
  afterAll(async () => {
    await database?.close();
    await place?.remove();
  });

  const endless = (): Promise<unknown> => database.lists.read((db) => ENDLESS.execute(db));

  test('one that takes too long is cancelled in the database, and the process keeps working', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 20);
    await expect(endless()).rejects.toMatchObject({
      kind: 'unavailable',
      retryAfter: expect.any(Number),
      message: expect.stringContaining('Reading the list took longer than 1 s and was canceled'),
    });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
    const { rows } = await sql<{ n: number }>`select 1 as n`.execute(database.sql);
    expect(rows).toEqual([{ n: 1 }]);
    if (kind === 'embedded') return;
    const active = sql`
      select pid from pg_stat_activity
      where state = 'active' and query like '%endless%' and pid <> pg_backend_pid() and datname = current_database()`;
    expect((await active.execute(database.sql)).rows).toEqual([]);
  });

  test('other calls proceed while lists are read and others wait', async () => {
    const lists = Array.from({ length: 5 }, () => endless().catch((error: Error) => error));
    const ended: string[] = [];
    void Promise.all(lists).then(() => ended.push('lists'));
    for (let round = 0; round < 2; round++)
      await database.sql.transaction().execute((trx) => sql`select 1`.execute(trx));
    ended.push('others');
    await Promise.all(lists);
    expect(ended).toEqual(['others', 'lists']);
  });

  test('too many that wait are refused', async () => {
    const gate = Promise.withResolvers<void>();
    const held = (): Promise<void> => database.lists.read(() => gate.promise);
    const all = Array.from({ length: 120 }, () => held().catch((error: Error) => error));
    const refused = await Promise.race(all);
    expect(refused).toMatchObject({ kind: 'unavailable' });
    expect(String(refused)).toContain('Too many lists are being read');
    gate.resolve();
    expect((await Promise.all(all)).filter((one) => one === undefined).length).toBeGreaterThanOrEqual(100);
  });

  test('a statement after one that was stopped is whole', async () => {
    await expect(endless()).rejects.toMatchObject({ kind: 'unavailable' });
    const read = database.lists.read((db) => sql<{ n: number }>`select 2 as n`.execute(db));
    expect((await read).rows).toEqual([{ n: 2 }]);
    await database.sql.transaction().execute(async (trx) => {
      await sql`create temp table kept (n int) on commit drop`.execute(trx);
      await sql`insert into kept select generate_series(1, 1000)`.execute(trx);
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from kept`.execute(trx);
      expect(rows).toEqual([{ n: 1000 }]);
    });
  });
});
