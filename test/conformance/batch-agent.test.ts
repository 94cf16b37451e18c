import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import {
  expectError,
  PROPERTIES,
  recordOf,
  runningTask,
  STATES,
  type State,
  startConformanceServer,
  taskIn,
} from './helpers.ts';
import {
  type Agent,
  BatchAgent,
  BatchTaskCancellationBehaviour,
  type BatchTaskInfo,
  BatchTaskState,
  EFieldRight,
  ETableRight,
} from './webapi.ts';

/** The unmodified client, signed in as an associate. */
function agentOf(client: ApiClient, params: Record<string, string> = {}): Agent {
  // The first agent's options are the defaults of all others: each one gets all that it needs.
  return new BatchAgent({
    baseUrl: `${client.url}/api`,
    axiosConfig: { headers: { Authorization: client.authorization }, params, proxy: false },
  });
}

/** The response in the client's rejection. */
async function rejection(call: Promise<unknown>): Promise<Answer> {
  const error = await call.then(
    () => undefined,
    (reason: { response?: { status: number; headers: Record<string, string>; data: unknown } }) => reason,
  );
  if (error?.response === undefined) throw new Error(`The call was not refused: ${String(error)}`);
  const { status, headers, data } = error.response;
  return { status, headers: new Headers(headers), text: JSON.stringify(data), body: data };
}

const ids = (list: readonly BatchTaskInfo[]) => list.map((task) => task.id);
const newestFirst = (...some: readonly number[]) => [...some].sort((a, b) => b - a);

describe.each(DATABASES)('the Batch agent, by the client of SuperOffice, on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  let agent: Agent;
  beforeAll(async () => {
    server = await startConformanceServer(kind);
    admin = server.admin;
    agent = agentOf(admin);
  });
  afterAll(() => server?.stop());

  const call = (method: string, body?: unknown, query = '', client = admin) =>
    client.call('POST', `/Agents/Batch/${method}${query}`, body);

  test('the client has these methods, and this file calls each one', () => {
    const methods = Object.getOwnPropertyNames(BatchAgent.prototype).filter((name) =>
      /^[a-z].*Async$/.test(name),
    );
    expect(methods.sort()).toEqual([
      'deleteBatchTaskAsync',
      'deleteBatchTasksAsync',
      'getAllBatchTaskInfosByNameAndStateAsync',
      'getAllBatchTaskInfosByNameAsync',
      'getBatchTaskInfoAsync',
      'getBatchTaskInfosByAssociatesAndStateAsync',
      'getBatchTaskInfosByAssociatesAsync',
      'getBatchTaskInfosByNameAndAssociatesAsync',
      'getBatchTaskInfosByNameAndStateAsync',
      'getBatchTaskInfosByStateAsync',
      'getSystemBatchTaskInfosByNameAndStateAsync',
      'getSystemBatchTaskInfosByNameAsync',
      'startBatchJobAsync',
      'stopBatchJobAsync',
      'updateBatchTaskAsync',
    ]);
  });

  describe('getBatchTaskInfo', () => {
    test('of a task that was only started: what was sent, and the defaults of .NET', async () => {
      const id = await agent.startBatchJobAsync({ name: 'held' });
      const task = await agent.getBatchTaskInfoAsync(id);
      const { rows } = await sql<{
        created: Date;
      }>`select created from batchline.task where id = ${id}`.execute(server.database.sql);
      const { tableRight, fieldProperties, created, ...rest } = task;
      expect(rest).toStrictEqual({
        id,
        name: 'held',
        associateId: admin.associateId,
        detailsTable: 0,
        detailsRecord: 0,
        isSystemTask: false,
        isInternalTask: false,
        parameterObject: null,
        lastStarted: new Date('0001-01-01T00:00:00'),
        startCount: 0,
        databaseSerialNumber: 'batchline',
        context: '',
        result: '',
        state: BatchTaskState.New,
        description: '',
        response: '',
        request: '',
        progressDescription: '',
        progressPercent: 0,
        fileName: '',
        cancellationBehaviour: BatchTaskCancellationBehaviour.CanCancel,
      });
      // The wire says UTC without an offset, so that the client takes it for its own zone.
      const offset = created === undefined ? Number.NaN : created.getTimezoneOffset() * 60_000;
      expect(new Date(Number(created) - offset)).toEqual(rows[0]?.created);
      expect(tableRight).toStrictEqual({ mask: ETableRight.FULL, reason: '' });
      expect(Object.keys(fieldProperties ?? {})).toEqual(PROPERTIES.slice(0, -2));
      const editable = ['State', 'Description', 'Response', 'Request'];
      for (const [name, property] of Object.entries(fieldProperties ?? {})) {
        expect([name, property]).toStrictEqual([
          name,
          {
            fieldRight: { mask: editable.includes(name) ? EFieldRight.Update : EFieldRight.Read, reason: '' },
            fieldType: expect.stringMatching(/^System\.(Int32|String|DateTime|Boolean|Object)$/),
            fieldLength: expect.any(Number),
          },
        ]);
      }
    });

    test('of a task that has run: every property has what was sent or what the run left', async () => {
      const id = await agent.startBatchJobAsync({
        name: 'with-warning',
        databaseSerialNumber: '1630833',
        context: 'ipsa',
        description: 'Triple-buffered impactful leverage',
        response: 'totam',
        request: 'officia',
        fileName: 'before.txt',
        parameterObject: { ParameterObject1: 'tenetur', parameterObject2: 'accusamus' },
      });
      await admin.ended(id);
      const { tableRight, fieldProperties, created, lastStarted, ...rest } =
        await agent.getBatchTaskInfoAsync({
          id,
        });
      expect(rest).toStrictEqual({
        id,
        name: 'with-warning',
        associateId: admin.associateId,
        detailsTable: expect.any(Number),
        detailsRecord: expect.any(Number),
        isSystemTask: false,
        isInternalTask: false,
        parameterObject: { ParameterObject1: 'tenetur', parameterObject2: 'accusamus' },
        startCount: 1,
        databaseSerialNumber: '1630833',
        context: 'ipsa',
        result: 'Done: {"ParameterObject1":"tenetur","parameterObject2":"accusamus"}',
        state: BatchTaskState.Succeeded,
        description: 'Triple-buffered impactful leverage',
        response: 'totam',
        request: 'officia',
        progressDescription: 'Writing the report',
        progressPercent: 100,
        fileName: 'report.txt',
        cancellationBehaviour: BatchTaskCancellationBehaviour.CancelWithWarning,
      });
      expect(lastStarted?.getTime()).toBeGreaterThanOrEqual(created?.getTime() ?? Number.NaN);
      expect(tableRight?.mask).toBe(ETableRight.FULL);
      expect(fieldProperties?.Description?.fieldLength).toBe(254);
    });

    test.each(STATES)('%s comes as the enum of the client', async (state) => {
      const id = await taskIn(state, admin);
      expect((await agent.getBatchTaskInfoAsync(id)).state).toBe(BatchTaskState[state]);
    });

    test('gives what GET gives', async () => {
      const id = await taskIn('Failed', admin, { ParameterObject: { a: 'b' } });
      expect((await call('GetBatchTaskInfo', { id })).body).toEqual(await admin.task(id));
    });

    test('section 3: of an unknown id is null, in JSON and XML', async () => {
      expect(await agent.getBatchTaskInfoAsync(2_147_483_647)).toBeNull();
      const json = await call('GetBatchTaskInfo', { id: 2_147_483_647 });
      expect([json.status, json.text, json.headers.get('content-type')]).toEqual([
        200,
        'null',
        'application/json; charset=utf-8',
      ]);
      const xml = await admin.call(
        'POST',
        '/Agents/Batch/GetBatchTaskInfo',
        { id: 2_147_483_647 },
        { Accept: 'application/xml' },
      );
      expect([xml.status, xml.text]).toEqual([
        200,
        expect.stringMatching(/^<BatchTaskInfo [^>]*xsi:nil="true"\/>$/),
      ]);
    });

    test('of what is no id is refused', async () => {
      const wrong: unknown[] = [2_147_483_648, 1.5, '5x', {}, [5], true];
      for (const id of wrong) {
        const answer = await rejection(agent.getBatchTaskInfoAsync({ id: id as number }));
        expectError(answer, 400, 'ArgumentException', 'Id', '32-bit integer');
      }
      for (const body of [{}, { id: null }, undefined]) {
        expectError(await call('GetBatchTaskInfo', body), 400, 'ArgumentException', 'Id is missing');
      }
    });
  });

  describe('startBatchJob', () => {
    const info: BatchTaskInfo = {
      name: 'held',
      detailsTable: 5,
      detailsRecord: 6,
      databaseSerialNumber: '1630833',
      context: 'c',
      description: 'd',
      response: 'r',
      request: 'q',
      fileName: 'f',
    };
    const styles: [string, () => Promise<number>][] = [
      ['the carrier itself', () => agent.startBatchJobAsync(info)],
      ['a request object', () => agent.startBatchJobAsync({ batchTaskInfo: info })],
      ['a bare BatchTaskInfo on the wire', async () => (await call('StartBatchJob', info)).body],
      [
        'names in other casings on the wire',
        async () =>
          (
            await call('sTARTbATCHjOB', {
              BATCHTASKINFO: Object.fromEntries(
                Object.entries(info).map(([name, value]) => [name.toUpperCase(), value]),
              ),
            })
          ).body,
      ],
    ];
    test.each(styles)('with %s starts a task with all that may be set', async (_style, start) => {
      const id = await start();
      expect(id).toBeTypeOf('number');
      expect(await agent.getBatchTaskInfoAsync(id)).toMatchObject({ ...info, id, state: BatchTaskState.New });
    });

    test('a carrier that was read starts another one; what the server sets is ignored', async () => {
      const first = await taskIn('Succeeded', admin, { Description: 'x', Context: 'c' });
      const carrier = await agent.getBatchTaskInfoAsync(first);
      const second = await agent.startBatchJobAsync({ ...carrier, result: 'made up', progressPercent: 745 });
      expect(second).toBeGreaterThan(first);
      expect(await agent.getBatchTaskInfoAsync(second)).toMatchObject({
        name: 'held',
        description: 'x',
        context: 'c',
        state: BatchTaskState.New,
        startCount: 0,
        result: '',
        progressPercent: 0,
        lastStarted: new Date('0001-01-01T00:00:00'),
      });
    });

    test('an internal task answers 0, runs, and leaves no row', async () => {
      expect(await agent.startBatchJobAsync({ name: 'with-warning', isInternalTask: true })).toBe(0);
      const rows = () =>
        sql<{ id: number }>`select id from batchline.task where is_internal`.execute(server.database.sql);
      await expect.poll(async () => (await rows()).rows, { timeout: 30_000 }).toEqual([]);
      const audit = await sql`
        select 1 from batchline.task_audit as a
        where not exists (select from batchline.task as t where t.id = a.task_id)`.execute(
        server.database.sql,
      );
      expect(audit.rows).toEqual([]);
    });

    test('an unknown definition and parameters that miss the schema are refused and start nothing', async () => {
      const count = () => sql`select count(*)::int as n from batchline.task`.execute(server.database.sql);
      const before = (await count()).rows;
      const unknown = await rejection(agent.startBatchJobAsync({ name: 'unheard-of' }));
      expectError(
        unknown,
        400,
        'ArgumentException',
        'unheard-of',
        'also-listed',
        'countdown',
        'with-warning',
      );
      const rejected = await rejection(agent.startBatchJobAsync({ name: 'typed', parameterObject: {} }));
      expectError(rejected, 400, 'ArgumentException', 'typed', 'count is missing');
      const wrong = { name: 'typed', parameterObject: { count: 'many' } };
      expectError(
        await rejection(agent.startBatchJobAsync(wrong)),
        400,
        'ArgumentException',
        'count must be integer',
      );
      expectError(await call('StartBatchJob', {}), 400, 'ArgumentException', 'Name', 'missing');
      expectError(await call('StartBatchJob', { batchTaskInfo: null }), 400, 'ArgumentException', 'null');
      expectError(await call('StartBatchJob', { batchTaskInfo: 'held' }), 400, 'ArgumentException', 'held');
      expect((await count()).rows).toEqual(before);
    });
  });

  describe('stopBatchJob', () => {
    test('true if it was or will be stopped, false if it has ended', async () => {
      const waiting = await taskIn('New', admin);
      expect(await agent.stopBatchJobAsync(waiting)).toBe(true);
      expect(await agent.stopBatchJobAsync({ id: waiting })).toBe(false);
      const running = await runningTask(admin, 'wait');
      expect(await agent.stopBatchJobAsync({ id: running })).toBe(true);
      await admin.ended(running);
      expect(await agent.stopBatchJobAsync(running)).toBe(false);
      const task = await agent.getBatchTaskInfoAsync(running);
      expect(task.state).toBe(BatchTaskState.Failed);
      expect(task.result).toMatch(/^Stopped by admin/);
    });

    test("false if it can't be cancelled", async () => {
      const running = await runningTask(admin, 'cannot-cancel');
      expect(await agent.stopBatchJobAsync(running)).toBe(false);
      const task = await agent.getBatchTaskInfoAsync(running);
      expect(task.state).toBe(BatchTaskState.Started);
      expect(task.cancellationBehaviour).toBe(BatchTaskCancellationBehaviour.CannotCancel);
      await agent.updateBatchTaskAsync({ id: running, state: BatchTaskState.Failed });
    });

    test('section 3: of an unknown id is false; without one 400', async () => {
      expect(await agent.stopBatchJobAsync(2_147_483_647)).toBe(false);
      expectError(await call('StopBatchJob', {}), 400, 'ArgumentException', 'Id is missing');
    });
  });

  describe('updateBatchTask', () => {
    test('what was read goes back with one change, and nothing else changes', async () => {
      const id = await taskIn('Started', admin, { ParameterObject: { a: 'b' }, Response: 'r', Context: 'c' });
      const read = await agent.getBatchTaskInfoAsync(id);
      const answer = await agent.updateBatchTaskAsync({ ...read, description: 'changed' });
      expect(answer).toEqual({ ...read, description: 'changed' });
      expect(await agent.getBatchTaskInfoAsync(id)).toEqual(answer);
    });

    test('only the four change, regardless of the other properties', async () => {
      const id = await taskIn('Started', admin, { ParameterObject: { a: 'b' } });
      const read = await agent.getBatchTaskInfoAsync(id);
      const four = {
        state: BatchTaskState.SucceededManualCleanup,
        description: 'd',
        response: 'r',
        request: 'q',
      };
      const answer = await agent.updateBatchTaskAsync({
        batchTaskInfo: {
          ...read,
          ...four,
          name: 'wait',
          associateId: 822,
          detailsTable: 311,
          detailsRecord: 619,
          isSystemTask: true,
          isInternalTask: true,
          parameterObject: { other: 'thing' },
          lastStarted: new Date('2001-10-22T09:40:59Z'),
          created: new Date('2014-07-31T09:40:59Z'),
          startCount: 970,
          databaseSerialNumber: '1630833',
          context: 'ipsa',
          result: 'excepturi',
          progressDescription: 'Reduced dedicated budgetary management',
          progressPercent: 745,
          fileName: 'other.txt',
          cancellationBehaviour: BatchTaskCancellationBehaviour.CannotCancel,
        },
      });
      expect(answer).toEqual({ ...read, ...four });
    });

    test('All and Unknown leave the state as it is; absent stays, null clears', async () => {
      const id = await taskIn('Aquired', admin, { Description: 'd', Response: 'r', Request: 'q' });
      for (const state of [BatchTaskState.All, BatchTaskState.Unknown]) {
        const answer = await agent.updateBatchTaskAsync({ id, state, response: String(state) });
        expect(answer).toMatchObject({ state: BatchTaskState.Aquired, description: 'd', response: state });
      }
      const cleared = { id, description: null } as unknown as BatchTaskInfo;
      expect(await agent.updateBatchTaskAsync(cleared)).toMatchObject({ description: '', request: 'q' });
    });

    test('a bare carrier on the wire is taken too, and the answer is that of PUT', async () => {
      const id = await taskIn('New', admin);
      const { body } = await call('UpdateBatchTask', { id, description: 'x' });
      expect(Object.keys(body)).toEqual(PROPERTIES);
      expect(body).toEqual(await admin.task(id));
      expect(body.Description).toBe('x');
    });

    test('section 3: of an unknown id is null, and nothing is written', async () => {
      expect(await agent.updateBatchTaskAsync({ id: 2_147_483_647, description: 'x' })).toBeNull();
      const wrong = await rejection(
        agent.updateBatchTaskAsync({ id: 2_147_483_647, state: 'Done' as never }),
      );
      expectError(wrong, 400, 'ArgumentException', 'State', 'Done');
      // The published sample.
      expectError(await call('UpdateBatchTask', { BatchTaskInfo: null }), 400, 'ArgumentException', 'null');
    });

    test('what is wrong is refused and changes nothing', async () => {
      const id = await taskIn('Aquired', admin, { Description: 'd' });
      const before = await recordOf(server, id);
      const update = (carrier: object) => rejection(agent.updateBatchTaskAsync({ id, ...carrier }));
      const ended = await taskIn('Failed', admin);
      expectError(
        await update({ id: ended, state: BatchTaskState.Succeeded, description: 'x' }),
        409,
        'SoConflictException',
        'is Failed ',
        'it can become New',
      );
      expectError(await update({ state: 'Akquired' }), 400, 'ArgumentException', 'Akquired', 'Aquired');
      expectError(await update({ description: 'x'.repeat(255) }), 400, 'ArgumentException', '255', '254');
      expectError(await update({ request: [5] }), 400, 'ArgumentException', 'Request', 'a list');
      expectError(await update({ id: 'x' }), 400, 'ArgumentException', 'Id');
      expectError(await call('UpdateBatchTask', { description: 'x' }), 400, 'ArgumentException', 'Id');
      expectError(await call('UpdateBatchTask', []), 400, 'ArgumentException', 'object');
      expect(await recordOf(server, id)).toEqual(before);
    });
  });

  describe('deleteBatchTask and deleteBatchTasks', () => {
    test('the tasks are gone, and the call answers 204 without a body', async () => {
      const some: number[] = [];
      for (const state of ['New', 'Failed', 'Succeeded', 'New', 'New'] as const)
        some.push(await taskIn(state, admin));
      const [a, b, c, d, e] = some as [number, number, number, number, number];
      await agent.deleteBatchTaskAsync(a);
      await agent.deleteBatchTaskAsync({ batchTaskId: b });
      await agent.deleteBatchTasksAsync([c, c]);
      await agent.deleteBatchTasksAsync({ batchTaskIds: [d] });
      const answer = await call('DeleteBatchTasks', { BatchTaskIds: [e] });
      expect([answer.status, answer.text]).toEqual([204, '']);
      for (const id of some) expect(await agent.getBatchTaskInfoAsync(id)).toBeNull();
      await agent.deleteBatchTasksAsync([]);
    });

    test('all or none', async () => {
      const good = await taskIn('New', admin);
      const held = await taskIn('Started', admin);
      const before = await recordOf(server, good, held);
      const conflict = await rejection(agent.deleteBatchTasksAsync([good, held]));
      expectError(conflict, 409, 'SoConflictException', String(held), 'Started');
      const wrong = await rejection(agent.deleteBatchTasksAsync([good, 2_147_483_648]));
      expectError(wrong, 400, 'ArgumentException', 'BatchTaskIds', '32-bit integer');
      const single = await rejection(agent.deleteBatchTaskAsync(held));
      expectError(single, 409, 'SoConflictException', String(held));
      expect(await recordOf(server, good, held)).toEqual(before);
    });

    test('section 3: unknown ids are passed over', async () => {
      const good = await taskIn('New', admin);
      await agent.deleteBatchTasksAsync([2_147_483_646, good, 2_147_483_647]);
      expect((await admin.call('GET', `/BatchTask/${good}`)).status).toBe(404);
      for (const method of ['DeleteBatchTask', 'DeleteBatchTasks']) {
        const answer = await call(method, { BatchTaskId: 2_147_483_647, BatchTaskIds: [0, -1] });
        expect([answer.status, answer.text]).toEqual([204, '']);
      }
    });

    test('without the argument nothing is deleted', async () => {
      expectError(await call('DeleteBatchTasks', {}), 400, 'ArgumentException', 'BatchTaskIds is missing');
      expectError(await call('DeleteBatchTask', {}), 400, 'ArgumentException', 'BatchTaskId is missing');
    });
  });

  describe('lists', () => {
    let olga: ApiClient;
    let pete: ApiClient;
    let olgas: Agent;
    /** Tasks of `listed`, two in each state but the last: Olga's, Pete's and the system's. */
    const tasks: Record<'olga' | 'pete' | 'system', Record<State, number[]>> = {
      olga: emptyStates(),
      pete: emptyStates(),
      system: emptyStates(),
    };
    /** The same, of `also-listed`, one in state New for each. */
    const others = { olga: 0, pete: 0, system: 0 };
    const every = (owner: keyof typeof tasks) => Object.values(tasks[owner]).flat();

    beforeAll(async () => {
      olga = await server.associate('olga');
      pete = await server.associate('pete');
      olgas = agentOf(olga);
      for (const [owner, client] of [
        ['olga', olga],
        ['pete', pete],
        ['system', admin],
      ] as const) {
        const info = { Name: 'listed', IsSystemTask: owner === 'system' };
        for (const state of [...STATES, ...STATES.slice(0, -1)])
          tasks[owner][state].push(await taskIn(state, client, info));
        others[owner] = await taskIn('New', client, { ...info, Name: 'also-listed' });
      }
    });

    /** Calls by request object and by plain arguments must agree. */
    const both = async (
      byObject: Promise<BatchTaskInfo[]>,
      plain: Promise<BatchTaskInfo[]>,
    ): Promise<(number | undefined)[]> => {
      const [first, second] = await Promise.all([byObject, plain]);
      expect(second).toEqual(first);
      return ids(first);
    };

    test('each element is the whole task', async () => {
      const [newest] = await olgas.getBatchTaskInfosByNameAndStateAsync('listed', BatchTaskState.Failed);
      expect(newest).toEqual(await olgas.getBatchTaskInfoAsync(newest?.id ?? 0));
      expect(newest?.tableRight).toEqual({
        mask: ETableRight.Select | ETableRight.Update | ETableRight.Delete,
        reason: '',
      });
    });

    test.each(STATES)('in state %s, by every method that takes a state', async (state) => {
      const s = BatchTaskState[state];
      const own = state === 'New' ? [...tasks.olga.New, others.olga] : tasks.olga[state];
      const system = tasks.system[state];
      const associateIds = [olga.associateId, 0];
      expect(
        await both(olgas.getBatchTaskInfosByStateAsync({ state: s }), olgas.getBatchTaskInfosByStateAsync(s)),
      ).toEqual(newestFirst(...own));
      expect(
        await both(
          olgas.getBatchTaskInfosByNameAndStateAsync({ name: 'listed', state: s }),
          olgas.getBatchTaskInfosByNameAndStateAsync('listed', s),
        ),
      ).toEqual(newestFirst(...tasks.olga[state]));
      expect(
        await both(
          olgas.getBatchTaskInfosByAssociatesAndStateAsync({ associateIds: [olga.associateId], state: s }),
          olgas.getBatchTaskInfosByAssociatesAndStateAsync([olga.associateId], s),
        ),
      ).toEqual(newestFirst(...own));
      expect(ids(await olgas.getBatchTaskInfosByAssociatesAndStateAsync(associateIds, s))).toEqual(
        newestFirst(...own, ...(state === 'New' ? [...system, others.system] : system)),
      );
      expect(
        await both(
          olgas.getAllBatchTaskInfosByNameAndStateAsync({ taskName: 'listed', state: s }),
          olgas.getAllBatchTaskInfosByNameAndStateAsync('listed', s),
        ),
      ).toEqual(newestFirst(...tasks.olga[state], ...system));
      expect(
        await both(
          olgas.getSystemBatchTaskInfosByNameAndStateAsync({ taskName: 'listed', state: s }),
          olgas.getSystemBatchTaskInfosByNameAndStateAsync('listed', s),
        ),
      ).toEqual(newestFirst(...system));
    });

    test('All is every state, by every method that takes a state', async () => {
      const all = BatchTaskState.All;
      const own = newestFirst(...every('olga'), others.olga);
      expect(ids(await olgas.getBatchTaskInfosByStateAsync(all))).toEqual(own);
      expect(ids(await olgas.getBatchTaskInfosByNameAndStateAsync('listed', all))).toEqual(
        newestFirst(...every('olga')),
      );
      expect(ids(await olgas.getBatchTaskInfosByAssociatesAndStateAsync([olga.associateId], all))).toEqual(
        own,
      );
      expect(ids(await olgas.getAllBatchTaskInfosByNameAndStateAsync('listed', all))).toEqual(
        newestFirst(...every('olga'), ...every('system')),
      );
      expect(ids(await olgas.getSystemBatchTaskInfosByNameAndStateAsync('listed', all))).toEqual(
        newestFirst(...every('system')),
      );
    });

    test('by every method that takes no state', async () => {
      const associateIds = [olga.associateId];
      expect(
        await both(
          olgas.getBatchTaskInfosByAssociatesAsync({ associateIds }),
          olgas.getBatchTaskInfosByAssociatesAsync(associateIds),
        ),
      ).toEqual(newestFirst(...every('olga'), others.olga));
      expect(
        await both(
          olgas.getBatchTaskInfosByNameAndAssociatesAsync({ name: 'also-listed', associateIds }),
          olgas.getBatchTaskInfosByNameAndAssociatesAsync('also-listed', associateIds),
        ),
      ).toEqual([others.olga]);
      expect(
        await both(
          olgas.getAllBatchTaskInfosByNameAsync({ taskName: 'also-listed' }),
          olgas.getAllBatchTaskInfosByNameAsync('also-listed'),
        ),
      ).toEqual(newestFirst(others.olga, others.system));
      expect(
        await both(
          olgas.getSystemBatchTaskInfosByNameAsync({ taskName: 'also-listed' }),
          olgas.getSystemBatchTaskInfosByNameAsync('also-listed'),
        ),
      ).toEqual([others.system]);
    });

    test('others are not in the lists of an associate, but in those of an administrator', async () => {
      const asked = [pete.associateId, olga.associateId];
      expect(ids(await olgas.getBatchTaskInfosByNameAndAssociatesAsync('also-listed', asked))).toEqual([
        others.olga,
      ]);
      expect(ids(await olgas.getBatchTaskInfosByAssociatesAsync([pete.associateId]))).toEqual([]);
      expect(ids(await agent.getBatchTaskInfosByNameAndAssociatesAsync('also-listed', asked))).toEqual(
        newestFirst(others.olga, others.pete),
      );
      expect(ids(await agent.getAllBatchTaskInfosByNameAsync('also-listed'))).toEqual(
        newestFirst(others.olga, others.pete, others.system),
      );
      // Own lists stay own.
      expect(
        ids(await agent.getBatchTaskInfosByNameAndStateAsync('also-listed', BatchTaskState.All)),
      ).toEqual([]);
    });

    // The client's documentation of associateIds: "Empty array for all. 0 for system tasks, -1 for all users".
    test('no associates are all tasks, 0 is the system, -1 is all users', async () => {
      const named = async (by: Agent, ...associateIds: number[]) =>
        ids(await by.getBatchTaskInfosByNameAndAssociatesAsync('also-listed', associateIds));
      expect(await named(agent)).toEqual(newestFirst(others.olga, others.pete, others.system));
      expect(await named(agent, 0)).toEqual([others.system]);
      expect(await named(agent, -1)).toEqual(newestFirst(others.olga, others.pete));
      expect(await named(agent, -1, 0)).toEqual(newestFirst(others.olga, others.pete, others.system));
      // As far as one may see them.
      expect(await named(olgas)).toEqual(newestFirst(others.olga, others.system));
      expect(await named(olgas, 0)).toEqual([others.system]);
      expect(await named(olgas, -1)).toEqual([others.olga]);
      expect(await named(olgas, -1, 0, pete.associateId)).toEqual(newestFirst(others.olga, others.system));
      const all = BatchTaskState.All;
      expect(ids(await olgas.getBatchTaskInfosByAssociatesAsync([-1]))).toEqual(
        newestFirst(...every('olga'), others.olga),
      );
      expect(ids(await olgas.getBatchTaskInfosByAssociatesAndStateAsync([0], all))).toEqual(
        newestFirst(...every('system'), others.system),
      );
    });

    // The client's documentation of name and taskName: "Blank for all tasks", "NULL or blank to get all tasks".
    test('no name is every definition', async () => {
      const all = BatchTaskState.All;
      const own = [...every('olga'), others.olga];
      const system = [...every('system'), others.system];
      for (const name of ['', null as unknown as string]) {
        expect(ids(await olgas.getBatchTaskInfosByNameAndStateAsync(name, all))).toEqual(newestFirst(...own));
        expect(ids(await olgas.getBatchTaskInfosByNameAndAssociatesAsync(name, [olga.associateId]))).toEqual(
          newestFirst(...own),
        );
        expect(ids(await olgas.getAllBatchTaskInfosByNameAsync(name))).toEqual(
          newestFirst(...own, ...system),
        );
        expect(ids(await olgas.getAllBatchTaskInfosByNameAndStateAsync(name, all))).toEqual(
          newestFirst(...own, ...system),
        );
        expect(ids(await olgas.getSystemBatchTaskInfosByNameAsync(name))).toEqual(newestFirst(...system));
        expect(ids(await olgas.getSystemBatchTaskInfosByNameAndStateAsync(name, all))).toEqual(
          newestFirst(...system),
        );
      }
    });

    test('a name matches in any casing, and one that nothing has gives nothing', async () => {
      expect(ids(await olgas.getSystemBatchTaskInfosByNameAsync('ALSO-Listed'))).toEqual([others.system]);
      expect(await olgas.getAllBatchTaskInfosByNameAsync('unheard-of')).toEqual([]);
    });

    test('Unknown is the state of no task', async () => {
      expect(await olgas.getBatchTaskInfosByStateAsync(BatchTaskState.Unknown)).toEqual([]);
    });

    test('arguments that are missing or wrong are refused', async () => {
      const wrong: [string, object, string | RegExp][] = [
        ['GetBatchTaskInfosByState', { state: 'Akquired' }, /Akquired.*Aquired/],
        ['GetBatchTaskInfosByState', { state: 7 }, 'State'],
        ['GetBatchTaskInfosByAssociates', {}, 'AssociateIds is missing'],
        ['GetBatchTaskInfosByAssociates', { associateIds: 5 }, 'AssociateIds'],
        ['GetBatchTaskInfosByAssociates', { associateIds: ['5x'] }, 'AssociateIds'],
        ['GetBatchTaskInfosByAssociates', { associateIds: [2 ** 31] }, 'AssociateIds'],
        ['GetBatchTaskInfosByNameAndState', { name: [5], state: 'All' }, 'Name'],
        ['GetAllBatchTaskInfosByName', { taskName: ['listed'] }, 'TaskName'],
        ['GetAllBatchTaskInfosByName', { taskName: 'lis\0ted' }, 'NUL'],
        ['GetBatchTaskInfosByNameAndState', { name: '\ud800', state: 'All' }, 'surrogate'],
      ];
      for (const [method, body, says] of wrong)
        expectError(await call(method, body), 400, 'ArgumentException', says);
    });

    test('a State that is absent, null or blank counts as All (contract, section 3)', async () => {
      const all = (await call('GetBatchTaskInfosByNameAndState', { name: 'listed', state: 'All' }, '', olga))
        .body;
      expect(all.length).toBeGreaterThan(0);
      for (const state of [undefined, null, '', ' ', 99999, '99999'])
        expect(
          (await call('GetBatchTaskInfosByNameAndState', { name: 'listed', state }, '', olga)).body,
        ).toEqual(all);
    });

    test('arguments may be in the query', async () => {
      const list = async (method: string, query: string, body?: object) => {
        const answer = await call(method, body, query, olga);
        return [answer.status, answer.body.map((task: { Id: number }) => task.Id)];
      };
      const failed = newestFirst(...tasks.olga.Failed);
      expect(await list('GetBatchTaskInfosByState', '?State=Failed')).toEqual([200, failed]);
      expect(await list('GetBatchTaskInfosByState', '?state=5')).toEqual([200, failed]);
      expect(await list('getbatchtaskinfosbynameandstate', '?NAME=Listed&sTate=failed')).toEqual([
        200,
        failed,
      ]);
      expect(await list('GetBatchTaskInfosByNameAndState', '?Name=listed', { state: 'Failed' })).toEqual([
        200,
        failed,
      ]);
      for (const query of [
        `?associateIds=0,${olga.associateId}`,
        `?AssociateIds=0&AssociateIds=${olga.associateId}`,
      ]) {
        expect(await list('GetBatchTaskInfosByNameAndAssociates', `${query}&name=also-listed`)).toEqual([
          200,
          newestFirst(others.olga, others.system),
        ]);
      }
      // The body counts where both have it.
      expect(await list('GetBatchTaskInfosByState', '?State=Failed', { State: 'Aquired' })).toEqual([
        200,
        newestFirst(...tasks.olga.Aquired),
      ]);
    });

    test('the agents of several users side by side stay apart', async () => {
      const petes = agentOf(pete);
      const [o, p] = await Promise.all([
        olgas.getBatchTaskInfosByStateAsync(BatchTaskState.Failed),
        petes.getBatchTaskInfosByStateAsync(BatchTaskState.Failed),
      ]);
      expect(new Set(o.map((task) => task.associateId))).toEqual(new Set([olga.associateId]));
      expect(new Set(p.map((task) => task.associateId))).toEqual(new Set([pete.associateId]));
    });
  });

  test('ids may be in the query of every method that takes one', async () => {
    const id = await taskIn('New', admin);
    expect((await call('GetBatchTaskInfo', undefined, `?Id=${id}`)).body.Id).toBe(id);
    expect((await call('StopBatchJob', undefined, `?id=${id}`)).body).toBe(true);
    expect((await call('DeleteBatchTask', undefined, `?batchTaskId=${id}`)).status).toBe(204);
    const two = [await taskIn('New', admin), await taskIn('New', admin)];
    expect((await call('DeleteBatchTasks', undefined, `?BatchTaskIds=${two.join()}`)).status).toBe(204);
    for (const gone of [id, ...two]) expect((await admin.call('GET', `/BatchTask/${gone}`)).status).toBe(404);
    const wrong = await call('GetBatchTaskInfo', undefined, '?Id=5x');
    expectError(wrong, 400, 'ArgumentException', 'Id', '5x');
  });

  describe('$select', () => {
    test('nulls every other property of the answer', async () => {
      const id = await taskIn('Aquired', admin, { Description: 'd' });
      const expected = Object.fromEntries(PROPERTIES.map((name) => [name, null]));
      const answer = await call('GetBatchTaskInfo', { id }, '?$select=name, STATE');
      expect(answer.body).toEqual({ ...expected, Name: 'held', State: 'Aquired' });
      expect(Object.keys(answer.body)).toEqual(PROPERTIES);
      const byAgent = await agentOf(admin, { $select: 'Id,State' }).getBatchTaskInfoAsync(id);
      expect(byAgent.id).toBe(id);
      expect(byAgent.state).toBe(BatchTaskState.Aquired);
      expect([byAgent.name, byAgent.description, byAgent.created, byAgent.tableRight]).toEqual([
        null,
        null,
        null,
        null,
      ]);
    });

    test('holds for lists and updates, and leaves numbers and flags alone', async () => {
      const selecting = agentOf(admin, { $select: 'Id' });
      const id = await selecting.startBatchJobAsync({ name: 'typed', parameterObject: { count: '1' } });
      expect(id).toBeTypeOf('number');
      const list = await selecting.getAllBatchTaskInfosByNameAsync('typed');
      expect(list.map((task) => [task.id, task.name])).toEqual([[id, null]]);
      const updated = await selecting.updateBatchTaskAsync({ id, description: 'kept' });
      expect([updated.id, updated.description]).toEqual([id, null]);
      expect((await admin.task(id)).Description).toBe('kept');
      expect(await selecting.stopBatchJobAsync(id)).toBe(true);
    });

    test('a name that is no property is passed over', async () => {
      const id = await taskIn('New', admin);
      const { body } = await call('GetBatchTaskInfo', { id }, '?$select=Nmae,state');
      expect(body).toMatchObject({ Name: null, State: 'New' });
      expect((await call('StopBatchJob', { id }, '?$select=Nmae')).body).toBe(true);
    });
  });

  test('a method that is not there is 404 in the shape of errors', async () => {
    expectError(await call('GetBatchTaskInfos', {}), 404, 'SoNotFoundException', 'GetBatchTaskInfos');
  });

  test('a sign-in that is wrong rejects as 401', async () => {
    const nobody = new BatchAgent({
      baseUrl: `${server.url}/api`,
      axiosConfig: { headers: { Authorization: 'Bearer 8A:Cust12345.x' }, proxy: false },
    });
    const answer = await rejection(nobody.getBatchTaskInfoAsync(1));
    expectError(answer, 401, 'SoUnauthorizedException');
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
  });

  test('the client under a customer, and with all that it may be set to', async () => {
    const hosted = new BatchAgent({
      baseUrl: `${server.url}/Cust12345/api`,
      languageCode: 'en',
      cultureCode: 'nb-NO',
      axiosConfig: { headers: { Authorization: admin.authorization }, proxy: false },
    });
    const id = await hosted.startBatchJobAsync({ name: 'held', description: 'NO:"Ja";US:"Yes"' });
    const seen: { status?: number } = {};
    const task = await hosted.getBatchTaskInfoAsync(id, {
      responseCallback: (response) => {
        seen.status = response.status;
      },
    });
    expect(task.databaseSerialNumber).toBe('Cust12345');
    expect(seen.status).toBe(200);
    const elsewhere = await taskIn('New', admin);
    expect(await hosted.getBatchTaskInfoAsync(elsewhere)).toBeNull();
  });
});

function emptyStates(): Record<State, number[]> {
  return { New: [], Aquired: [], Started: [], Succeeded: [], Failed: [], SucceededManualCleanup: [] };
}
