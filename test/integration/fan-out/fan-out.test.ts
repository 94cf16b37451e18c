import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { DATABASES } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

describe.each(DATABASES)('fan-out on %s', (kind) => {
  let server: TestServer;
  let folder: string;
  let ann: ApiClient;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchline-fanout-'));
    process.env.FANOUT_GO = join(folder, 'go');
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: HANDLERS, BATCHLINE_CONCURRENCY: '8' },
    });
    ann = await server.associate('ann');
  });
  beforeEach(() => rm(join(folder, 'go'), { force: true }));
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const go = (): Promise<void> => writeFile(join(folder, 'go'), '');
  const children = (id: number, query = '') => ann.json('GET', `/BatchTask/${id}/Children${query}`);
  const audit = async (id: number): Promise<string[]> =>
    (await ann.json('GET', `/BatchTask/${id}/Audit`)).map((entry: { Reason: string }) => entry.Reason);
  const start = (ParameterObject: object, Name = 'sum') => ann.start({ Name, ParameterObject });
  /** Waits until the parent waits for its children. */
  const waits = (id: number) => ann.until(id, (task) => /children have ended/.test(task.ProgressDescription));

  test('a task waits for its children without a worker, and has another run when they have ended', async () => {
    const id = await start({ children: 60, waiting: [59] });
    await waits(id);
    await go();
    const parent = await ann.ended(id);
    expect(parent).toMatchObject({
      State: 'Succeeded',
      Result: `${59 * 60} of 60, 0 failed`,
      StartCount: 2,
      ProgressPercent: 100,
    });
    const reasons = await audit(id);
    expect(reasons.filter((reason) => /^Waits for \d+ of 60 children\.$/.test(reason))).toHaveLength(1);
    expect(reasons).toContain('60 of 60 children have ended; run 2 begins.');
    const page = await children(id, '?Limit=2');
    expect(page).toMatchObject({ Total: 60, Ended: 60, Failed: 0 });
    expect(page.Children).toMatchObject([
      {
        Key: '#0',
        Weight: 1,
        Started: expect.any(String),
        Ended: expect.any(String),
        Children: 0,
        Task: { Name: 'child', AssociateId: ann.associateId, Description: 'Number 0' },
      },
      { Key: '#1' },
    ]);
    const [, second] = page.Children;
    const next = await children(id, `?Limit=1&After=${second.Task.Id}`);
    expect(next.Children).toMatchObject([{ Key: '#2' }]);
    expect(await ann.json('GET', `/BatchTask/${second.Task.Id}/Parent`)).toMatchObject({ Id: id });
    const listed = await ann.json('GET', `/BatchTask?$filter=parentId eq ${id}&$select=parentId&$top=1`);
    expect(listed.value).toMatchObject([{ parentId: id }]);
    expect((await audit(second.Task.Id))[0]).toBe(`Started by batch task ${id}.`);
  });

  test('a parent that waits holds no slot: more parents than slots end', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => start({ children: 3 })));
    for (const id of ids) expect(await ann.ended(id)).toMatchObject({ Result: '6 of 3, 0 failed' });
  });

  test.each([{ Concurrent: 1 }, { Concurrent: 2, PerTenant: 1 }])(
    'parents of a definition with the limits %o wait without using them, and continue within them',
    async (limits) => {
      await server.admin.json('PUT', '/Definitions/sum/Limits', limits);
      const ids = await Promise.all(Array.from({ length: 3 }, () => start({ children: 3, waiting: [2] })));
      for (const id of ids) await waits(id);
      await server.admin.json('POST', '/Definitions/sum/Pause', { Reason: 'test' });
      await go();
      for (const id of ids)
        await ann.until(id, (task) => task.ProgressDescription === '3 of 3 children have ended.');
      expect(await Promise.all(ids.map(async (id) => (await ann.task(id)).StartCount))).toEqual([1, 1, 1]);
      await server.admin.json('POST', '/Definitions/sum/Resume');
      for (const id of ids)
        expect(await ann.ended(id)).toMatchObject({ Result: '6 of 3, 0 failed', StartCount: 2 });
      await server.admin.json('DELETE', '/Definitions/sum/Limits');
    },
  );

  test('a definition in a thread waits too', async () => {
    const id = await start({ children: 3, failing: [1], onFailure: 'continue' }, 'thread-sum');
    expect(await ann.ended(id)).toMatchObject({ State: 'Succeeded', Result: '4 of 3, 1 failed #1' });
  });

  test('the progress of a parent that waits is the sum of its children by weight', async () => {
    const id = await start({ children: 3, waiting: [1, 2], weights: [1, 1, 2], half: true });
    // A quarter has ended, the others are half done.
    const parent = await ann.until(id, (task) => task.ProgressPercent === 62);
    expect(parent).toMatchObject({ State: 'Started', ProgressDescription: '1 of 3 children have ended.' });
    await go();
    expect(await ann.ended(id)).toMatchObject({ State: 'Succeeded' });
  });

  test.each([
    ['fail', { State: 'Failed', Result: '2 of 5 children have failed.' }],
    ['continue', { State: 'Succeeded', Result: '12 of 5, 2 failed #1 #3' }],
  ])('with onFailure %s failures of children mean %o', async (onFailure, expected) => {
    const id = await start({ children: 5, failing: [1, 3], onFailure });
    expect(await ann.ended(id)).toMatchObject(expected);
    expect(await children(id)).toMatchObject({ Total: 5, Ended: 5, Failed: 2 });
  });

  test('with onFailure stop-others the first failure stops the other children', async () => {
    const id = await start({
      children: 40,
      failing: [0],
      waiting: Array.from({ length: 39 }, (_, n) => n + 1),
      onFailure: 'stop-others',
    });
    expect(await ann.ended(id)).toMatchObject({ State: 'Failed', Result: '40 of 40 children have failed.' });
    const stopped = `Stopped: another child of batch task ${id} has failed.`;
    const page = await children(id, '?State=Failed');
    const results = page.Children.map((one: { Task: { Result: string } }) => one.Task.Result);
    expect(new Set(results)).toEqual(new Set(['child 0 fails', stopped]));
  });

  test('a tree of tasks ends from its leaves up, and stops from its root down', async () => {
    const done = await start({ depth: 2 }, 'tree');
    expect(await ann.ended(done)).toMatchObject({ State: 'Succeeded', Result: '16' });

    const id = await start({ depth: 2, wait: true }, 'tree');
    await waits(id);
    const [first] = (await children(id)).Children;
    await waits(first.Task.Id);
    expect((await children(id)).Children[0]).toMatchObject({
      Started: expect.any(String),
      Ended: null,
      Children: 2,
    });
    expect(await ann.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
    expect(await ann.task(id)).toMatchObject({
      State: 'Failed',
      Result: expect.stringMatching(/^Stopped by ann /),
    });
    const below = await everyBelow(id);
    for (const one of below) {
      expect(await ann.ended(one)).toMatchObject({
        State: 'Failed',
        Result: expect.stringMatching(/^Stopped with batch task \d+\. .*Stopped by ann /),
      });
    }
    expect(below.length).toBeGreaterThanOrEqual(3);
    expect(await children(id)).toMatchObject({ Total: 2, Ended: 2, Failed: 2 });
  });

  async function everyBelow(id: number): Promise<number[]> {
    const ids: number[] = (await children(id)).Children.map((one: { Task: { Id: number } }) => one.Task.Id);
    const deeper = await Promise.all(ids.map((one) => everyBelow(one)));
    return [...ids, ...deeper.flat()];
  }

  test('a stop leaves children alone that can not be cancelled, and says how many', async () => {
    const id = await start({
      children: 30,
      lasting: [0, 1],
      waiting: Array.from({ length: 30 }, (_, n) => n),
    });
    await waits(id);
    await ann.json('POST', `/BatchTask/${id}/Stop`);
    expect((await ann.task(id)).Result).toMatch(/ 2 of its children can't be cancelled and continue\.$/);
    const refused = await ann.call('DELETE', `/BatchTask/${id}`);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain(`Batch task ${id} has children that have not ended`);
    await go();
    for (const one of (await children(id)).Children) await ann.ended(one.Task.Id);
    expect(await children(id)).toMatchObject({ Total: 30, Ended: 30, Failed: 28 });
    expect((await ann.call('DELETE', `/BatchTask/${id}`)).status).toBe(204);
  });

  test('a child counts once: deleted before it ran, restarted, or set by hand', async () => {
    const id = await start({
      children: 12,
      failing: [0],
      waiting: [1, 2, 3, 4, 5, 6, 7, 8],
      onFailure: 'continue',
    });
    await waits(id);
    const { Children: all } = await children(id);
    const idOf = (n: number): number => all[n].Task.Id;
    // All slots are taken by those that wait for the word, so that the last ones are New.
    await ann.until(id, (task) => task.ProgressDescription === '1 of 12 children have ended.');
    await ann.json('DELETE', `/BatchTask/${idOf(11)}`);
    await ann.json('PUT', `/BatchTask/${idOf(10)}`, { State: 'Failed' });
    expect(await children(id)).toMatchObject({ Total: 12, Ended: 3, Failed: 2 });
    await ann.json('PUT', `/BatchTask/${idOf(0)}`, { State: 'New' });
    await go();
    expect(await ann.ended(id)).toMatchObject({
      State: 'Succeeded',
      Result: '90 of 12, 2 failed #0 #10',
      StartCount: 2,
    });
    expect(await children(id)).toMatchObject({ Total: 12, Ended: 12, Failed: 2 });
  });

  test('PUT takes a task from its wait; a restart finds its children and doubles none', async () => {
    const id = await start({ children: 4, waiting: [0, 1, 2, 3] });
    await waits(id);
    expect(await ann.json('PUT', `/BatchTask/${id}`, { State: 'Failed' })).toMatchObject({ State: 'Failed' });
    expect(await ann.json('PUT', `/BatchTask/${id}`, { State: 'New' })).toMatchObject({ State: 'New' });
    await go();
    expect(await ann.ended(id)).toMatchObject({ State: 'Succeeded', Result: '12 of 4, 0 failed' });
    expect(await children(id)).toMatchObject({ Total: 4, Ended: 4 });
  });

  test('others may not see the children, and invalid input is refused', async () => {
    const id = await start({ children: 1 });
    await ann.ended(id);
    const bob = await server.associate('bob');
    expect((await bob.call('GET', `/BatchTask/${id}/Children`)).status).toBe(404);
    expect((await ann.call('GET', `/BatchTask/${id}/Parent`)).status).toBe(404);
    for (const query of ['?Limit=0', '?State=Some', '?After=-1'])
      expect((await ann.call('GET', `/BatchTask/${id}/Children${query}`)).status).toBe(400);
  });

  test('the counts are those of the rows', async () => {
    const { rows } = await sql`
      select f.parent_id from batchline.task_family as f
      join batchline.task as p on p.id = f.parent_id
      cross join lateral (
        select count(*)::int as total,
          (count(*) filter (where t.state in (4, 5, 6)))::int as ended,
          (count(*) filter (where t.state = 5))::int as failed
        from batchline.task as t where t.parent_id = f.parent_id
      ) as c
      left join lateral (
        select count(*)::int as gone from batchline.deleted_child as d where d.parent_id = f.parent_id
      ) as g on true
      where f.total <> c.total + g.gone or f.ended <> c.ended + g.gone or f.failed <> c.failed
        or f.stopping`.execute(server.database.sql);
    expect(rows).toEqual([]);
  });
});
