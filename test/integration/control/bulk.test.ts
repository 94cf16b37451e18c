import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { DATABASES } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

/** The index follows changes within two seconds, on an idle machine. */
const INDEXED = { timeout: 30_000 };

describe.each(DATABASES)('many tasks at once on %s', (kind) => {
  let server: TestServer;
  let ann: ApiClient;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { BATCHLINE_HANDLERS: HANDLERS } });
    ann = await server.associate('ann');
  });
  afterAll(() => server?.stop());

  const bulk = (body: object, client = ann): ReturnType<ApiClient['json']> =>
    client.json('POST', '/BatchTask/Bulk', body);
  const startMany = async (mark: string, ...names: string[]): Promise<number[]> => {
    const ids: number[] = [];
    for (const Name of names) {
      const ParameterObject = Name === 'stumble' ? { steps: '2' } : {};
      ids.push(await ann.start({ Name, ParameterObject, Context: mark, Description: mark }));
    }
    return ids;
  };
  const states = (ids: number[]): Promise<string[]> =>
    Promise.all(ids.map(async (id) => (await ann.task(id)).State));

  test('a dry run returns the result of the call in advance', async () => {
    const ids = await startMany('restart', 'stumble', 'stumble', 'quick');
    for (const id of ids) await ann.ended(id);
    const [first = 0, second = 0, done = 0] = ids;
    const body = { Action: 'Restart', Filter: "description eq 'restart'" };
    const outcome = {
      Action: 'Restart',
      Matched: 3,
      Done: 2,
      Refused: [
        { Id: done, Reason: `Batch task ${done} is Succeeded; only a Failed task can be restarted.` },
      ],
      LastId: done,
      More: false,
    };
    expect(await bulk({ ...body, DryRun: true })).toEqual({ ...outcome, DryRun: true });
    expect(await states(ids)).toEqual(['Failed', 'Failed', 'Succeeded']);
    expect(await bulk(body)).toEqual({ ...outcome, DryRun: false });
    for (const id of [first, second])
      expect(await ann.ended(id)).toMatchObject({ State: 'Succeeded', StartCount: 2 });
  });

  test('running tasks are stopped, and only then deleted', async () => {
    const ids = await startMany('stop', 'hold', 'hold', 'quick');
    await ann.ended(ids[2] as number);
    for (const id of ids.slice(0, 2)) await ann.until(id, (task) => task.State === 'Started');
    const filter = { Filter: "description eq 'stop'" };
    const refused = await bulk({ Action: 'Delete', ...filter, DryRun: true });
    expect(refused).toMatchObject({ Matched: 3, Done: 1 });
    expect(refused.Refused.map((one: { Id: number }) => one.Id)).toEqual(ids.slice(0, 2));
    expect(await bulk({ Action: 'Stop', ...filter })).toMatchObject({ Matched: 3, Done: 2 });
    for (const id of ids) await ann.ended(id);
    expect(await bulk({ Action: 'Delete', ...filter })).toMatchObject({ Matched: 3, Done: 3, Refused: [] });
    expect((await ann.call('GET', `/BatchTask/${ids[0]}`)).status).toBe(404);
  });

  test('a limit is applied, and the next call continues after the last task', async () => {
    const ids = await startMany('limit', 'quick', 'quick', 'quick');
    for (const id of ids) await ann.ended(id);
    const body = { Action: 'Delete', Filter: "description eq 'limit'", Limit: 2 };
    expect(await bulk(body)).toMatchObject({ Done: 2, LastId: ids[1], More: true });
    const Filter = `${body.Filter} and batchTaskId gt ${ids[1]}`;
    expect(await bulk({ ...body, Filter })).toMatchObject({ Done: 1, LastId: ids[2], More: false });
  });

  test('rights are those of the single call', async () => {
    const system = await server.admin.start({ Name: 'quick', IsSystemTask: true, Description: 'rights' });
    const foreign = await server.admin.start({ Name: 'quick', Description: 'rights' });
    for (const id of [system, foreign]) await server.admin.ended(id);
    const body = { Action: 'Delete', Filter: "description eq 'rights'" };
    const outcome = await bulk(body);
    expect(outcome).toMatchObject({ Matched: 1, Done: 0, Refused: [{ Id: system }] });
    expect(outcome.Refused[0].Reason).toContain('You may not delete');
    const reader = await server.admin.withToken(['read']);
    expect((await reader.call('POST', '/BatchTask/Bulk', body)).status).toBe(403);
    expect(await bulk(body, server.admin)).toMatchObject({ Matched: 2, Done: 2 });
  });

  test('more than a batch is done in one call', async () => {
    await server.admin.json('POST', '/Definitions/work/Pause');
    await Promise.all(Array.from({ length: 210 }, () => ann.start({ Name: 'work', Description: 'batch' })));
    const body = { Action: 'Stop', Filter: "description eq 'batch' and state eq 'New'" };
    expect(await bulk({ ...body, DryRun: true })).toMatchObject({ Matched: 210, Done: 210 });
    expect(await bulk(body)).toMatchObject({ Matched: 210, Done: 210, More: false });
    expect(await bulk(body)).toMatchObject({ Matched: 0, LastId: null });
  });

  test('a search selects tasks that the caller may see, as it does in the list', async () => {
    const ids = await startMany('sought C4711', 'quick', 'quick');
    for (const id of ids) await ann.ended(id);
    const ben = await server.associate('ben');
    await ben.ended(await ben.start({ Name: 'quick', Description: 'sought C4711' }));
    const list = async (search: string, client = ann) =>
      (
        await client.json(
          'GET',
          `/BatchTask?$select=batchTaskId&$orderBy=batchTaskId&$search=${encodeURIComponent(search)}`,
        )
      ).value.map((row: { batchTaskId: number }) => row.batchTaskId);
    await expect.poll(() => list('sought c47'), INDEXED).toEqual(ids);
    expect(await list('owner:me definition:qu* "sought C4711" created:today')).toEqual(ids);
    expect(await list('owner:ann sought', server.admin)).toEqual(ids);
    expect(await list(`sought -id:${ids[0]}`)).toEqual(ids.slice(1));
    await ann.call('PUT', `/BatchTask/${ids[0]}`, { Description: 'sought and found' });
    await expect.poll(() => list('sought found'), INDEXED).toEqual(ids.slice(0, 1));
    expect(await bulk({ Action: 'Delete', Search: 'sought -found', DryRun: true })).toMatchObject({
      Matched: 1,
      Done: 1,
    });
    expect(
      await bulk({ Action: 'Delete', Search: 'sought', Filter: `batchTaskId eq ${ids[1]}` }),
    ).toMatchObject({ Done: 1 });
    expect(await list('sought')).toEqual(ids.slice(0, 1));
    expect(await ann.call('GET', '/BatchTask?$search=state:odd')).toMatchObject({
      status: 400,
      body: { Message: expect.stringMatching(/^\$search: state: has the value "odd" at character 7; new, /) },
    });
  });

  test('priority and due time of New tasks are changed, with a dry run, in the order of the rules', async () => {
    await server.admin.json('POST', '/Definitions/work/Pause');
    const ids: number[] = [];
    for (const at of ['', '?DelaySeconds=3600', ''])
      ids.push(await ann.json('POST', `/BatchTask${at}`, { Name: 'work', Description: 'plan' }));
    const done = await ann.start({ Name: 'quick', Description: 'plan' });
    await ann.ended(done);
    const [first = 0, later = 0, last = 0] = ids;
    const all = { Filter: "description eq 'plan'" };
    const outcome = {
      Matched: 4,
      Done: 3,
      Refused: [{ Id: done, Reason: expect.stringMatching(/is Succeeded; only the priority/) }],
    };
    const listed = async () =>
      (
        await ann.json(
          'GET',
          `/BatchTask?$select=batchTaskId,priority,dueAt&$orderBy=batchTaskId&$search=plan id:${first}..${last}`,
        )
      ).value;
    expect(await bulk({ Action: 'SetPriority', Priority: 7, ...all, DryRun: true })).toMatchObject(outcome);
    expect(
      await bulk({ Action: 'SetPriority', Priority: 7, ...all, Search: `id:${first},${done}` }),
    ).toMatchObject({ Matched: 2, Done: 1 });
    expect(
      await bulk({ Action: 'Reschedule', StartAt: '2027-01-02T03:04:05Z', Filter: `batchTaskId eq ${last}` }),
    ).toMatchObject({ Done: 1 });
    await expect
      .poll(listed, INDEXED)
      .toMatchObject([
        { priority: 7, dueAt: '0001-01-01T00:00:00' },
        { priority: 0 },
        { priority: 0, dueAt: '2027-01-02T03:04:05' },
      ]);
    const history = await ann.json('GET', `/BatchTask/${first}/Audit`);
    expect(history.at(-1)).toMatchObject({ From: 'New', To: 'New', Reason: 'Priority set to 7 by ann.' });
    expect(await bulk({ Action: 'Reschedule', DelaySeconds: 0, ...all })).toMatchObject(outcome);
    await server.admin.json('POST', '/Definitions/work/Resume');
    for (const id of [first, later, last]) await ann.ended(id);
  });

  test('wrong calls are refused', async () => {
    for (const body of [
      { Action: 'SetPriority', Search: 'x' },
      { Action: 'SetPriority', Search: 'x', Priority: 1001 },
      { Action: 'SetPriority', Search: 'x', Priority: 1, DelaySeconds: 1 },
      { Action: 'Reschedule', Search: 'x' },
      { Action: 'Reschedule', Search: 'x', StartAt: '2026-12-24', DelaySeconds: 1 },
      { Action: 'Stop', Search: 'x', Priority: 1 },
      { Action: 'Delete', Search: ' ' },
      { Action: 'Delete', Search: 'colour:red' },
      { Action: 'Delete', Filter: ' ' },
      { Action: 'Delete' },
      { Action: 'Burn', Filter: "state eq 'Failed'" },
      { Action: 'Delete', Filter: 'colour eq red' },
      { Action: 'Delete', Filter: "state eq 'Failed'", Limit: 10_001 },
    ]) {
      expect((await ann.call('POST', '/BatchTask/Bulk', body)).status).toBe(400);
    }
  });
});
