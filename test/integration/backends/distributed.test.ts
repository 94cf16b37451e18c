import { sql, type Transaction } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { message } from '../../../src/domain/message.ts';
import { closeGaps } from '../../../src/store/events/close-gaps.ts';
import { withMigrationLease } from '../../../src/store/migrations/migration-lease.ts';
import { openPostgres } from '../../../src/store/postgres/open-postgres.ts';
import type { Schema } from '../../../src/store/schema.ts';
import type { Signal } from '../../../src/store/signals.ts';
import { insertAudit } from '../../../src/store/tasks/audit.ts';
import { inTransaction } from '../../../src/store/transaction.ts';
import { createEmptyPlace, type Place } from '../../support/databases.ts';
import { startTestServer, TEST_ENV, type TestServer } from '../../support/test-server.ts';

/** Two servers that use PostgreSQL as if it were CockroachDB, every transaction serializable. */
let place: Place;
let here: TestServer;
let there: TestServer;
beforeAll(async () => {
  place = await createEmptyPlace('postgres', 'cockroachdb');
  here = await startTestServer('postgres', { place });
  there = await startTestServer('postgres', { place });
});
afterAll(async () => {
  await here?.stop();
  await there?.stop();
  await place?.remove();
});

const url = (): string => place.env.DATABASE_URL ?? '';

describe('transactions that the database refuses for the sake of others', () => {
  test('are done again until each has counted', async () => {
    await sql`create table if not exists public.counter (id int primary key, n int not null)`.execute(
      here.database.sql,
    );
    await sql`insert into public.counter values (1, 0)`.execute(here.database.sql);
    let calls = 0;
    const count = async (trx: Transaction<Schema>): Promise<void> => {
      calls += 1;
      const { rows } = await sql<{ n: number }>`select n from public.counter where id = 1`.execute(trx);
      await sql`update public.counter set n = ${(rows[0]?.n ?? 0) + 1} where id = 1`.execute(trx);
    };
    const servers = [here, there, here, there, here, there];
    await Promise.all(servers.map((server) => inTransaction(server.database.sql, count)));
    const { rows } = await sql<{ n: number }>`select n from public.counter`.execute(here.database.sql);
    expect(rows).toEqual([{ n: servers.length }]);
    expect(calls).toBeGreaterThan(servers.length);
  });

  test('so are statements that are transactions of their own', async () => {
    const held = new pg.Client({ connectionString: url() });
    await held.connect();
    await held.query('begin');
    await held.query('update public.counter set n = 100 where id = 1');
    const waiting = sql`update public.counter set n = n + 1 where id = 1`.execute(here.database.sql);
    await lockIsWaitedFor();
    await held.query('commit');
    await held.end();
    await waiting;
    const { rows } = await sql<{ n: number }>`select n from public.counter`.execute(here.database.sql);
    expect(rows).toEqual([{ n: 101 }]);
  });
});

describe('gaps between events', () => {
  const change = (reason: string) => ({
    taskId: 1,
    tenant: 'x',
    actorId: 0,
    nodeId: null,
    from: 'New' as const,
    to: 'Failed' as const,
    attempt: 0,
    reason: message`${reason}`,
  });
  const nextId = async (): Promise<number> => {
    const { rows } = await sql<{ id: string }>`
      select last_value + is_called::int as id from batchline.task_audit_id_seq`.execute(here.database.sql);
    return Number(rows[0]?.id);
  };
  const reasonsAfter = async (id: number): Promise<unknown[]> => {
    const { rows } = await sql<{ reason: string }>`
      select reason from batchline.task_audit where id >= ${id} and task_id = 1`.execute(here.database.sql);
    return rows.map((row) => row.reason);
  };

  test('are closed once, whoever closes them; a writer who still gets such an id writes under another', async () => {
    const first = await nextId();
    // The reader is faster than the writer: the ids are given up before anybody has used them.
    await Promise.all([
      closeGaps(here.database.sql, first - 1, first + 2, undefined),
      closeGaps(there.database.sql, first - 1, first + 2, undefined),
    ]);
    await inTransaction(here.database.sql, (trx) => insertAudit(trx, [change('kept')]));
    expect(await reasonsAfter(first)).toEqual(['kept']);
    expect(await nextId()).toBe(first + 4);
  });

  test('are waited for where a transaction under way has the id', async () => {
    const first = await nextId();
    let closing: Promise<void> | undefined;
    await inTransaction(here.database.sql, async (trx) => {
      await insertAudit(trx, [change('slow')]);
      closing ??= closeGaps(there.database.sql, first - 1, first, undefined);
      await lockIsWaitedFor();
    });
    await closing;
    expect(await reasonsAfter(first)).toEqual(['slow']);
  });
});

test('one process hears the signals of another through the table, once, and its own at once', async () => {
  const heard: { where: string; signal: Signal }[] = [];
  const ends = [here, there].map((server) =>
    server.database.signals.subscribe((signal) => {
      if (signal.kind === 'stop') heard.push({ where: server === here ? 'here' : 'there', signal });
    }),
  );
  here.database.signals.publish({ kind: 'stop', taskId: 77 });
  expect(heard).toEqual([{ where: 'here', signal: { kind: 'stop', taskId: 77 } }]);
  await expect.poll(() => heard, { timeout: 60_000 }).toHaveLength(2);
  expect(heard[1]).toEqual({ where: 'there', signal: { kind: 'stop', taskId: 77 } });
  // A later one comes after it, so that it would have come twice by then.
  here.database.signals.publish({ kind: 'stop', taskId: 78 });
  await expect.poll(() => heard.length, { timeout: 60_000 }).toBeGreaterThan(3);
  expect(heard.map(({ where, signal }) => `${where} ${JSON.stringify(signal)}`)).toHaveLength(4);
  for (const end of ends) end();
});

test('tasks of both servers run, each once, and events of both are told', async () => {
  const starts = Array.from({ length: 20 }, (_, n) =>
    (n % 2 === 0 ? here : there).admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } }),
  );
  for (const id of await Promise.all(starts)) {
    const task = await here.admin.ended(id);
    expect(task).toMatchObject({ State: 'Succeeded', StartCount: 1 });
  }
});

test('only one process at a time has the lease for migrations, and a dead one has it for a while only', async () => {
  const db = here.database.sql as never;
  const order: string[] = [];
  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      withMigrationLease(db, name, async () => {
        order.push(`${name} begins`);
        await sql`select pg_sleep(0.01)`.execute(db);
        order.push(`${name} ends`);
      }),
    ),
  );
  for (let at = 0; at < order.length; at += 2)
    expect(order[at + 1]).toBe(order[at]?.replace('begins', 'ends'));
  await sql`insert into batchline.migration_lease values (1, 'dead', now() - interval '1 second')`.execute(
    db,
  );
  await withMigrationLease(db, 'd', async () => void order.push('d'));
  expect(order.at(-1)).toBe('d');
});

test('ids of events in blocks are refused, with what to do', async () => {
  await sql`alter sequence batchline.task_audit_id_seq cache 100`.execute(here.database.sql);
  const config = readConfig({ ...TEST_ENV, ...place.env });
  await expect(openPostgres(url(), config, pino({ level: 'silent' }))).rejects.toThrow(
    /hands out 100 numbers at a time.*ysql_sequence_cache_minval/,
  );
  await sql`alter sequence batchline.task_audit_id_seq cache 1`.execute(here.database.sql);
});

/** Resolves when somebody waits for a lock in this database. */
async function lockIsWaitedFor(): Promise<void> {
  const client = new pg.Client({ connectionString: url() });
  await client.connect();
  try {
    for (;;) {
      const { rows } = await client.query(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      if (rows.length > 0) return;
    }
  } finally {
    await client.end();
  }
}
