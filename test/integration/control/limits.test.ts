import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';
import { readRunRecord, shortestSpan } from '../../support/run-record.ts';
import { type ServerProcess, spawnServer } from '../../support/server-process.ts';
import { openTestNode, type TestNode } from '../../support/test-node.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

describe.each(DATABASES)('limits of definitions on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { BATCHLINE_HANDLERS: HANDLERS } });
  });
  afterAll(() => server?.stop());

  const startMany = (name: string, count: number, tenant?: string): Promise<number[]> =>
    Promise.all(
      Array.from({ length: count }, () =>
        server.admin.start({ Name: name, ...(tenant === undefined ? {} : { DatabaseSerialNumber: tenant }) }),
      ),
    );
  const allEnded = async (ids: readonly number[]): Promise<void> => {
    for (const id of ids) expect((await server.admin.ended(id)).State).toBe('Succeeded');
  };

  test("a definition's own limits count from the start of the server", async () => {
    expect((await server.admin.json('GET', '/Definitions/single')).Limits).toEqual({
      Concurrent: 1,
      PerTenant: null,
      Rate: null,
      Weights: null,
    });
    await allEnded(await startMany('single', 8));
    expect((await readRunRecord(server.database.sql, 'single')).most).toBe(1);
  });

  test('an administrator sets others, and takes them away', async () => {
    const limits = { Concurrent: 3, PerTenant: null, Rate: null, Weights: { GOLD: 3 } };
    const set = await server.admin.json('PUT', '/Definitions/single/Limits', limits);
    expect(set).toMatchObject({ Limits: limits, LimitsAreSet: true });
    const back = await server.admin.json('DELETE', '/Definitions/single/Limits');
    expect(back).toMatchObject({ Limits: { Concurrent: 1 }, LimitsAreSet: false });
    const audit = await server.admin.json('GET', '/Definitions/single/Audit');
    expect(audit.map((one: { Limits: object | null }) => one.Limits)).toEqual([limits, null]);
  });

  test('what runs is never more than the limit, and a full tenant holds up no other', async () => {
    await server.admin.json('PUT', '/Definitions/hold/Limits', { Concurrent: 4, PerTenant: 2 });
    const full = await startMany('hold', 6, 'FULL');
    const other = await startMany('hold', 2, 'OTHER');
    for (const id of other) await server.admin.until(id, (task) => task.State === 'Started');
    const tasks = await Promise.all(full.map((id) => server.admin.task(id)));
    const idsIn = (state: string): number[] =>
      tasks.filter((task) => task.State === state).map((task) => task.Id);
    const [running = 0, ...moreRunning] = idsIn('Started');
    expect(moreRunning).toHaveLength(1);
    expect(idsIn('New')).toHaveLength(4);
    // The end of a run leaves room for the next, of the same tenant.
    await server.admin.json('POST', `/BatchTask/${running}/Stop`);
    await server.admin.until(Math.min(...idsIn('New')), (task) => task.State === 'Started');
    for (const id of [...full, ...other]) await server.admin.json('POST', `/BatchTask/${id}/Stop`);
    for (const id of [...full, ...other]) await server.admin.ended(id);
    const record = await readRunRecord(server.database.sql, 'hold');
    expect(record).toMatchObject({ most: 4, mostOfTenant: 2 });
  });

  test('no more runs begin in a period than the rate allows, and the others follow by themselves', async () => {
    await server.admin.json('PUT', '/Definitions/quick/Limits', { Rate: { Runs: 3, Seconds: 0.4 } });
    await allEnded(await startMany('quick', 10));
    const record = await readRunRecord(server.database.sql, 'quick');
    expect(record.starts).toHaveLength(10);
    expect(shortestSpan(record, 3)).toBeGreaterThanOrEqual(400);
  });

  test('wrong limits are refused, and change nothing', async () => {
    for (const body of [
      { Concurrent: 0 },
      { PerTenant: 1.5 },
      { Rate: { Runs: 1 } },
      { Rate: { Runs: 1, Seconds: 0 } },
      { Rate: { Runs: 1, Seconds: 90_000 } },
      { Weights: { GOLD: 0 } },
      { Weights: { GOLD: 101 } },
      { Most: 1 },
    ]) {
      expect((await server.admin.call('PUT', '/Definitions/work/Limits', body)).status).toBe(400);
    }
    expect((await server.admin.json('GET', '/Definitions/work')).LimitsAreSet).toBe(false);
  });
});

describe('limits and pauses over two server processes on one PostgreSQL', () => {
  let place: Place;
  let servers: ServerProcess[];
  let node: TestNode;
  beforeAll(async () => {
    place = await createPlace('postgres');
    const env = { BATCHLINE_HANDLERS: HANDLERS };
    servers = [await spawnServer(place, env), await spawnServer(place, env)];
    node = await openTestNode(place, HANDLERS);
  });
  afterAll(async () => {
    await Promise.all((servers ?? []).map((server) => server.stop()));
    await node?.stop();
    await place?.remove();
  });

  test('the record shows that limits are never exceeded', async () => {
    const [first, second] = servers as [ServerProcess, ServerProcess];
    const rate = { Runs: 20, Seconds: 0.5 };
    await first.admin.json('PUT', '/Definitions/work/Limits', { Concurrent: 5, PerTenant: 2, Rate: rate });
    const ids = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        (n % 2 ? first : second).admin.start({ Name: 'work', DatabaseSerialNumber: `T${n % 4}` }),
      ),
    );
    for (const id of ids) expect((await first.admin.ended(id)).State).toBe('Succeeded');
    const record = await readRunRecord(node.parts.database.sql, 'work');
    expect(record.starts).toHaveLength(100);
    expect(record.nodes.size).toBe(2);
    expect(record.most).toBeLessThanOrEqual(5);
    expect(record.mostOfTenant).toBeLessThanOrEqual(2);
    expect(shortestSpan(record, rate.Runs)).toBeGreaterThanOrEqual(rate.Seconds * 1000);
  });

  test('a pause and a resume hold on both', async () => {
    const [first, second] = servers as [ServerProcess, ServerProcess];
    await first.admin.json('POST', '/Definitions/quick/Pause');
    const ids = await Promise.all(
      [first, second, first, second].map((server) => server.admin.start({ Name: 'quick' })),
    );
    // Both have looked for work since: they have run tasks of another definition.
    const others = await Promise.all(
      [first, second, first, second].map((server) =>
        server.admin.start({ Name: 'stumble', ParameterObject: { steps: '1' } }),
      ),
    );
    for (const id of others) await second.admin.ended(id);
    for (const id of ids) expect((await second.admin.task(id)).State).toBe('New');
    await second.admin.json('POST', '/Definitions/quick/Resume');
    for (const id of ids) await first.admin.ended(id);
  });
});
