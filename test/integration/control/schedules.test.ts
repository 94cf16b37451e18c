import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Scheduler } from '../../../src/tasks/schedules/scheduler.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { DATABASES } from '../../support/databases.ts';
import { openTestNode, type TestNode } from '../../support/test-node.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');
const LOG = pino({ level: 'silent' });
/** Far enough that the server's own clock doesn't get there. */
const YEARLY = '0 7 1 1 *';
const YEAR = new Date().getUTCFullYear() + 1;

describe.each(DATABASES)('schedules on %s', (kind) => {
  let server: TestServer;
  let ann: ApiClient;
  let nodes: TestNode[];
  let now = new Date();
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { BATCHLINE_HANDLERS: HANDLERS } });
    ann = await server.associate('ann');
    const shared = kind === 'embedded' ? server.database : undefined;
    nodes = [];
    for (let n = 0; n < 2; n += 1) nodes.push(await openTestNode(server.place, HANDLERS, shared));
  });
  afterAll(async () => {
    for (const node of nodes ?? []) await node.stop();
    await server?.stop();
  });

  let count = 0;
  const make = (body: object = {}, client = server.admin): ReturnType<ApiClient['json']> => {
    count += 1;
    return client.json('POST', '/Schedules', {
      Name: `s${count}`,
      Definition: 'quick',
      Cron: YEARLY,
      ...body,
    });
  };
  const read = (id: number): ReturnType<ApiClient['json']> => server.admin.json('GET', `/Schedules/${id}`);
  /** Two servers look at the same time; resolves to how many tasks they start. */
  const look = async (at: Date): Promise<number> => {
    now = at;
    const schedulers = nodes.map((node) => new Scheduler(node.parts, LOG, () => now));
    const started = await Promise.all(schedulers.map((scheduler) => scheduler.startDue()));
    return started.reduce((sum, one) => sum + one, 0);
  };
  const reasons = async (name: string): Promise<string[]> => {
    const { rows } = await sql<{ reason: string }>`
      select reason from batchline.task_audit where from_state is null and reason like ${`%schedule "${name}"%`}
      order by id`.execute(server.database.sql);
    return rows.map((row) => row.reason);
  };
  const remove = (id: number): Promise<unknown> => server.admin.json('DELETE', `/Schedules/${id}`);

  test('a schedule is made, read, listed, changed and deleted, and shows its next due times', async () => {
    const made = await make({ TimeZone: 'NO', ParameterObject: { text: 'hi' }, Priority: 3 });
    expect(made).toMatchObject({
      Definition: 'quick',
      ParameterObject: { text: 'hi' },
      TimeZone: 'NO',
      MissedRuns: 'Skip',
      Paused: false,
      AssociateId: server.admin.associateId,
      NextRuns: [0, 1, 2, 3, 4].map((n) => `${YEAR + n}-01-01T06:00:00`),
      LastTaskId: null,
      LastProblem: '',
    });
    expect(await read(made.Id)).toEqual(made);
    expect(await server.admin.json('GET', '/Schedules')).toEqual([made]);
    const changed = await server.admin.json('PUT', `/Schedules/${made.Id}`, {
      Cron: '@yearly',
      TimeZone: 'UTC',
    });
    expect(changed).toMatchObject({ Name: made.Name, ParameterObject: { text: 'hi' } });
    expect(changed.NextRuns[0]).toBe(`${YEAR}-01-01T00:00:00`);
    const inNewYork = await server.admin.call('GET', `/Schedules/${made.Id}`, undefined, {
      'SO-TimeZone': 'US-NY',
    });
    expect(inNewYork.body.NextRuns[0]).toBe(`${YEAR - 1}-12-31T19:00:00`);
    await remove(made.Id);
    expect((await server.admin.call('GET', `/Schedules/${made.Id}`)).status).toBe(404);
  });

  test('the clock starts its task as its owner, and the record says for when', async () => {
    const { Id, Name } = await make({ Cron: '* * * * * *', ParameterObject: { text: 'tick' } }, ann);
    let schedule = await read(Id);
    for (; schedule.LastTaskId === null; schedule = await read(Id)) await delay(20);
    await ann.json('POST', `/Schedules/${Id}/Pause`);
    const task = await ann.ended(schedule.LastTaskId);
    expect(task).toMatchObject({ Result: 'tick', AssociateId: ann.associateId, Description: Name });
    const started = await reasons(Name);
    expect(new Set(started).size).toBe(started.length);
    expect(started[0]).toMatch(/^Started by the schedule "s\d+" for \d{4}-/);
    await remove(Id);
  });

  test('a due time is taken once however many servers look', async () => {
    const schedules = await Promise.all([make(), make(), make()]);
    expect(await look(new Date(Date.UTC(YEAR, 0, 1, 6, 59, 59)))).toBe(0);
    expect(await look(new Date(Date.UTC(YEAR, 0, 1, 7, 0, 1)))).toBe(3);
    expect(await look(new Date(Date.UTC(YEAR, 0, 1, 7, 0, 2)))).toBe(0);
    for (const { Id, Name } of schedules) {
      expect(await reasons(Name)).toHaveLength(1);
      expect((await read(Id)).NextRuns[0]).toBe(`${YEAR + 1}-01-01T07:00:00`);
      expect((await read(Id)).LastRun).toBe(`${YEAR}-01-01T07:00:00`);
      await remove(Id);
    }
  });

  test('what was missed is let go, made up for once, or run up to the limit', async () => {
    const skip = await make({ MissedRuns: 'Skip' });
    const once = await make({ MissedRuns: 'Once' });
    const all = await make({ MissedRuns: 'All', MissedLimit: 3 });
    expect(await look(new Date(Date.UTC(YEAR + 4, 5, 1)))).toBe(4);
    expect(await reasons(skip.Name)).toHaveLength(0);
    expect(await reasons(once.Name)).toHaveLength(1);
    expect(await reasons(all.Name)).toHaveLength(3);
    for (const { Id } of [skip, once, all]) {
      expect((await read(Id)).NextRuns[0]).toBe(`${YEAR + 5}-01-01T07:00:00`);
      await remove(Id);
    }
  });

  test('paused, it starts nothing, and what has passed meanwhile is not missed', async () => {
    const { Id, Name } = await make({ MissedRuns: 'All', MissedLimit: 9 });
    const paused = await server.admin.json('POST', `/Schedules/${Id}/Pause`);
    expect(paused).toMatchObject({ Paused: true, NextRuns: [] });
    expect(await look(new Date(Date.UTC(YEAR + 2, 5, 1)))).toBe(0);
    const task = await server.admin.json('POST', `/Schedules/${Id}/RunNow`);
    expect((await server.admin.ended(task)).State).toBe('Succeeded');
    expect(await reasons(Name)).toEqual([`Started by admin from the schedule "${Name}".`]);
    const resumed = await server.admin.json('POST', `/Schedules/${Id}/Resume`);
    expect(resumed).toMatchObject({ Paused: false, LastTaskId: task });
    expect(resumed.NextRuns[0]).toBe(`${YEAR}-01-01T07:00:00`);
    await remove(Id);
  });

  test('one whose task can no longer be started says why, and goes on', async () => {
    const eve = await server.associate('eve');
    const { Id, Name } = await make({}, eve);
    await server.admin.json('PATCH', `/Users/${eve.associateId}`, { Disabled: true });
    expect(await look(new Date(Date.UTC(YEAR, 0, 1, 7)))).toBe(0);
    const schedule = await read(Id);
    expect(schedule.LastProblem).toContain('may no longer sign in');
    expect(schedule.NextRuns[0]).toBe(`${YEAR + 1}-01-01T07:00:00`);
    expect(await reasons(Name)).toEqual([]);
    expect((await server.admin.call('POST', `/Schedules/${Id}/Pause`)).status).toBe(200);
    await remove(Id);
  });

  test('it is seen and changed by its owner and administrators', async () => {
    const mine = await make({}, ann);
    const system = await make({ IsSystemTask: true });
    const bob = await server.associate('bob');
    expect((await bob.call('GET', `/Schedules/${mine.Id}`)).status).toBe(404);
    expect((await bob.json('GET', '/Schedules')).map((one: { Id: number }) => one.Id)).toEqual([system.Id]);
    for (const [method, path, body] of [
      ['PUT', '', { Cron: '@daily' }],
      ['DELETE', '', undefined],
      ['POST', '/Pause', undefined],
      ['POST', '/RunNow', undefined],
    ] as const) {
      expect((await bob.call(method, `/Schedules/${mine.Id}${path}`, body)).status).toBe(404);
      expect((await bob.call(method, `/Schedules/${system.Id}${path}`, body)).status).toBe(403);
    }
    const reader = await ann.withToken(['read']);
    expect(
      (await reader.call('POST', '/Schedules', { Name: 'x', Definition: 'quick', Cron: '@daily' })).status,
    ).toBe(403);
    expect(
      (
        await bob.call('POST', '/Schedules', {
          Name: 'x',
          Definition: 'quick',
          Cron: '@daily',
          IsSystemTask: true,
        })
      ).status,
    ).toBe(403);
    const forAnn = await make({ AssociateId: ann.associateId });
    expect((await ann.json('GET', `/Schedules/${forAnn.Id}`)).AssociateId).toBe(ann.associateId);
    for (const { Id } of [mine, system, forAnn]) await remove(Id);
  });

  test('wrong schedules are refused', async () => {
    const { Id, Name } = await make();
    for (const [body, status, says] of [
      [{ Name }, 409, 'already'],
      [{ Cron: '99 * * * *' }, 400, 'Cron'],
      [{ Cron: '0 0 30 2 *' }, 400, 'Cron'],
      [{ TimeZone: 'Mars' }, 400, 'TimeZone'],
      [{ Definition: 'nothing' }, 400, 'no definition'],
      [{ Definition: 'stumble' }, 400, 'steps'],
      [{ MissedRuns: 'Some' }, 400, ''],
      [{ MissedLimit: 0 }, 400, ''],
      [{ AssociateId: 99_999 }, 403, 'sign in'],
    ] as const) {
      const answer = await server.admin.call('POST', '/Schedules', {
        Name: 'wrong',
        Definition: 'quick',
        Cron: '@daily',
        ...body,
      });
      expect({ body, status: answer.status }, answer.text).toEqual({ body, status });
      expect(answer.body.Message).toContain(says);
    }
    expect((await server.admin.call('PUT', `/Schedules/${Id}`, { Cron: 'never' })).status).toBe(400);
    expect((await read(Id)).Cron).toBe(YEARLY);
    await remove(Id);
  });
});
