import { join } from 'node:path';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countChanges, countWorkers, groupFailures } from '../../src/db/queries/statistics.ts';
import { readCountedRange } from '../../src/db/queries/statistics-rollup.ts';
import type { Schema } from '../../src/db/schema.ts';
import { StatisticsRollup } from '../../src/queue/statistics-rollup.ts';
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

  test('of one definition have percentiles of waiting and running, and its failures only', async () => {
    const { admin } = server;
    const of = (name: string) => admin.json('GET', `/Definitions/${name}/Statistics?Minutes=60`);
    const flaky = await of('FLAKY');
    expect(flaky).toMatchObject({
      Name: 'flaky',
      StepSeconds: 60,
      Queue: { Due: 0, Running: 0 },
      Waiting: { Tasks: 5 },
      Running: { Tasks: 5 },
      Failures: [{ Tasks: 1, Result: expect.stringContaining('printer') }],
    });
    expect(new Set(flaky.Changes.map((each: { Name: string }) => each.Name))).toEqual(new Set(['flaky']));
    for (const times of [flaky.Waiting, flaky.Running]) {
      const { P50, P95, P99, Max } = times;
      expect([P50, P95, P99, Max]).toEqual([P50, P95, P99, Max].sort((a, b) => a - b));
      expect(P50).toBeGreaterThanOrEqual(0);
    }
    expect(await of('close-the-books')).toMatchObject({
      Queue: { Running: 1 },
      Waiting: null,
      Running: null,
      Failures: [],
    });
    expect((await admin.call('GET', '/Definitions/nonesuch/Statistics')).status).toBe(404);
  });

  test('the limits of a definition say who set them, and when', async () => {
    const { admin } = server;
    expect(await admin.json('GET', '/Definitions/flaky')).toMatchObject({ LimitsBy: null, LimitsAt: null });
    await admin.json('PUT', '/Definitions/flaky/Limits', { Concurrent: 3 });
    const limited = await admin.json('GET', '/Definitions/flaky');
    expect(limited).toMatchObject({ LimitsBy: 1, LimitsAt: expect.stringMatching(/^20/) });
    const all: { Name: string }[] = await admin.json('GET', '/Definitions');
    expect(all.find(({ Name }) => Name === 'flaky')).toEqual(limited);
    await admin.json('DELETE', '/Definitions/flaky/Limits');
  });

  test('the parameters of built-in definitions are described in the language of the caller', async () => {
    const { body } = await server.admin.call('GET', '/Definitions/countdown', undefined, {
      'SO-Language': 'de',
    });
    expect(body.Parameters.properties.seconds).toMatchObject({
      default: 10,
      description: 'Dauer in Sekunden',
    });
    const english = await server.admin.json('GET', '/Definitions/countdown');
    expect(english.Parameters.properties.seconds.description).toBe('Duration in seconds');
  });

  test('workers are listed with what they run', async () => {
    const { admin } = server;
    const [self, ...others] = await admin.json('GET', '/Workers');
    expect(others).toEqual([]);
    expect(self).toMatchObject({
      Kind: 'Server',
      AssociateId: null,
      Version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      Status: 'Running',
      Running: 1,
      Tasks: [{ Name: 'close-the-books' }],
      Definitions: expect.arrayContaining(['flaky', 'countdown']),
    });
    expect(self.Slots).toBeGreaterThan(1);
    expect(await admin.json('GET', '/Workers?Definition=Flaky')).toMatchObject([{ Id: self.Id }]);
    expect((await admin.call('GET', '/Workers?Definition=nonesuch')).status).toBe(404);
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
    for (const path of ['/Statistics', '/Definitions/flaky/Statistics', '/Workers'])
      expect((await associate.call('GET', path)).status).toBe(403);
    const viewer = await server.associate('viewer', { roles: ['viewer'] });
    expect((await viewer.json('GET', '/Statistics')).Queues.length).toBeGreaterThan(0);
    const foreign = await server.associate('foreign', { roles: ['viewer'], tenant: 'Cust1' });
    expect(await foreign.json('GET', '/Statistics')).toMatchObject({
      Changes: [],
      Workers: [],
      Queues: [],
      Failures: [],
    });
    expect(await foreign.json('GET', '/Definitions/flaky/Statistics')).toMatchObject({
      Changes: [],
      Waiting: null,
      Failures: [],
    });
    expect(await foreign.json('GET', '/Workers')).toMatchObject([{ Kind: 'Server', Running: 0, Tasks: [] }]);
  });

  test.each(['x', '-1', '123456'])('Minutes=%s is refused', async (minutes) => {
    expect((await server.admin.call('GET', `/Statistics?Minutes=${minutes}`)).status).toBe(400);
  });

  describe('the counters', () => {
    const days = (count: number): number => count * 86_400_000;
    const rollup = (): StatisticsRollup =>
      new StatisticsRollup(server.database, days(90) / 1000, pino({ level: 'silent' }));

    test('equal a count of the history at any time, for any history', async () => {
      const db = server.database.sql;
      await fc.assert(
        fc.asyncProperty(histories, async (history) => {
          await clear(db);
          const base = Math.floor(Date.now() / days(1)) * days(1) - days(50);
          const events = replay(history, base);
          const cuts = history.counts
            .map((share) => Math.floor(share * events.length))
            .toSorted((a, b) => a - b);
          const all = rollup();
          let done = 0;
          for (const cut of [...cuts, events.length]) {
            await write(db, events.slice(done, cut));
            done = cut;
            await expectSame(db, events.slice(0, done), base);
            await all.count(new Date());
            await expectSame(db, events.slice(0, done), base);
          }
        }),
        { numRuns: 3 },
      );
    });

    test('remain when tasks are deleted, and failures do not, even if an older server deletes them', async () => {
      const db = server.database.sql;
      await clear(db);
      const { Id } = await server.admin.ended(
        await server.admin.start({ Name: 'flaky', ParameterObject: { fail: true } }),
      );
      await rollup().count(new Date());
      const read = async () => {
        const { Changes, Failures } = await server.admin.json('GET', '/Statistics?Minutes=86400');
        const failed = Changes.reduce((sum: number, { Failed }: { Failed: number }) => sum + Failed, 0);
        return { failed, failures: Failures.length };
      };
      expect(await read()).toEqual({ failed: 1, failures: 1 });
      // As a server of 0.2.0 deletes it.
      await sql`delete from batchline.task where id = ${Id}`.execute(db);
      await sql`truncate batchline.task_audit`.execute(db);
      expect(await read()).toEqual({ failed: 1, failures: 0 });
      await rollup().prune(new Date());
      expect(await db.selectFrom('batchline.statistics_failure').select('task_id').execute()).toEqual([]);
      expect((await read()).failed).toBe(1);
      await rollup().prune(new Date(Date.now() + days(91)));
      expect(await read()).toEqual({ failed: 0, failures: 0 });
    });
  });
});

const [NEW, STARTED, SUCCEEDED, FAILED] = [1, 3, 4, 5];
const NAMES = ['one', 'two'];
const TENANTS = ['batchline', 'Cust1'];

/** Tasks, what happens to them in turn, and the shares of that after which the counters are brought up to date. */
const histories = fc.record({
  tasks: fc.array(
    fc.record({
      name: fc.constantFrom(...NAMES),
      tenant: fc.constantFrom(...TENANTS),
      internal: fc.nat(5).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  moves: fc.array(
    fc.record({
      task: fc.nat(),
      next: fc.constantFrom('run', 'succeed', 'fail', 'stop', 'stop of 0.2.0', 'restart'),
      node: fc.constantFrom('node a', 'node b'),
      seconds: fc.nat(40_000),
    }),
    { maxLength: 100 },
  ),
  counts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
});

interface Event {
  readonly task: number;
  readonly name: string;
  readonly tenant: string;
  readonly internal: boolean;
  readonly from: number | null;
  readonly to: number;
  readonly at: number;
  readonly created: number;
  readonly attempt: number;
  readonly node: string | null;
  readonly stopped: 'no' | 'yes' | 'as 0.2.0';
}

/** Turns moves into changes that the state machine allows; skips others. */
function replay(
  {
    tasks,
    moves,
  }: {
    tasks: { name: string; tenant: string; internal: boolean }[];
    moves: { task: number; next: string; node: string; seconds: number }[];
  },
  base: number,
): Event[] {
  const states = new Map<number, Event>();
  const events: Event[] = [];
  let at = base;
  const add = (event: Event): void => {
    states.set(event.task, event);
    events.push(event);
  };
  for (const [index, task] of tasks.entries())
    add({
      ...task,
      task: 1_000_000 + index,
      from: null,
      to: NEW,
      at,
      created: at,
      attempt: 0,
      node: null,
      stopped: 'no',
    } as Event);
  for (const { task, next, node, seconds } of moves) {
    at += seconds * 1000;
    const last = states.get(1_000_000 + (task % tasks.length)) as Event;
    const move = { ...last, from: last.to, at, node: null, stopped: 'no' as const };
    const ended = last.to === SUCCEEDED || last.to === FAILED;
    if (next === 'run' && last.to === NEW)
      add({ ...move, to: STARTED, attempt: last.attempt + 1, node } as Event);
    else if (next === 'succeed' && last.to === STARTED) add({ ...move, to: SUCCEEDED, node } as Event);
    else if (next === 'fail' && last.to === STARTED) add({ ...move, to: FAILED, node } as Event);
    else if (next.startsWith('stop') && !ended)
      add({ ...move, to: FAILED, stopped: next === 'stop' ? 'yes' : 'as 0.2.0' } as Event);
    else if (next === 'restart' && ended) add({ ...move, to: NEW } as Event);
  }
  return events;
}

const STOP_OF_0_2 = JSON.stringify({ template: 'Stopped by {0} (associate {1}) at {2}.', values: [] });

async function write(db: Kysely<Schema>, events: readonly Event[]): Promise<void> {
  const rows = JSON.stringify(events.map((event, place) => ({ ...event, place })));
  const columns = sql`json_to_recordset(${rows}::text::json) as e (task int, name text, tenant text, internal boolean,
    "from" smallint, "to" smallint, at float8, created float8, attempt int, node text, stopped text, place int)`;
  await sql`
    insert into batchline.task (id, tenant, name, owner_id, is_internal, details_table, details_record, context, state,
      description, response, request, file_name, cancellation, created, run_after)
    overriding system value
    select task, tenant, name, 1, internal, 0, 0, '', 1, '', '', '', '', 0, to_timestamp(created / 1000), now()
    from ${columns} where "from" is null`.execute(db);
  await sql`
    update batchline.task as t set state = e."to", result = 'The printer is out of paper.', result_message = null,
      stop_note = case when e.stopped <> 'no' then 'stopped' end
    from (select distinct on (task) * from ${columns} order by task, place desc) as e
    where t.id = e.task`.execute(db);
  await sql`
    insert into batchline.task_audit
      (task_id, tenant, actor_id, at, node_id, from_state, to_state, attempt, reason, reason_message, stopped)
    select task, tenant, 0, to_timestamp(at / 1000), node, "from", "to", attempt, '',
      case when stopped = 'as 0.2.0' then ${STOP_OF_0_2}::text::jsonb end, case when stopped = 'yes' then true end
    from ${columns} order by place`.execute(db);
}

async function clear(db: Kysely<Schema>): Promise<void> {
  for (const table of ['cursor', 'count', 'worker', 'failure'])
    await sql`truncate ${sql.id('batchline', `statistics_${table}`)}`.execute(db);
  await sql`truncate batchline.task_audit`.execute(db);
  await sql`delete from batchline.task`.execute(db);
}

/** Compares the statistics of a long and a short period, for a tenant and for all, with a count of the events. */
async function expectSame(db: Kysely<Schema>, events: readonly Event[], base: number): Promise<void> {
  for (const tenant of [...TENANTS.slice(0, 1), null]) {
    for (const [stepSeconds, since] of [
      [86_400, base],
      [14_400, base + 5 * 86_400_000],
    ] as const) {
      const seen = await readCountedRange(db);
      const scope = { tenant, since: new Date(since), stepSeconds, seen };
      const visible = events.filter(
        (event) => !event.internal && (tenant === null || event.tenant === tenant),
      );
      const within = visible.filter(({ at }) => at >= since);
      const stepOf = ({ at }: Event): number => Math.floor(at / stepSeconds / 1000) * stepSeconds * 1000;
      const expected = new Map<string, Record<string, number | string>>();
      const add = (event: Event, what: string): void => {
        const key = `${stepOf(event)} ${event.name}`;
        const row = expected.get(key) ?? {
          at: stepOf(event),
          name: event.name,
          registered: 0,
          succeeded: 0,
          failed: 0,
          stopped: 0,
          begun: 0,
        };
        expected.set(key, { ...row, [what]: Number(row[what]) + 1 });
      };
      for (const event of within) {
        if (event.from === null) add(event, 'registered');
        if (event.to === SUCCEEDED) add(event, 'succeeded');
        if (event.to === FAILED) add(event, event.stopped === 'no' ? 'failed' : 'stopped');
        if (event.to === STARTED && event.attempt === 1) add(event, 'begun');
      }
      const changes = await countChanges(db, scope);
      expect(
        changes.map(({ at, waited, longestWait, ...change }) => ({ at: at.getTime(), ...change })),
      ).toEqual(
        [...expected.values()].toSorted(
          (a, b) => Number(a.at) - Number(b.at) || (String(a.name) < String(b.name) ? -1 : 1),
        ),
      );
      const waits = within
        .filter(({ to, attempt }) => to === STARTED && attempt === 1)
        .map(({ at, created }) => (at - created) / 1000);
      const total = changes.reduce((sum, { waited, begun }) => sum + waited * begun, 0);
      expect(total).toBeCloseTo(
        waits.reduce((sum, wait) => sum + wait, 0),
        3,
      );
      expect(Math.max(0, ...changes.map(({ longestWait }) => longestWait))).toBeCloseTo(
        Math.max(0, ...waits),
        3,
      );

      const working = within.filter(
        ({ node, from, to }) => node !== null && (from === STARTED || to === STARTED),
      );
      const workers = [...Map.groupBy(working, stepOf)].map(([at, group]) => ({
        at: new Date(at),
        workers: new Set(group.map(({ node }) => node)).size,
      }));
      expect(await countWorkers(db, scope)).toEqual(workers);

      const last = new Map(visible.map((event) => [event.task, event]));
      const failed = [...last.values()].filter(
        ({ to, stopped, at }) => to === FAILED && stopped === 'no' && at >= since,
      );
      const failures = await groupFailures(db, scope, 20);
      expect(Object.fromEntries(failures.map(({ name, tasks }) => [name, tasks]))).toEqual(
        Object.fromEntries(
          [...Map.groupBy(failed, ({ name }) => name)].map(([name, group]) => [name, group.length]),
        ),
      );
      for (const { name, lastAt } of failures)
        expect(lastAt.getTime()).toBe(
          Math.max(...failed.filter((event) => event.name === name).map(({ at }) => at)),
        );
    }
  }
}
