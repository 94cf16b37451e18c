import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Downtime } from '../../../src/core/schedule.ts';
import { countFailingSchedules, recordCheck } from '../../../src/db/queries/schedule.ts';
import { inTransaction } from '../../../src/db/transaction.ts';
import { Scheduler } from '../../../src/services/scheduler.ts';
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
  /** Two servers look at the same time; resolves to the number of tasks that they start. */
  const look = async (at: Date, downtime?: Downtime): Promise<number> => {
    now = at;
    const schedulers = nodes.map(
      (node) =>
        new Scheduler(
          node.parts,
          LOG,
          () => now,
          async () => downtime,
        ),
    );
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
    const back = new Date(Date.UTC(YEAR + 4, 5, 1));
    expect(await look(back, { from: new Date(Date.UTC(YEAR - 1, 5, 1)), to: back })).toBe(4);
    expect(await reasons(skip.Name)).toHaveLength(0);
    expect(await reasons(once.Name)).toHaveLength(1);
    expect(await reasons(all.Name)).toHaveLength(3);
    for (const { Id } of [skip, once, all]) {
      expect((await read(Id)).NextRuns[0]).toBe(`${YEAR + 5}-01-01T07:00:00`);
      await remove(Id);
    }
  });

  test('with Skip and Queue, no task starts while an earlier one has not ended', async () => {
    const { admin } = server;
    const of = (Overlap: string) => make({ Definition: 'hold', Overlap });
    const [allow, skip, queue] = [await of('Allow'), await of('Skip'), await of('Queue')];
    const tasksOf = async (id: number): Promise<number[]> => {
      const { value } = await admin.json(
        'GET',
        `/BatchTask?$filter=scheduleId eq ${id}&$select=batchTaskId&$orderBy=batchTaskId asc`,
      );
      return value.map((row: { batchTaskId: number }) => row.batchTaskId);
    };
    const begin = (n: number): Date => new Date(Date.UTC(YEAR + n, 0, 1, 7));
    expect(await look(begin(0))).toBe(3);
    expect(await look(begin(1))).toBe(1);
    const [first = 0] = await tasksOf(skip.Id);
    expect(await read(skip.Id)).toMatchObject({
      Overlap: 'Skip',
      LastTaskId: first,
      LastRun: `${YEAR}-01-01T07:00:00`,
      LastSkipped: `${YEAR + 1}-01-01T07:00:00`,
      LastSkippedFor: first,
      LastProblem: '',
      QueuedRuns: [],
    });
    const [held = 0] = await tasksOf(queue.Id);
    expect((await read(queue.Id)).QueuedRuns).toEqual([`${YEAR + 1}-01-01T07:00:00`]);
    expect(await countFailingSchedules(server.database.sql)).toBe(0);

    await admin.until(held, (task) => task.State === 'Started');
    await admin.json('POST', `/BatchTask/${held}/Stop`);
    await admin.ended(held);
    await look(new Date(begin(1).getTime() + 60_000)); // unless the server's own scheduler is faster
    for (let one = await read(queue.Id); one.QueuedRuns.length > 0; one = await read(queue.Id))
      await delay(20);
    const [, next = 0] = await tasksOf(queue.Id);
    expect(await read(queue.Id)).toMatchObject({ LastTaskId: next, LastRun: `${YEAR + 1}-01-01T07:00:00` });
    expect(await tasksOf(skip.Id)).toEqual([first]);

    const allowed = await tasksOf(allow.Id);
    expect(allowed).toHaveLength(2);
    for (const id of [...allowed, first, next]) await admin.json('POST', `/BatchTask/${id}/Stop`);
    for (const id of [...allowed, first, next]) await admin.ended(id);
    expect(await read(skip.Id)).toMatchObject({ LastTaskState: 'Failed', LastTaskStopped: true });
    const bad = await admin.call('PUT', `/Schedules/${skip.Id}`, { Overlap: 'Sometimes' });
    expect([bad.status, bad.body.Message]).toEqual([400, expect.stringContaining('Overlap')]);
    for (const { Id } of [allow, skip, queue]) await remove(Id);
  });

  test('a due time that is late while a server is running starts its task, with a note in the history', async () => {
    const { Id, Name } = await make();
    expect(await look(new Date(Date.UTC(YEAR, 0, 1, 7, 5)))).toBe(1);
    expect((await reasons(Name))[0]).toMatch(/ for \d{4}-.*, 300 seconds late\.$/);
    await remove(Id);
  });

  test('more schedules than a batch holds are all started, whatever servers do at the same time', async () => {
    await sql`
      insert into batchline.schedule (tenant, name, owner_id, definition, cron, time_zone, missed_runs, missed_limit,
        priority, paused, next_run, updated_by)
      select s.tenant, 'many ' || n, s.owner_id, s.definition, s.cron, s.time_zone, 'Skip', 1, 0, false, s.next_run, 1
      from batchline.schedule as s cross join generate_series(1, 450) as n
      where s.id = ${(await make()).Id}`.execute(server.database.sql);
    const at = new Date(Date.UTC(YEAR, 0, 1, 7));
    let started = 0;
    for (let more = 1; more > 0 || started < 451; started += more) more = await look(at);
    expect(started).toBe(451);
    expect(await look(at)).toBe(0);
    await sql`delete from batchline.schedule where name like 'many %' or name = ${`s${count}`}`.execute(
      server.database.sql,
    );
  });

  test('a downtime is a minute without a look; looks of several servers do not hide it', async () => {
    const second = (n: number): Date => new Date(Date.UTC(YEAR, 0, 1, 0, 0, n));
    const looked = inTransaction(server.database, async (trx) => {
      await sql`delete from batchline.schedule_watch`.execute(trx);
      const first = await recordCheck(trx, second(0));
      const down = [];
      for (const n of [10, 70, 131, 132, 140, 500]) down.push(await recordCheck(trx, second(n)));
      throw Object.assign(new Error('rolled back'), { first, down });
    });
    const { first, down } = await looked.catch((error) => error);
    const period = (from: number, to: number): Downtime => ({ from: second(from), to: second(to) });
    expect(first).toEqual({ from: new Date(0), to: second(0) });
    expect(down.slice(0, 2)).toEqual([first, first]);
    expect(down.slice(2)).toEqual([period(70, 131), period(70, 131), period(70, 131), period(140, 500)]);
  });

  test('one without a next due time reports it, counts as failing, and keeps its last due time', async () => {
    const { Id } = await make();
    await sql`update batchline.schedule set cron = '*/61 * * * *' where id = ${Id}`.execute(
      server.database.sql,
    );
    expect((await read(Id)).NextRuns).toEqual([`${YEAR}-01-01T07:00:00`]);
    expect(await countFailingSchedules(server.database.sql)).toBe(0);
    expect(await look(new Date(Date.UTC(YEAR, 0, 1, 7)))).toBe(0);
    expect(await read(Id)).toMatchObject({
      NextRuns: [],
      LastProblem: expect.stringContaining('has no next due time'),
    });
    expect(await countFailingSchedules(server.database.sql)).toBe(1);
    await remove(Id);
  });

  test('next runs are shown for a schedule, and for an expression before it is saved', async () => {
    const { Id } = await make({ Cron: '30 2 * * *', TimeZone: 'Europe/Oslo' });
    const times = await server.admin.json('GET', `/Schedules/${Id}/NextRuns?count=1000`);
    expect(times).toHaveLength(1000);
    expect(new Set(times.map((time: string) => time.slice(0, 10))).size).toBe(1000);
    const query = `Cron=${encodeURIComponent('30 2 * * *')}&TimeZone=Europe/Oslo`;
    expect(await server.admin.json('GET', `/Schedules/NextRuns?${query}&Count=3`)).toEqual(times.slice(0, 3));
    expect(await server.admin.json('GET', `/schedules/nextruns?${query}`)).toEqual(times.slice(0, 5));
    for (const [path, says] of [
      ['NextRuns', 'Cron is missing'],
      ['NextRuns?Cron=*/61+*+*+*+*', 'five fields'],
      [`NextRuns?${query}&Count=1001`, 'from 1 to 1000'],
      [`${Id}/NextRuns?Count=x`, 'from 1 to 1000'],
      ['NextRuns?Cron=@daily&TimeZone=Mars', 'TimeZone'],
    ] as const) {
      const answer = await server.admin.call('GET', `/Schedules/${path}`);
      expect({ path, status: answer.status }).toEqual({ path, status: 400 });
      expect(answer.body.Message).toContain(says);
    }
    await remove(Id);
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

  test('one whose task can no longer be started reports the reason, and continues', async () => {
    const eve = await server.associate('eve');
    const { Id, Name } = await make({}, eve);
    await server.admin.json('PATCH', `/Users/${eve.associateId}`, { Disabled: true });
    expect(await look(new Date(Date.UTC(YEAR, 0, 1, 7)))).toBe(0);
    const schedule = await read(Id);
    expect(schedule.LastProblem).toContain('can no longer sign in');
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
      [{ AssociateId: 99_999 }, 400, 'no such associate'],
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
