import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { insertWaiting } from '../support/waiting-tasks.ts';

const HANDLERS = join(import.meta.dirname, '../browser/fixtures/handlers.ts');

describe.each(DATABASES)('GET /api/v1/Statistics on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { BATCHLINE_HANDLERS: HANDLERS } });
  });
  afterAll(() => server.stop());

  const one = (list: { Name: string }[], name: string) => list.find((each) => each.Name === name);

  test('counts registered, begun, succeeded and failed tasks, and queued and running ones', async () => {
    const { admin } = server;
    const failed = [];
    for (const fail of [true, true, false, false, false]) {
      const { Id, State } = await admin.ended(
        await admin.start({ Name: 'flaky', ParameterObject: { fail } }),
      );
      if (State === 'Failed') failed.push(Id);
    }
    // One that failed first and then succeeded is no failure any more.
    const [again, still] = failed;
    await admin.json('PUT', `/BatchTask/${again}`, { State: 'New' });
    await admin.ended(again);
    const running = await admin.start({ Name: 'close-the-books' });
    await admin.until(running, (task) => task.State === 'Started');

    const answer = await admin.call('GET', '/Statistics?Minutes=60', undefined, {
      'SO-TimeZone': 'UTC, includeTZOffset',
    });
    const { Since, StepSeconds, Changes, Workers, Queues, Failures } = answer.body;
    expect(StepSeconds).toBe(60);
    expect(Date.now() - Date.parse(Since)).toBeLessThanOrEqual(60 * 60_000);
    const total = (name: string, what: string): number =>
      Changes.filter((each: { Name: string }) => each.Name === name).reduce(
        (sum: number, each: Record<string, number>) => sum + (each[what] ?? 0),
        0,
      );
    expect(['Registered', 'Begun', 'Succeeded', 'Failed'].map((what) => total('flaky', what))).toEqual([
      5, 5, 4, 2,
    ]);
    for (const change of Changes) {
      expect(Date.parse(change.At) % 60_000).toBe(0);
      expect(change.Waited).toBeGreaterThanOrEqual(0);
      expect(change.LongestWait).toBeGreaterThanOrEqual(change.Waited);
    }
    expect(new Set(Workers.map((step: { Workers: number }) => step.Workers))).toEqual(new Set([1]));
    for (const { At } of Workers) expect(Date.parse(At) % 60_000).toBe(0);
    expect(one(Queues, 'close-the-books')).toMatchObject({ Due: 0, Later: 0, Oldest: null, Running: 1 });
    expect(Failures).toEqual([
      expect.objectContaining({
        Name: 'flaky',
        Tasks: 1,
        LastId: still,
        Result: expect.stringContaining('printer'),
      }),
    ]);
  });

  test('counts each process once in a step, and callers not at all', async () => {
    const { sql: db } = server.database;
    const step = Math.floor(Date.now() / 60_000) * 60_000 - 30 * 60_000;
    const change = (node_id: string | null, second: number, from_state: number, to_state: number) => ({
      task_id: 1,
      tenant: 'batchline',
      actor_id: 0,
      at: new Date(step + second * 1000),
      node_id,
      from_state,
      to_state,
      attempt: 1,
      reason: '',
    });
    await db
      .insertInto('batchline.task_audit')
      .values([
        change('a', 1, 2, 3),
        change('a', 2, 3, 4),
        change('b', 3, 3, 5),
        change('claims only', 4, 1, 2),
        change(null, 5, 3, 4),
        change('b', 60, 2, 3),
      ])
      .execute();
    const { body } = await server.admin.call('GET', '/Statistics', undefined, {
      'SO-TimeZone': 'UTC, includeTZOffset',
    });
    const at = (ms: number): number | undefined =>
      body.Workers.find((each: { At: string }) => Date.parse(each.At) === ms)?.Workers;
    expect([at(step - 60_000), at(step), at(step + 60_000)]).toEqual([undefined, 2, 1]);
  });

  test('counts due tasks, with their age, and delayed ones', async () => {
    const hour = 3_600_000;
    await insertWaiting(server.database, 'nobody-runs-it', [-7200, -3600, 3600]);
    const { body } = await server.admin.call('GET', '/Statistics', undefined, {
      'SO-TimeZone': 'UTC, includeTZOffset',
    });
    const queue = one(body.Queues, 'nobody-runs-it') as unknown as { Oldest: string };
    expect(queue).toMatchObject({ Due: 2, Later: 1, Running: 0 });
    expect(Math.abs(Date.now() - 2 * hour - Date.parse(queue.Oldest))).toBeLessThan(hour);
  });

  test('is for who may see every task, and of their tenant', async () => {
    const associate = await server.associate('plain');
    expect((await associate.call('GET', '/Statistics')).status).toBe(403);
    const viewer = await server.associate('viewer', { roles: ['viewer'] });
    expect((await viewer.json('GET', '/Statistics')).Queues.length).toBeGreaterThan(0);
    const foreign = await server.associate('foreign', { roles: ['viewer'], tenant: 'Cust1' });
    expect(await foreign.json('GET', '/Statistics')).toMatchObject({
      Changes: [],
      Workers: [],
      Queues: [],
      Failures: [],
    });
  });

  test.each(['x', '-1', '123456'])('Minutes=%s is refused', async (minutes) => {
    expect((await server.admin.call('GET', `/Statistics?Minutes=${minutes}`)).status).toBe(400);
  });
});
