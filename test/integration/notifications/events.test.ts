import { connect } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../../support/databases.ts';
import { EventClient } from '../../support/event-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, '../fixtures/handlers.ts');
const WHOLE_LIFE = ['New', 'Aquired', 'Started', 'Succeeded'];

describe.each(DATABASES)('events on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: {
        BATCHLINE_HANDLERS: HANDLERS,
        BATCHLINE_SHUTDOWN_GRACE_SECONDS: '1',
        BATCHLINE_EVENT_HEARTBEAT_SECONDS: '1',
      },
    });
  });
  afterAll(() => server?.stop());

  const quick = (): Promise<number> =>
    server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });

  test('a stream has every change of state in order, and progress in between', async () => {
    const stream = await EventClient.open(server.admin, '/Events');
    const id = await server.admin.start({ Name: 'wait' });
    await stream.until(({ events }) => events.some(({ event }) => event === 'progress'));
    await server.admin.json('POST', `/BatchTask/${id}/Stop`);
    await stream.sees(id, 'Failed');
    await stream.close();
    expect(stream.moves).toEqual(['New', 'Aquired', 'Started', 'Failed'].map((state) => `${id}:${state}`));
    const states = stream.events.filter(({ event }) => event === 'state');
    const audit = await server.admin.json('GET', `/BatchTask/${id}/Audit`);
    expect(states.map(({ data }) => data.Reason)).toEqual(audit.map((one: { Reason: string }) => one.Reason));
    expect(states[0]).toEqual({
      id: states[0]?.data.Id,
      event: 'state',
      data: {
        Id: expect.any(Number),
        TaskId: id,
        Name: 'wait',
        AssociateId: server.admin.associateId,
        DatabaseSerialNumber: 'batchline',
        At: audit[0].At,
        ActorId: server.admin.associateId,
        Node: null,
        From: null,
        To: 'New',
        Attempt: 0,
        Stopped: false,
        Reason: 'Started by a caller.',
      },
    });
    expect(stream.events.find(({ event }) => event === 'progress')).toMatchObject({
      id: undefined,
      data: { TaskId: id, State: 'Started', ProgressPercent: 10, ProgressDescription: 'Waiting' },
    });
    expect(stream.comments).toMatch(/^retry: \d+\nid: \d+\n/);
  });

  test('a client that comes back gets what it has missed, once, from memory or from the record', async () => {
    const before = await EventClient.open(server.admin, '/Events');
    const first = await quick();
    await before.sees(first, 'Succeeded');
    // The reader ended with the last stream, so events in between are not in memory.
    await before.close();
    const second = await quick();
    await server.admin.ended(second);
    const after = await EventClient.open(server.admin, '/Events', before.lastId);
    await after.sees(second, 'Succeeded');
    const third = await quick();
    await after.sees(third, 'Succeeded');
    // This one is served from what the reader keeps.
    const again = await EventClient.open(server.admin, '/Events', before.lastId);
    await again.sees(third, 'Succeeded');
    await Promise.all([after.close(), again.close()]);
    const expected = [second, third].flatMap((id) => WHOLE_LIFE.map((state) => `${id}:${state}`));
    expect(after.moves).toEqual(expected);
    expect(again.moves).toEqual(expected);
  });

  test('a task that is deleted meanwhile is still told of, an internal one never', async () => {
    const { After } = await server.admin.json('GET', '/Events');
    await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' }, IsInternalTask: true });
    const id = await quick();
    const old = await quick();
    await Promise.all([id, old].map((each) => server.admin.ended(each)));
    const ofStart = sql`task_id = ${old} and from_state is null`;
    const { numAffectedRows } = await sql`
      update batchline.task_audit set owner_id = null, name = null
      where ${ofStart} and name = 'countdown' and owner_id is not null`.execute(server.database.sql);
    expect(numAffectedRows).toBe(1n); // as a release before 0.3.0 started it
    for (const each of [id, old]) await server.admin.json('DELETE', `/BatchTask/${each}`);
    const page = await server.admin.json('GET', `/Events?after=${After}`);
    const moves = page.Events.map((event: { TaskId: number; To: string }) => `${event.TaskId}:${event.To}`);
    const expected = [id, old].flatMap((each) => WHOLE_LIFE.map((state) => `${each}:${state}`));
    expect(moves.toSorted()).toEqual(expected.toSorted());
    expect(page).toMatchObject({ More: false, After: page.Events.at(-1).Id });
  });

  test('callers receive only events of tasks that they may see', async () => {
    const anna = await server.associate(`anna-${kind}`);
    const bert = await server.associate(`bert-${kind}`);
    const viewer = await server.associate(`viewer-${kind}`, { roles: ['viewer'] });
    const other = await server.associate(`other-${kind}`, { roles: ['viewer'], tenant: 'elsewhere' });
    const own = await anna.start({ Name: 'wait' });
    const people = [anna, bert, viewer, other, server.admin];
    const streams = await Promise.all(people.map((one) => EventClient.open(one, '/Events')));
    const [ofAnna, ofBert, ofViewer, ofOther, ofAdmin] = streams as [
      EventClient,
      EventClient,
      EventClient,
      EventClient,
      EventClient,
    ];
    await anna.json('POST', `/BatchTask/${own}/Stop`);
    const berts = await bert.start({ Name: 'wait' });
    await ofBert.until(({ events }) => events.some(({ event }) => event === 'progress'));
    await bert.json('POST', `/BatchTask/${berts}/Stop`);
    const system = await server.admin.start({
      Name: 'countdown',
      ParameterObject: { seconds: '0' },
      IsSystemTask: true,
    });
    const elsewhere = await server.admin.start({
      Name: 'countdown',
      ParameterObject: { seconds: '0' },
      DatabaseSerialNumber: 'elsewhere',
    });
    await ofOther.sees(elsewhere, 'Succeeded');
    await ofAdmin.sees(elsewhere, 'Succeeded');
    await Promise.all([ofAnna, ofBert, ofViewer].map((stream) => stream.sees(system, 'Succeeded')));
    const seen = (stream: EventClient): number[] => [
      ...new Set(stream.events.map(({ data }) => data.TaskId as number)),
    ];
    expect(seen(ofAnna).sort()).toEqual([own, system].sort());
    expect(seen(ofBert).sort()).toEqual([berts, system].sort());
    expect(seen(ofViewer)).toEqual(expect.arrayContaining([own, berts, system]));
    expect(seen(ofOther)).toEqual([elsewhere]);
    expect(seen(ofAdmin)).toEqual(expect.arrayContaining([own, berts, system, elsewhere]));
    await Promise.all(streams.map((stream) => stream.close()));
    expect((await bert.call('GET', `/BatchTask/${own}/Events`)).status).toBe(404);
    expect((await anna.call('GET', `/BatchTask/${own}/Events`)).status).toBe(200);
  });

  test('filters by task, name, state and own', async () => {
    const one = await server.admin.start({ Name: 'wait' });
    const streams = await Promise.all([
      EventClient.open(server.admin, `/BatchTask/${one}/Events`),
      EventClient.open(server.admin, '/Events?name=Countdown,other'),
      EventClient.open(server.admin, '/Events?State=succeeded&state=Failed'),
      EventClient.open(server.admin, '/Events?Own=true'),
    ]);
    const clara = await server.associate(`clara-${kind}`);
    const other = await clara.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    await server.admin.ended(other);
    await server.admin.json('POST', `/BatchTask/${one}/Stop`);
    await server.admin.ended(one);
    const last = await quick();
    const [task, name, state, own] = streams as [EventClient, EventClient, EventClient, EventClient];
    await Promise.all([name, state, own].map((stream) => stream.sees(last, 'Succeeded')));
    await task.sees(one, 'Failed');
    const ids = (stream: EventClient): Set<number> => new Set(stream.events.map(({ data }) => data.TaskId));
    expect(ids(task)).toEqual(new Set([one]));
    expect(ids(name)).toEqual(new Set([other, last]));
    expect(state.moves).toEqual([`${other}:Succeeded`, `${one}:Failed`, `${last}:Succeeded`]);
    expect(ids(own)).toEqual(new Set([one, last]));
    await Promise.all(streams.map((stream) => stream.close()));
  });

  test.each([
    ['/Events?State=Nowhere', 'Nowhere'],
    ['/Events?State=All', 'All'],
    ['/Events?Own=perhaps', 'perhaps'],
    ['/Events?after=-1', '-1'],
    ['/Events?after=12345678901234567890', '12345678901234567890'],
    ['/Events?who=me', 'who'],
    ['/BatchTask/x/Events', 'x'],
  ])('%s is refused', async (path, wrong) => {
    const answer = await server.admin.call('GET', path, undefined, { Accept: 'text/event-stream' });
    expect(answer.status).toBe(400);
    expect(answer.body.Message).toContain(wrong);
  });

  test('texts are in the language of the caller', async () => {
    const id = await quick();
    await server.admin.ended(id);
    const answer = await server.admin.call('GET', `/BatchTask/${id}/Events?after=0`, undefined, {
      'SO-Language': 'nb',
    });
    const audit = await server.admin.call('GET', `/BatchTask/${id}/Audit`, undefined, {
      'SO-Language': 'nb',
    });
    expect(answer.body.Events.map((event: { Reason: string }) => event.Reason)).toEqual(
      audit.body.map((entry: { Reason: string }) => entry.Reason),
    );
  });

  test('heartbeats carry the position, and a revoked token ends the stream', async () => {
    const dora = await server.associate(`dora-${kind}`);
    const secret = await dora.json('POST', '/Tokens', { Name: 'stream', Scopes: ['read'] });
    const stream = await EventClient.open(
      Object.assign(Object.create(dora), { authorization: `Bearer ${secret.Token}` }),
      '/Events',
    );
    const begun = stream.lastId;
    await server.admin.ended(await quick());
    await stream.until(({ lastId }) => lastId > begun);
    expect(stream.events).toEqual([]);
    await dora.json('DELETE', `/Tokens/${secret.Id}`);
    await stream.ended;
  });

  test('only the client that does not read is disconnected', async () => {
    const reading = await EventClient.open(server.admin, '/Events');
    const { port, hostname } = new URL(server.url);
    const lazy = connect(Number(port), hostname);
    lazy.pause();
    const closed = new Promise((resolve) => lazy.once('close', resolve));
    lazy.on('error', () => undefined);
    lazy.write(
      `GET /api/v1/Events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: ${server.admin.authorization}\r\n\r\n`,
    );
    const id = await quick();
    await server.admin.ended(id);
    // More than the buffers of the stream and of both sockets hold together.
    await sql`
      insert into batchline.task_audit (task_id, tenant, actor_id, from_state, to_state, attempt, reason)
      select ${id}, 'batchline', 0, 4, 6, 1, repeat('x', 200) from generate_series(1, 28000)`.execute(
      server.database.sql,
    );
    await reading.until(({ moves }) => moves.length >= 28_004);
    lazy.resume();
    await closed;
    await reading.close();
  });
});
