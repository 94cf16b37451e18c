import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countIds } from '../../../src/db/queries/ids.ts';
import { promoteDue } from '../../../src/db/queries/queue-claim.ts';

import { IdWatch } from '../../../src/queue/id-watch.ts';
import { Housekeeping } from '../../../src/queue/pruner.ts';
import { DATABASES } from '../../support/databases.ts';
import { openTestNode } from '../../support/test-node.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');
const LOG = pino({ level: 'silent' });

describe.each(DATABASES)('start options on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: HANDLERS, BATCHLINE_CONCURRENCY: '1' },
    });
  });
  afterAll(() => server?.stop());

  const start = async (
    query: string,
    body: Record<string, unknown> = { Name: 'quick' },
    headers: Record<string, string> = {},
  ): Promise<number> => {
    const answer = await server.admin.call('POST', `/BatchTask${query}`, body, headers);
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };
  const refused = async (
    query: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; says: string }> => {
    const answer = await server.admin.call('POST', `/BatchTask${query}`, { Name: 'quick' }, headers);
    return { status: answer.status, says: answer.body.Message };
  };
  const times = async (id: number): Promise<{ waited: number | null; state: number; due: Date }> => {
    const { rows } = await sql<{ waited: number | null; state: number; due: Date }>`
      select extract(epoch from last_started - created)::float8 as waited, state, run_after as due
      from batchline.task where id = ${id}`.execute(server.database.sql);
    return rows[0] as never;
  };

  test('a start with a delay runs when that is over, and the record says when it is due', async () => {
    const id = await start('?delayseconds=0.4');
    await server.admin.ended(id);
    expect((await times(id)).waited).toBeGreaterThanOrEqual(0.4);
  });

  test('StartAt is in the zone of the caller; until then the task waits, and it can be stopped', async () => {
    const year = new Date().getUTCFullYear() + 1;
    const later = await start(`?STARTAT=${year}-07-01T12:00:00`, { Name: 'quick' }, { 'SO-TimeZone': 'NO' });
    await server.admin.ended(await start(''));
    const { state, due } = await times(later);
    expect(state).toBe(1);
    expect(due).toEqual(new Date(Date.UTC(year, 6, 1, 10)));
    expect(await server.admin.json('POST', `/BatchTask/${later}/Stop`)).toBe(true);
    expect((await server.admin.task(later)).State).toBe('Failed');
  });

  test('a StartAt in the past is due at once', async () => {
    expect((await server.admin.ended(await start('?StartAt=2020-01-01T00:00:00Z'))).State).toBe('Succeeded');
  });

  test('tasks of a higher priority run first, those of the agent as well', async () => {
    const blocker = await server.admin.start({ Name: 'hold' });
    await server.admin.until(blocker, (task) => task.State === 'Started');
    const low = await start('?Priority=-5');
    const plain = await start('');
    const high = await server.admin.json('POST', '/Agents/Batch/StartBatchJob?priority=7', {
      BatchTaskInfo: { Name: 'quick' },
    });
    await server.admin.json('POST', `/BatchTask/${blocker}/Stop`);
    await Promise.all([low, plain, high].map((id) => server.admin.ended(id)));
    const { rows } = await sql<{ task_id: number }>`
      select task_id from batchline.task_audit where to_state = 3 and task_id in (${sql.join([low, plain, high])})
      order by id`.execute(server.database.sql);
    expect(rows.map((row) => row.task_id)).toEqual([high, plain, low]);
  });

  test('the same Idempotency-Key and body start one task, even at once; another body is refused', async () => {
    const key = { 'Idempotency-Key': 'order-17' };
    const body = { Name: 'quick', ParameterObject: { text: 'once' } };
    const [first, second, third] = await Promise.all([
      start('', body, key),
      start('', body, key),
      start('', body, key),
    ]);
    expect([second, third]).toEqual([first, first]);
    await server.admin.ended(first);
    expect(await start('', body, key)).toBe(first);
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from batchline.task where id >= ${first}`.execute(server.database.sql);
    expect(rows[0]?.n).toBe(1);

    const other = await server.admin.call('POST', '/BatchTask', { Name: 'quick' }, key);
    expect(other).toMatchObject({
      status: 409,
      body: { Message: expect.stringContaining('Idempotency-Key') },
    });
    const anotherDelay = await server.admin.call('POST', '/BatchTask?Priority=3', body, key);
    expect(anotherDelay.status).toBe(409);
  });

  test('the key of a task that has been deleted is 410', async () => {
    const key = { 'Idempotency-Key': 'deleted' };
    const id = await start('', { Name: 'quick' }, key);
    await server.admin.ended(id);
    await server.admin.json('DELETE', `/BatchTask/${id}`);
    expect(await server.admin.call('POST', '/BatchTask', { Name: 'quick' }, key)).toMatchObject({
      status: 410,
      body: {
        Code: 'idempotency_key_gone',
        Message: expect.stringContaining(`batch task ${id}, which has been deleted`),
      },
    });
  });

  test.each(['task', 'binary_object'])(
    'starts of all kinds say when the ids of %s are used up',
    async (table) => {
      const sequence = `batchline.${table}_id_seq`;
      const db = server.database.sql;
      const { rows } = await sql<{ last: string }>`select nextval(${sequence}::regclass) as last`.execute(db);
      const says = expect.stringContaining('2147483647 is the largest');
      const body = { Name: 'quick', ParameterObject: { text: 'last' } };
      const refused = { status: 503, body: { Code: 'ids_exhausted', Message: says } };
      const logged: string[] = [];
      const watch = new IdWatch(
        server.database,
        pino({ level: 'warn' }, { write: (line) => logged.push(line) }),
      );
      await watch.check();
      expect(logged).toEqual([]);
      await sql`select setval(${sequence}::regclass, 2147483646)`.execute(db);
      try {
        const last = await start('', table === 'task' ? { Name: 'starter' } : body);
        const parent = table === 'task' ? last : await start('', { Name: 'starter' });
        expect(await server.admin.ended(parent)).toMatchObject({ State: 'Failed', Result: says });
        expect(await server.admin.call('POST', '/BatchTask', body)).toMatchObject(refused);
        expect(
          await server.admin.call('POST', '/BatchTask/Bulk', { Action: 'Start', Tasks: [body] }),
        ).toMatchObject(refused);
        const schedule = {
          Name: `ids of ${table}`,
          Cron: '* * * * * *',
          Definition: 'quick',
          ParameterObject: body.ParameterObject,
        };
        const { Id } = await server.admin.json('POST', '/Schedules', schedule);
        await expect
          .poll(() => server.admin.json('GET', `/Schedules/${Id}`), { timeout: 20_000 })
          .toMatchObject({
            LastProblem: says,
            LastTaskId: null,
          });
        await server.admin.json('DELETE', `/Schedules/${Id}`);
        expect(await countIds(db)).toContainEqual({ table, ratio: 1, left: 0 });
        await watch.check();
        expect(logged.map((line) => JSON.parse(line))).toEqual([
          expect.objectContaining({ event: 'ids.running_out', table, usedRatio: 1, left: 0 }),
        ]);
        await server.admin.ended(last);
        await server.admin.json('DELETE', `/BatchTask/${last}`);
      } finally {
        await sql`select setval(${sequence}::regclass, ${rows[0]?.last}::bigint)`.execute(db);
      }
    },
  );

  test('a key belongs to its caller, lasts a day, and is not used up by a refused start', async () => {
    const key = { 'Idempotency-Key': `key-${kind}` };
    const ann = await server.associate('ann');
    const mine = await start('', { Name: 'quick' }, key);
    const hers = await ann.call('POST', '/BatchTask', { Name: 'quick' }, key);
    expect(hers.status).toBe(200);
    expect(hers.body).not.toBe(mine);

    const fresh = { 'Idempotency-Key': 'fresh' };
    expect((await server.admin.call('POST', '/BatchTask', { Name: 'no such' }, fresh)).status).toBe(400);
    expect(await start('', { Name: 'quick' }, fresh)).toBeGreaterThan(mine);

    await sql`update batchline.idempotency_key set created = now() - interval '25 hours' where key = ${key['Idempotency-Key']}`.execute(
      server.database.sql,
    );
    expect(await start('', { Name: 'quick', Description: 'another' }, key)).toBeGreaterThan(mine);
    await new Housekeeping(server.database, LOG).sweep();
    const { rows } = await sql<{ associate_id: number }>`
      select associate_id from batchline.idempotency_key where key = ${key['Idempotency-Key']}`.execute(
      server.database.sql,
    );
    expect(rows).toEqual([{ associate_id: server.admin.associateId }]);
  });

  test('wrong options are refused, and nothing starts', async () => {
    const before = await sql<{ n: number }>`select count(*)::int as n from batchline.task`.execute(
      server.database.sql,
    );
    for (const [query, says] of [
      ['?StartAt=tomorrow', 'StartAt is "tomorrow"'],
      ['?StartAt=9000-01-01', 'ten years'],
      ['?DelaySeconds=-1', 'DelaySeconds is "-1"'],
      ['?DelaySeconds=1e3', 'DelaySeconds'],
      ['?DelaySeconds=999999999', 'DelaySeconds'],
      ['?DelaySeconds=1&StartAt=2030-01-01', 'Both StartAt and DelaySeconds'],
      ['?Priority=1001', 'Priority is "1001"'],
      ['?Priority=high', 'Priority is "high"'],
      ['?priority=1&PRIORITY=2', 'more than once'],
    ] as const) {
      const { status, says: said } = await refused(query);
      expect({ query, status }).toEqual({ query, status: 400 });
      expect(said).toContain(says);
    }
    expect((await refused('?Priority=1&Priority=2')).status).toBe(400);
    expect(await refused('', { 'Idempotency-Key': 'a b' })).toMatchObject({ status: 400 });
    expect(await refused('', { 'Idempotency-Key': 'x'.repeat(256) })).toMatchObject({ status: 400 });
    const after = await sql<{ n: number }>`select count(*)::int as n from batchline.task`.execute(
      server.database.sql,
    );
    expect(after.rows).toEqual(before.rows);
  });

  test('the stager promotes each due task once, and no delayed ones', async () => {
    const node = await openTestNode(server.place, HANDLERS, server.database);
    const db = server.database.sql;
    const started = await Promise.all(Array.from({ length: 6 }, () => start('?DelaySeconds=3600')));
    const [delayed, ...due] = started as [number, ...number[]];
    const promoted = await db.transaction().execute(async (trx) => {
      await sql`update batchline.task set run_after = now() - interval '2 minutes' where id in (${sql.join(due)})`.execute(
        trx,
      );
      return [await promoteDue(trx, 3), await promoteDue(trx, 3), await promoteDue(trx, 3)];
    });
    expect(promoted.map(({ names }) => names)).toEqual([['quick', 'quick', 'quick'], ['quick', 'quick'], []]);
    expect(promoted[2]?.nextInSeconds).toBeGreaterThan(3000);
    for (const id of due) expect((await server.admin.ended(id)).State).toBe('Succeeded');
    expect((await server.admin.json('GET', `/BatchTask/${delayed}`)).State).toBe('New');
    await node.stop();
    await server.admin.json('DELETE', `/BatchTask/${delayed}`);
  });
});
