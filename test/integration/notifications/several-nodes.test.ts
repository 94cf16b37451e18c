import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlace, type Place } from '../../support/databases.ts';
import { EventClient } from '../../support/event-client.ts';
import { type ServerProcess, spawnServer } from '../../support/server-process.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';

const HANDLERS = join(import.meta.dirname, '../fixtures/handlers.ts');
const WHOLE_LIFE = ['New', 'Aquired', 'Started', 'Succeeded'];

let place: Place;
/** The one that has the definition `wait`. */
let one: ServerProcess;
let other: ServerProcess;
let listener: pg.Client;
/** Notifications between the processes. */
const notifications: Record<string, unknown>[] = [];

beforeAll(async () => {
  place = await createPlace('postgres');
  const env = { BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'true', BATCHLINE_SHUTDOWN_GRACE_SECONDS: '1' };
  one = await spawnServer(place, { ...env, BATCHLINE_HANDLERS: HANDLERS });
  other = await spawnServer(place, env);
  listener = new pg.Client({ connectionString: place.env.DATABASE_URL });
  listener.on('notification', ({ payload = '' }) => notifications.push(JSON.parse(payload)));
  await listener.connect();
  await listener.query('listen batchline');
});
afterAll(async () => {
  await listener?.end();
  for (const server of [one, other]) if (server?.child.exitCode === null) server.child.kill('SIGKILL');
  await place?.remove();
});

const quick = (server: ServerProcess): Promise<number> =>
  server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });

test('without listeners, neither events nor progress are announced', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => quick(n % 2 === 0 ? one : other)));
  const waiting = await one.admin.start({ Name: 'wait' });
  await one.admin.until(waiting, (task) => task.ProgressPercent === 10);
  await one.admin.json('POST', `/BatchTask/${waiting}/Stop`);
  await Promise.all([...ids, waiting].map((id) => one.admin.ended(id)));
  await listener.query('select 1');
  expect(notifications.length).toBeGreaterThan(0);
  for (const told of notifications) {
    expect(told).toMatchObject({ listening: false });
    for (const key of ['changed', 'progress']) expect(told).not.toHaveProperty(key);
  }
});

test('events and progress of the other process arrive, and any process can resume the stream', async () => {
  const stream = await EventClient.open(other.admin, '/Events');
  const id = await one.admin.start({ Name: 'wait' });
  await stream.until(({ events }) => events.some(({ event }) => event === 'progress'));
  await other.admin.json('POST', `/BatchTask/${id}/Stop`);
  await stream.sees(id, 'Failed');
  await stream.close();
  expect(stream.moves).toEqual(['New', 'Aquired', 'Started', 'Failed'].map((state) => `${id}:${state}`));
  expect(notifications.some((told) => told.changed === true)).toBe(true);
  const next = await quick(other);
  await other.admin.ended(next);
  const continued = await EventClient.open(one.admin, '/Events', stream.lastId);
  await continued.sees(next, 'Succeeded');
  await continued.close();
  expect(continued.moves).toEqual(WHOLE_LIFE.map((state) => `${next}:${state}`));
});

test('with two processes every event has one delivery, also after one of them was killed', async () => {
  const receiver = await startReceiver();
  const { Id } = await one.admin.json('POST', '/Webhooks', { Url: receiver.url });
  const begin = Array.from({ length: 30 }, (_, n) => quick(n % 2 === 0 ? one : other));
  const ids = await Promise.all(begin);
  await Promise.all(ids.map((id) => one.admin.ended(id)));
  await other.kill();
  ids.push(await quick(one));
  const wanted = ids.length * WHOLE_LIFE.length;
  await receiver.until(
    (received) => new Set(received.map(({ headers }) => headers['webhook-id'])).size >= wanted,
  );
  const { rows } = await listener.query(
    'select count(*)::int as all, count(distinct event_id)::int as events from batchline.webhook_delivery where webhook_id = $1',
    [Id],
  );
  expect(rows[0]).toEqual({ all: wanted, events: wanted });
  expect(new Set(receiver.received.map(({ body }) => body.Id)).size).toBe(wanted);
  await receiver.close();
});

test('streams end when their process stops, which they do not hold up', async () => {
  const stream = await EventClient.open(one.admin, '/Events');
  expect(await one.stop()).toBe(0);
  await stream.ended;
});
