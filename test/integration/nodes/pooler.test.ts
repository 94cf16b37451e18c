import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { Database } from '../../../src/db/database.ts';
import { isConnectionError } from '../../../src/db/errors.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { createPlace, type Place } from '../../support/databases.ts';
import { EventClient } from '../../support/event-client.ts';
import { type PgBouncer, startPgBouncer } from '../../support/pgbouncer.ts';
import { lacks } from '../../support/programs.ts';
import { startTestServer, TEST_ENV, type TestServer } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, '../fixtures/handlers.ts');
const LOG = pino({ level: 'silent' });
/** Fewer than the servers have, so that their connections are handed from one to the other. */
const POOL_SIZE = 3;

let place: Place;
beforeAll(async () => {
  place = await createPlace('postgres');
});
afterAll(() => place?.remove());

/** Opens the place's database with these settings, for the length of a test. */
async function open(env: Record<string, string>): Promise<Database> {
  const database = await openDatabase(readConfig({ ...TEST_ENV, ...place.env, ...env }), LOG);
  onTestFinished(() => database.close());
  return database;
}

/** Checks that an idle transaction is ended, which releases its locks. */
async function expectEndOfStanding(env: Record<string, string>): Promise<void> {
  const [frozen, other] = [await open({ ...env, BATCHLINE_IDLE_TRANSACTION_SECONDS: '1' }), await open(env)];
  const lock = sql`select 1 from batchline.webhook_cursor where id = 1 for update`;
  const standing = frozen.sql.transaction().execute(async (trx) => {
    await lock.execute(trx);
    await other.sql.transaction().execute((theirs) => lock.execute(theirs));
    await lock.execute(trx);
  });
  await expect(standing).rejects.toSatisfy(isConnectionError);
  await frozen.sql.transaction().execute((trx) => lock.execute(trx));
}

test('an idle transaction is ended by PostgreSQL, and the process continues', () => expectEndOfStanding({}));

test('an unreachable address for notifications is refused', async () => {
  await expect(open({ DATABASE_LISTEN_URL: 'postgres://postgres@127.0.0.1:1/x' })).rejects.toThrow(
    /^DATABASE_LISTEN_URL: PostgreSQL can't be used there: .*ECONNREFUSED/,
  );
});

describe.skipIf(lacks('pgbouncer'))('through pgbouncer, by transaction', () => {
  let pooler: PgBouncer;
  let pooled: Record<string, string>;
  let direct: string;
  beforeAll(async () => {
    pooler = await startPgBouncer(inject('postgresUrl'), 'transaction', POOL_SIZE);
    direct = place.env.DATABASE_URL ?? '';
    pooled = { DATABASE_URL: pooler.through(direct), DATABASE_LISTEN_URL: direct };
  });
  afterAll(() => pooler?.stop());

  describe('two servers', () => {
    let one: TestServer;
    let other: TestServer;
    beforeAll(async () => {
      // A lease that lasts an hour: a stop reaches the other server by a signal, or not at all.
      const BATCHLINE_LISTEN_SOCKET = join(place.folder, 'listen');
      const env = { ...pooled, BATCHLINE_LEASE_SECONDS: '3600', BATCHLINE_LISTEN_SOCKET };
      one = await startTestServer('postgres', { place, env });
      other = await startTestServer('postgres', { place, env: { ...env, BATCHLINE_HANDLERS: HANDLERS } });
    });
    afterAll(async () => {
      await one?.stop();
      await other?.stop();
    });

    test('start, run and end tasks, in transactions that share few connections', async () => {
      const start = (n: number): Promise<number> =>
        other.admin.start({ Name: 'flaky', ParameterObject: { succeedAt: (n % 2) + 1 } });
      const ids = await Promise.all(Array.from({ length: 60 }, (_, n) => start(n)));
      for (const [n, id] of ids.entries())
        expect(await one.admin.ended(id)).toMatchObject({ State: 'Succeeded', StartCount: (n % 2) + 1 });
      const pooledNow = async (): Promise<number | undefined> => {
        const { rows } = await sql<{ pooled: number }>`
          select count(*)::int as pooled from pg_stat_activity
          where datname = current_database() and application_name = 'batchline'`.execute(one.database.sql);
        return rows[0]?.pooled;
      };
      // Those of the tests before may take a moment to be gone.
      await expect.poll(pooledNow, { timeout: 30_000 }).toBeLessThanOrEqual(POOL_SIZE);
    });

    test('notify each other of stops, and clients of events', async () => {
      const stream = await EventClient.open(one.admin, '/Events');
      const id = await other.admin.start({ Name: 'wait' });
      await stream.until(({ events }) => events.some(({ event }) => event === 'progress'));
      await one.admin.json('POST', `/BatchTask/${id}/Stop`);
      await stream.sees(id, 'Failed');
      await stream.close();
      expect(stream.moves).toEqual(['New', 'Aquired', 'Started', 'Failed'].map((state) => `${id}:${state}`));
    });

    test('listen on one connection, which they share by a socket', async () => {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from pg_stat_activity
        where datname = current_database() and application_name = 'batchline signals'`.execute(
        one.database.sql,
      );
      expect(rows).toEqual([{ n: 1 }]);
    });

    test('start tasks by schedules', async () => {
      const { Id } = await one.admin.json('POST', '/Schedules', {
        Name: 'each second',
        Definition: 'countdown',
        ParameterObject: { seconds: '0' },
        Cron: '* * * * * *',
      });
      const lastTask = async (): Promise<number> =>
        (await one.admin.json('GET', `/Schedules/${Id}`)).LastTaskId ?? 0;
      let id = 0;
      while (id === 0) id = await lastTask();
      expect(await one.admin.ended(id)).toMatchObject({ State: 'Succeeded' });
      await one.admin.json('DELETE', `/Schedules/${Id}`);
    });
  });

  test('an idle transaction is ended, too', () => expectEndOfStanding(pooled));

  test('without an address for signals the start is refused, and polling is accepted', async () => {
    const { DATABASE_URL = '' } = pooled;
    await Promise.all([
      expect(open({ DATABASE_URL })).rejects.toThrow(
        /^DATABASE_URL: PostgreSQL can't be used there: the address is a pooler .*; set DATABASE_LISTEN_URL/,
      ),
      expect(open({ DATABASE_LISTEN_URL: DATABASE_URL })).rejects.toThrow(
        /^DATABASE_LISTEN_URL: PostgreSQL can't be used there: the address is a pooler/,
      ),
    ]);
    await open({ DATABASE_URL, DATABASE_LISTEN_URL: 'poll' });
  });

  test('one that is said to be none is refused at the start', async () => {
    await expect(open({ ...pooled, BATCHLINE_DATABASE_POOLER: 'false' })).rejects.toThrow(
      /^DATABASE_URL: PostgreSQL can't be used there: unsupported startup parameter/,
    );
  });

  test('by session it carries signals itself', async () => {
    const bySession = await startPgBouncer(inject('postgresUrl'), 'session', 10);
    onTestFinished(() => bySession.stop());
    const DATABASE_URL = bySession.through(direct);
    const [teller, hearer] = [await open({ DATABASE_URL }), await open({ DATABASE_URL })];
    const heard = new Promise((resolve) => hearer.signals.subscribe(resolve));
    teller.signals.publish({ kind: 'stop', taskId: 7 });
    expect(await heard).toEqual({ kind: 'stop', taskId: 7 });
  });
});
