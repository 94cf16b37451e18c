import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schema } from '../../../src/db/schema.ts';
import { inTransaction } from '../../../src/db/transaction.ts';
import { IS_CITUS } from '../../support/citus.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

describe('transactions on postgres', () => {
  let server: TestServer;
  let db: Kysely<Schema>;
  beforeAll(async () => {
    server = await startTestServer('postgres');
    db = server.database.sql;
    await sql`create table counter (id int primary key, value int not null)`.execute(db);
    await sql`insert into counter values (1, 0), (2, 0)`.execute(db);
  });
  afterAll(() => server?.stop());

  const counters = async (): Promise<number[]> => {
    const { rows } = await sql<{ value: number }>`select value from counter order by id`.execute(db);
    return rows.map((row) => row.value);
  };

  test('the victim of a deadlock is retried', async () => {
    const held = new Map<number, () => void>();
    const bothHold = Promise.all(
      [1, 2].map((id) => new Promise<void>((resolve) => void held.set(id, resolve))),
    );
    let tries = 0;
    const addCrosswise = (first: number, second: number): Promise<void> =>
      inTransaction(server.database, async (trx) => {
        tries += 1;
        await sql`update counter set value = value + 1 where id = ${first}`.execute(trx);
        held.get(first)?.();
        await bothHold;
        await sql`update counter set value = value + 1 where id = ${second}`.execute(trx);
      });
    await Promise.all([addCrosswise(1, 2), addCrosswise(2, 1)]);
    expect(tries).toBe(3);
    expect(await counters()).toEqual([2, 2]);
  });

  test('what the work throws is thrown at once, and nothing is kept', async () => {
    const before = await counters();
    let tries = 0;
    const failing = inTransaction(server.database, async (trx) => {
      tries += 1;
      await sql`update counter set value = value + 1`.execute(trx);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(tries).toBe(1);
    expect(await counters()).toEqual(before);
  });

  // Distributed tables of Citus have no triggers.
  test.skipIf(IS_CITUS)(
    'where the database gives it up again and again, the caller is told to come again, and nothing has changed',
    async () => {
      await sql`create function always_again() returns trigger language plpgsql as
      $$ begin raise exception 'again' using errcode = '40001'; end $$`.execute(db);
      await sql`create trigger always_again before insert on batchline.task
      for each row execute function always_again()`.execute(db);
      const start = () => server.admin.call('POST', '/BatchTask', { Name: 'countdown' });
      const refused = await start();
      expect(refused, refused.text).toMatchObject({
        status: 503,
        body: {
          ErrorType: 'SoBusyException',
          Message: expect.stringContaining('nothing has changed'),
        },
      });
      expect(refused.headers.get('retry-after')).toBe('2');
      await sql`drop trigger always_again on batchline.task`.execute(db);
      expect(await server.admin.json('GET', '/BatchTask/All')).toEqual([]);
      expect((await start()).status).toBe(200);
    },
  );
});
