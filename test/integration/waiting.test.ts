import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../support/databases.ts';
import { growingPauses } from '../support/pauses.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { HandWorker } from './workers/protocol-client.ts';

/** A year in which tasks can be due. */
const YEAR = new Date().getUTCFullYear() + 2;
const HANDLERS = [
  join(import.meta.dirname, 'fixtures/attempt-handlers.ts'),
  join(import.meta.dirname, 'control/fixtures/handlers.ts'),
].join(',');

describe.each(DATABASES)('why a task waits, on %s', (kind) => {
  let server: TestServer;
  let worker: HandWorker;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { BATCHLINE_HANDLERS: HANDLERS } });
    const names = ['deliver', 'line', 'long-line', 'lost', 'local'];
    worker = new HandWorker(await server.admin.withToken(['worker'], { Definitions: names }), 'van 7');
    await worker.declare(
      { Name: 'deliver', Retries: { Limit: 3, Delay: 600 }, LeaseSeconds: 600 },
      ...names.slice(1).map((Name) => ({ Name, LeaseSeconds: 600 })),
    );
  });
  afterAll(() => server?.stop());

  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  const waiting = (id: number): Promise<any> => server.admin.json('GET', `/BatchTask/${id}/Waiting`);
  const reasons = async (id: number): Promise<string[]> =>
    (await waiting(id)).WaitsFor.map((one: { Reason: string }) => one.Reason);
  const definition = (name: string, action: 'Pause' | 'Resume') =>
    server.admin.json('POST', `/Definitions/${name}/${action}`);
  /** The worker was last seen two minutes ago. */
  const forget = (name: string) =>
    sql`update batchline.worker set last_seen = now() - interval '2 minutes' where ${name} = any (names)`.execute(
      server.database.sql,
    );
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  const listed = async (id: number): Promise<any> => {
    const query = `$select=dueAt,waitsFor&$filter=batchTaskId eq ${id}`;
    return (await server.admin.json('GET', `/BatchTask?${query}`)).value[0];
  };

  test('its delayed start, and then its pause', async () => {
    const id = await server.admin.start({ Name: 'quick', StartAt: `${YEAR}-01-02T03:04:05Z` });
    expect(await waiting(id)).toEqual({
      State: 'New',
      DueAt: `${YEAR}-01-02T03:04:05`,
      WaitsFor: [{ Reason: 'DelayedStart', Text: `Its start is delayed until ${YEAR}-01-02T03:04:05.000Z.` }],
    });
    expect(await listed(id)).toMatchObject({ dueAt: `${YEAR}-01-02T03:04:05`, waitsFor: 'DelayedStart' });
    await definition('quick', 'Pause');
    expect(await reasons(id)).toEqual(['DelayedStart', 'DefinitionPaused']);
    await definition('quick', 'Resume');
    await server.admin.json('DELETE', `/BatchTask/${id}`);
  });

  test('its next attempt, with the error of the last', async () => {
    const id = await server.admin.start({ Name: 'deliver' });
    const { Lease } = await worker.next('deliver');
    expect(await reasons(id)).toEqual(['Running']);
    await worker.on(Lease, 'Fail', { Message: 'no route\nto the host' });
    const { DueAt, WaitsFor } = await waiting(id);
    expect(Date.parse(`${DueAt}Z`)).toBeGreaterThan(Date.now() + 60_000);
    expect(WaitsFor).toEqual([
      {
        Reason: 'Backoff',
        Text: expect.stringMatching(/^The next attempt is due at .*Z\. Attempt 1 failed: no route$/),
        Attempt: 1,
        Error: 'no route',
      },
    ]);
    expect(await listed(id)).toMatchObject({ dueAt: DueAt, waitsFor: 'Backoff' });
    await server.admin.json('POST', `/BatchTask/${id}/Stop`);
    expect(await waiting(id)).toEqual({
      State: 'Failed',
      DueAt: null,
      WaitsFor: [{ Reason: 'Ended', Text: 'It has ended.' }],
    });
    expect(await listed(id)).toMatchObject({ dueAt: '0001-01-01T00:00:00', waitsFor: '' });
  });

  test('its definition, which an administrator or the server has paused', async () => {
    await definition('quick', 'Pause');
    const id = await server.admin.start({ Name: 'quick' });
    const [paused, ...more] = (await waiting(id)).WaitsFor;
    expect(more).toEqual([]);
    expect(paused).toMatchObject({
      Reason: 'DefinitionPaused',
      PausedBy: server.admin.associateId,
      PausedReason: null,
    });
    const inGerman = await server.admin.call('GET', `/BatchTask/${id}/Waiting`, undefined, {
      'SO-Language': 'de',
    });
    expect(inGerman.body.WaitsFor[0].Text).toMatch(/^Die Definition wurde von .* am .* angehalten\.$/);
    expect(await listed(id)).toMatchObject({ waitsFor: 'DefinitionPaused' });
    await sql`
      update batchline.definition_control set paused_by = 0, paused_reason = 'It crashed its process 4 times in a row.'
      where name = 'quick'`.execute(server.database.sql);
    expect((await waiting(id)).WaitsFor).toMatchObject([
      { PausedBy: 0, PausedReason: 'It crashed its process 4 times in a row.' },
    ]);
    await definition('quick', 'Resume');
    expect(await server.admin.ended(id)).toMatchObject({ State: 'Succeeded' });
  });

  test('a limit, with its value and use', async () => {
    const limits = (body: object) => server.admin.json('PUT', '/Definitions/hold/Limits', body);
    await limits({ Concurrent: 1, PerTenant: 5 });
    const first = await server.admin.start({ Name: 'hold' });
    await server.admin.until(first, (task) => task.State === 'Started');
    const id = await server.admin.start({ Name: 'hold' });
    const limit = { Reason: 'Limit', Use: 1, Seconds: null, FreeInSeconds: null };
    const text = 'Its definition is limited to 1 concurrent runs, and 1 are in progress.';
    expect((await waiting(id)).WaitsFor).toEqual([{ ...limit, Limit: 'Concurrent', Value: 1, Text: text }]);
    // In the list, the limits of definitions are not counted.
    expect(await listed(id)).toMatchObject({ waitsFor: 'Queue' });
    await limits({ PerTenant: 1 });
    expect((await waiting(id)).WaitsFor).toMatchObject([{ ...limit, Limit: 'PerTenant', Value: 1 }]);
    const other = await server.admin.start({ Name: 'hold', DatabaseSerialNumber: 'OTHER' });
    await server.admin.until(other, (task) => task.State === 'Started');
    for (const one of [id, first, other]) await server.admin.json('POST', `/BatchTask/${one}/Stop`);
    for (const one of [first, other]) await server.admin.ended(one);
    await limits({ Rate: { Runs: 1, Seconds: 3600 } });
    const begun = await server.admin.start({ Name: 'hold' });
    await server.admin.until(begun, (task) => task.State === 'Started');
    const late = await server.admin.start({ Name: 'hold' });
    const [rate] = (await waiting(late)).WaitsFor;
    expect(rate).toMatchObject({ Reason: 'Limit', Limit: 'Rate', Value: 1, Use: 1, Seconds: 3600 });
    expect(rate.FreeInSeconds).toBeGreaterThan(3000);
    for (const one of [late, begun]) await server.admin.json('POST', `/BatchTask/${one}/Stop`);
    await server.admin.json('DELETE', '/Definitions/hold/Limits');
  });

  test('a worker: one that polls, or has a lease, counts', async () => {
    const id = await server.admin.start({ Name: 'lost' });
    expect((await waiting(id)).WaitsFor).toEqual([
      { Reason: 'NoWorker', Text: 'No worker runs its definition.', LastSeen: null },
    ]);
    expect(await listed(id)).toMatchObject({ waitsFor: 'NoWorker' });
    const { Lease } = await worker.next('lost');
    await forget('lost');
    const second = await server.admin.start({ Name: 'lost' });
    expect(await reasons(second)).toEqual(['Due']); // the lease shows that the worker is there
    expect(await listed(second)).toMatchObject({ waitsFor: 'Queue' });
    await worker.on(Lease, 'Succeed');
    expect((await waiting(second)).WaitsFor).toEqual([
      {
        Reason: 'NoWorker',
        Text: expect.stringMatching(/^No worker runs its definition; one was last seen at 20.*Z\.$/),
        LastSeen: expect.stringMatching(/^20/),
      },
    ]);
    const another = new HandWorker(worker.api, 'van 8');
    const { Lease: next } = await another.next('lost');
    await another.on(next, 'Succeed');
    const third = await server.admin.start({ Name: 'lost' });
    expect(await reasons(third)).toEqual(['Due']);
    await server.admin.json('POST', `/BatchTask/${third}/Stop`);
  });

  test('a worker of its own tenant', async () => {
    const carrier = await server.associate('carrier', { roles: ['administrator'], tenant: 'NORTH' });
    const north = new HandWorker(await carrier.withToken(['worker'], { Definitions: ['local'] }), 'sledge');
    await north.acquire('local');
    const start = (tenant: string) => server.admin.start({ Name: 'local', DatabaseSerialNumber: tenant });
    const [there, elsewhere] = [await start('NORTH'), await start('SOUTH')];
    // Either tenant may be the first.
    expect((await waiting(there)).WaitsFor).toMatchObject([{ Reason: 'Queue', Ahead: 1 }]);
    expect((await waiting(elsewhere)).WaitsFor).toMatchObject([
      { Reason: 'NoWorker', LastSeen: null },
      { Reason: 'Queue', Ahead: 1 },
    ]);
    expect([await listed(there), await listed(elsewhere)]).toMatchObject([
      { waitsFor: 'Queue' },
      { waitsFor: 'NoWorker' },
    ]);
    for (const one of [there, elsewhere]) await server.admin.json('POST', `/BatchTask/${one}/Stop`);
  });

  test('its children, and then a run of its own', async () => {
    await definition('child', 'Pause');
    const id = await server.admin.start({ Name: 'parent' });
    const until = async (reason: string): Promise<void> => {
      const pause = growingPauses();
      while ((await reasons(id)).join() !== reason) await pause();
    };
    await until('Children');
    expect((await waiting(id)).WaitsFor).toEqual([
      { Reason: 'Children', Text: '0 of 1 children have ended.', Total: 1, Ended: 0, Failed: 0 },
    ]);
    expect(await listed(id)).toMatchObject({ waitsFor: 'Children' });
    await definition('parent', 'Pause');
    expect(await reasons(id)).toEqual(['Children', 'DefinitionPaused']);
    await definition('child', 'Resume');
    await until('DefinitionPaused');
    await definition('parent', 'Resume');
    expect(await server.admin.ended(id)).toMatchObject({ State: 'Succeeded' });
  });

  test('its position, which is the order of claims', async () => {
    await worker.acquire('line');
    const priorities = [0, 5, -3, 0, 7, 5, 0, 1000, -3];
    const ids: number[] = [];
    for (const Priority of priorities) ids.push(await server.admin.start({ Name: 'line', Priority }));
    const places = new Map<number, number>();
    for (const id of ids) {
      const [{ Reason, Ahead = 0, AheadIsMore, EstimateSeconds }] = (await waiting(id)).WaitsFor;
      expect(Reason).toBe(Ahead === 0 ? 'Due' : 'Queue');
      if (Ahead > 0)
        expect({ AheadIsMore, EstimateSeconds }).toEqual({ AheadIsMore: false, EstimateSeconds: null });
      places.set(id, Ahead);
    }
    const claimed: number[] = [];
    for (const _ of ids.slice(0, 4)) {
      const { Task, Lease } = await worker.next('line');
      claimed.push(Task.Id);
      await worker.on(Lease, 'Succeed');
    }
    // Four ends are enough for an estimate.
    const left = ids.filter((id) => !claimed.includes(id));
    const [last = 0] = left.toSorted((a, b) => (places.get(b) ?? 0) - (places.get(a) ?? 0));
    const [estimated] = (await waiting(last)).WaitsFor;
    expect(estimated).toMatchObject({ Reason: 'Queue', Ahead: left.length - 1 });
    expect(estimated.EstimateSeconds).toBeGreaterThan(0);
    expect(estimated.Text).toMatch(/It starts at about 20/);
    claimed.push(...(await worker.acquire('line', { Limit: 100 })).map(({ Task }) => Task.Id));
    expect(claimed.map((id) => places.get(id))).toEqual(ids.map((_, index) => index));
  });

  test('its position among tenants, which take turns by their weights', async () => {
    await server.admin.json('PUT', '/Definitions/line/Limits', { Weights: { GOLD: 2 } });
    const start = (DatabaseSerialNumber: string) =>
      server.admin.start({ Name: 'line', DatabaseSerialNumber });
    for (let n = 0; n < 6; n += 1) await start('BIG');
    for (let n = 0; n < 3; n += 1) await start('GOLD');
    const ahead = async (id: number): Promise<number> => (await waiting(id)).WaitsFor[0].Ahead;
    // Of each other tenant at most as many as in one turn, or in two.
    expect(await ahead(await start('SMALL'))).toBe(1 + 2);
    expect(await ahead(await start('SMALL'))).toBe(1 + 2 + 3);
    const claimed: string[] = [];
    for (let n = 0; n < 4; n += 1) claimed.push((await worker.next('line')).Task.DatabaseSerialNumber);
    expect(claimed).toContain('SMALL');
    await server.admin.json('DELETE', '/Definitions/line/Limits');
    for (let left = 1; left > 0; ) left = (await worker.acquire('line', { Limit: 100 })).length;
  });

  test('its position in a long queue is not counted to the end', async () => {
    await worker.acquire('long-line');
    const id = await server.admin.start({ Name: 'long-line', Priority: -1 });
    const add = (tasks: number) =>
      sql`
        insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
          description, response, request, file_name, cancellation)
        select tenant, name, owner_id, false, 0, 0, '', state, '', '', '', '', 0
        from batchline.task cross join generate_series(1, ${tasks}::int) where id = ${id}`.execute(
        server.database.sql,
      );
    await add(10_000);
    expect((await waiting(id)).WaitsFor).toMatchObject([{ Ahead: 10_000, AheadIsMore: false }]);
    await add(5);
    expect((await waiting(id)).WaitsFor).toEqual([
      {
        Reason: 'Queue',
        Text: 'More than 10000 tasks of its definition start first.',
        Ahead: 10_000,
        AheadIsMore: true,
        EstimateSeconds: null,
      },
    ]);
    await sql`delete from batchline.task where name = 'long-line' and id <> ${id}`.execute(
      server.database.sql,
    );
  });

  test('only those who may see the task may know', async () => {
    const id = await server.admin.start({ Name: 'quick', DelaySeconds: 600 });
    const stranger = await server.associate('stranger');
    expect(await stranger.call('GET', `/BatchTask/${id}/Waiting`)).toMatchObject({
      status: 404,
      body: { Code: 'task_not_found' },
    });
    expect((await server.admin.call('GET', '/BatchTask/2000000000/Waiting')).status).toBe(404);
    expect((await server.admin.call('GET', '/BatchTask/x/Waiting')).status).toBe(400);
    expect((await worker.api.call('GET', `/BatchTask/${id}/Waiting`)).status).toBe(404);
    const own = await server.admin.start({ Name: 'deliver', DelaySeconds: 600 });
    expect(await worker.api.json('GET', `/BatchTask/${own}/Waiting`)).toMatchObject({ State: 'New' });
    for (const one of [id, own]) await server.admin.json('DELETE', `/BatchTask/${one}`);
  });

  test('the list is filtered and sorted by both columns', async () => {
    const start = (seconds: number) => server.admin.start({ Name: 'single', DelaySeconds: seconds });
    const [b, c, a] = [await start(2000), await start(3000), await start(1000)];
    const due = await server.admin.start({ Name: 'single' });
    await server.admin.ended(due);
    const ids = async (query: string): Promise<number[]> => {
      const list = `/BatchTask?$select=batchTaskId&$filter=name eq 'single' and ${query}`;
      return (await server.admin.json('GET', list)).value.map(
        (row: { batchTaskId: number }) => row.batchTaskId,
      );
    };
    expect(await ids('dueAt set&$orderBy=dueAt')).toEqual([a, b, c]);
    expect(await ids('dueAt isNull')).toEqual([due]);
    expect(await ids(`dueAt after '2000-01-01'&$orderBy=dueAt desc`)).toEqual([c, b, a]);
    expect(await ids(`waitsFor in ('DelayedStart', 'NoWorker')&$orderBy=waitsFor,dueAt`)).toEqual([a, b, c]);
    expect(await ids('waitsFor set false')).toEqual([due]);
    const grouped = await server.admin.json(
      'GET',
      `/BatchTask?$select=GroupBy(waitsFor):Header,HideDetail,CountAll(state):Header,HideDetail&$filter=name eq 'single'`,
    );
    expect(grouped.value.map((row: object) => Object.values(row).slice(-2))).toEqual([
      ['', 1],
      ['DelayedStart', 3],
    ]);
    for (const one of [a, b, c]) await server.admin.json('DELETE', `/BatchTask/${one}`);
  });

  test('the command line shows when it is due and why it waits', async () => {
    const id = await server.admin.start({ Name: 'single', DelaySeconds: 3600 });
    await definition('single', 'Pause');
    const token = await server.admin.withToken(['read']);
    const env = { BATCHLINE_URL: server.url, BATCHLINE_TOKEN: token.authorization.replace('Bearer ', '') };
    const show = await runCli(['task', 'show', String(id)], env);
    expect(show.stdout).toMatch(/^DueAt: +20\d\d-/m);
    expect(show.stdout).toMatch(
      /^WaitsFor: +Its start is delayed until 20.*Z\. Its definition was paused by .*Z\.$/m,
    );
    const json = JSON.parse((await runCli(['task', 'show', String(id), '--json'], env)).stdout);
    expect(json).toMatchObject({
      Id: id,
      DueAt: expect.stringMatching(/^20/),
      WaitsFor: [{ Reason: 'DelayedStart' }, { Reason: 'DefinitionPaused' }],
    });
    const list = ['task', 'list', '--filter', `batchTaskId eq ${id}`];
    const [cells] = (await runCli(list, env)).stdout.split('\n').map((line) => line.split('\t'));
    expect(cells?.[7]).toMatch(/^due 20\d\d-/);
    const [row] = JSON.parse((await runCli([...list, '--json'], env)).stdout);
    expect(row).toMatchObject({ dueAt: expect.stringMatching(/^20/), waitsFor: 'DelayedStart' });
    await definition('single', 'Resume');
    await server.admin.json('DELETE', `/BatchTask/${id}`);
  });
});
