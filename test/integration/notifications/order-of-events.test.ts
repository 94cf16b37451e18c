import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settledEvents } from '../../../src/db/queries/event.ts';
import { createEmptyPlace, type Place } from '../../support/databases.ts';
import { EventClient } from '../../support/event-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

/** Only PostgreSQL has transactions side by side. */
let server: TestServer;
const connections: pg.Client[] = [];

/** A transaction that has written an audit row and not committed. */
async function openTransaction(taskId: number, reason: string): Promise<{ id: number; client: pg.Client }> {
  const client = new pg.Client({ connectionString: server.place.env.DATABASE_URL });
  connections.push(client);
  await client.connect();
  await client.query('begin');
  const { rows } = await client.query(
    `insert into batchline.task_audit (task_id, tenant, actor_id, from_state, to_state, attempt, reason)
     values ($1, 'batchline', 0, 4, 6, 1, $2) returning id`,
    [taskId, reason],
  );
  return { id: Number(rows[0].id), client };
}

/** Waits until the server has seen the gap: it checks whether transactions have ended. */
async function gapIsSeen(): Promise<void> {
  const client = new pg.Client({ connectionString: server.place.env.DATABASE_URL });
  connections.push(client);
  await client.connect();
  const { rows: clock } = await client.query('select clock_timestamp()::text as now');
  for (;;) {
    const { rows } = await client.query(
      `select 1 from pg_stat_activity
       where pid <> pg_backend_pid() and query_start > $1::timestamptz
         and query like '%pg_locks%'`,
      [clock[0].now],
    );
    if (rows.length > 0) return;
  }
}

describe('the order of events', () => {
  let place: Place;
  beforeAll(async () => {
    place = await createEmptyPlace('postgres');
    server = await startTestServer('postgres', { place });
  });
  afterAll(async () => {
    for (const connection of connections.splice(0)) await connection.end();
    await server?.stop();
    await place?.remove();
  });

  test('events that commit out of order are sent in order, and none is skipped', async () => {
    const task = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    await server.admin.ended(task);
    const stream = await EventClient.open(server.admin, `/BatchTask/${task}/Events`);
    const first = await openTransaction(task, 'first');
    const second = await openTransaction(task, 'second');
    const third = await openTransaction(task, 'third');
    const fourth = await openTransaction(task, 'fourth');
    expect(second.id).toBe(first.id + 1);
    await fourth.client.query('commit');
    await second.client.query('commit');
    await gapIsSeen();
    // Visible rows have larger ids than invisible ones: a reader that only compares ids would skip them.
    expect(stream.events).toEqual([]);
    await third.client.query('rollback');
    await first.client.query('commit');
    await stream.until(({ events }) => events.length === 3);
    await stream.close();
    expect(stream.events.map(({ data }) => data.Reason)).toEqual(['first', 'second', 'fourth']);
    expect(stream.events.map(({ id }) => id)).toEqual([first.id, second.id, fourth.id]);
  });

  test('a long transaction of another client delays nothing', async () => {
    const task = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    await server.admin.ended(task);
    const stranger = new pg.Client({ connectionString: server.place.env.DATABASE_URL });
    connections.push(stranger);
    await stranger.connect();
    await stranger.query('begin');
    await stranger.query(`update batchline.task set description = 'held' where id = ${task}`);
    const { After } = await server.admin.json('GET', '/Events');
    const rolledBack = await openTransaction(task, 'never');
    const committed = await openTransaction(task, 'after the gap');
    await rolledBack.client.query('rollback');
    await committed.client.query('commit');
    const page = await settledEvents(server.database.sql, After, 100);
    expect(page.events.map(({ reason }) => reason)).toEqual(['after the gap']);
    await stranger.query('rollback');
  });

  test('a reader that starts while transactions are open receives their events', async () => {
    const task = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    await server.admin.ended(task);
    const open = await openTransaction(task, 'late');
    const later = await openTransaction(task, 'later');
    await later.client.query('commit');
    const opening = EventClient.open(server.admin, `/BatchTask/${task}/Events`);
    await gapIsSeen();
    await open.client.query('commit');
    const stream = await opening;
    // It began after both, at a place that nothing can come below any more.
    await stream.until(({ lastId }) => lastId === later.id);
    const next = await openTransaction(task, 'next');
    await next.client.query('commit');
    await stream.until(({ events }) => events.length === 1);
    await stream.close();
    expect(stream.events[0]?.data.Reason).toBe('next');
  });

  test('under many writers at once every event comes once and in order', async () => {
    const stream = await EventClient.open(server.admin, '/Events');
    const tasks = await Promise.all(
      Array.from({ length: 150 }, (_, n) =>
        server.admin.start({
          Name: 'countdown',
          ParameterObject: { seconds: '0' },
          IsInternalTask: n % 3 === 0,
        }),
      ),
    );
    const told = tasks.filter((id) => id !== 0);
    await stream.until(
      ({ moves }) => moves.filter((move) => move.endsWith(':Succeeded')).length >= told.length,
    );
    await stream.close();
    const expected = told.flatMap((id) =>
      ['New', 'Aquired', 'Started', 'Succeeded'].map((to) => `${id}:${to}`),
    );
    expect(stream.moves.toSorted()).toEqual(expected.toSorted());
    const ids = stream.events.flatMap(({ id }) => id ?? []);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  });
});
