import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { ANY_DATABASE } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { startConformanceServer, taskIn } from './helpers.ts';
import { type Agent, type BatchTaskInfo, CLIENTS } from './webapi.ts';

const UNKNOWN = 2_000_000_000;
const SUPPLIER = 'NO:"Leverandør";US:"Supplier"';
/** Every option of a call that reaches the server, with what becomes of SUPPLIER in its answer. */
const OPTIONS: readonly (readonly [options: object | undefined, text: string])[] = [
  [undefined, SUPPLIER],
  [{ languageCode: 'nb', cultureCode: 'nb-no' }, 'Leverandør'],
  [{ languageCode: 'en-us', timezone: 'US-NY' }, 'Supplier'],
  [{ languageCode: '', cultureCode: '' }, SUPPLIER],
  [{ timezone: '261', timezoneInclude: true }, SUPPLIER],
  [{ timezoneInclude: true }, SUPPLIER],
];

type Result = BatchTaskInfo | BatchTaskInfo[] | number | boolean | string | null;
type Method = (...args: unknown[]) => Promise<Result>;

/** A method with its arguments in order; what a task answers it, and what an unknown one or none does. */
interface Row {
  readonly method: string;
  /** Names and values; `ID` stands for the task's id, `OWNER` for its owner's. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly answers: 'the task' | 'a list with it' | 'an id' | true | '';
  /** Instead of `args`, and the answer. */
  readonly unknown: readonly [args: Readonly<Record<string, unknown>>, answer: Result];
}

const ID = Symbol('id');
const OWNER = Symbol('owner');
const nothing: readonly BatchTaskInfo[] = [];
const listed = (method: string, args: Row['args'], without: Row['args']): Row => ({
  method,
  args,
  answers: 'a list with it',
  unknown: [{ ...args, ...without }, nothing as BatchTaskInfo[]],
});

const ROWS: readonly Row[] = [
  { method: 'getBatchTaskInfo', args: { id: ID }, answers: 'the task', unknown: [{ id: UNKNOWN }, null] },
  listed('getBatchTaskInfosByAssociates', { associateIds: [OWNER] }, { associateIds: [UNKNOWN] }),
  listed(
    'getBatchTaskInfosByAssociatesAndState',
    { associateIds: [], state: 'New' },
    { associateIds: [UNKNOWN] },
  ),
  listed('getBatchTaskInfosByState', { state: 'New' }, { state: 'Unknown' }),
  listed('getBatchTaskInfosByNameAndState', { name: 'held', state: 'All' }, { name: 'nobody' }),
  listed(
    'getBatchTaskInfosByNameAndAssociates',
    { name: 'HELD', associateIds: [-1] },
    { associateIds: [UNKNOWN] },
  ),
  listed('getAllBatchTaskInfosByName', { taskName: 'held' }, { taskName: 'nobody' }),
  listed('getAllBatchTaskInfosByNameAndState', { taskName: '', state: 'New' }, { taskName: 'nobody' }),
  {
    method: 'updateBatchTask',
    args: { batchTaskInfo: { id: ID, response: 'told' } },
    answers: 'the task',
    unknown: [{ batchTaskInfo: { id: UNKNOWN, response: 'told' } }, null],
  },
  {
    method: 'startBatchJob',
    args: { batchTaskInfo: { name: 'held', description: SUPPLIER } },
    answers: 'an id',
    unknown: [{ batchTaskInfo: { id: UNKNOWN, name: 'held' } }, expect.any(Number)],
  },
  { method: 'stopBatchJob', args: { id: ID }, answers: true, unknown: [{ id: UNKNOWN }, false] },
  {
    method: 'deleteBatchTask',
    args: { batchTaskId: ID },
    answers: '',
    unknown: [{ batchTaskId: UNKNOWN }, ''],
  },
  {
    method: 'deleteBatchTasks',
    args: { batchTaskIds: [ID] },
    answers: '',
    unknown: [{ batchTaskIds: [UNKNOWN, 0, -1] }, ''],
  },
];

/** The same with the task's ids in the places that stand for them. */
function filled(args: unknown, id: number, owner: number): unknown {
  if (args === ID) return id;
  if (args === OWNER) return owner;
  if (Array.isArray(args)) return args.map((one) => filled(one, id, owner));
  if (typeof args !== 'object' || args === null) return args;
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, filled(value, id, owner)]));
}

describe.each(ANY_DATABASE)('BatchAgent of the official clients (contract, section 3) on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  let system: number;
  beforeAll(async () => {
    server = await startConformanceServer(kind, { BATCHLINE_TIME_ZONE: 'Europe/Oslo' });
    admin = server.admin;
    system = await taskIn('New', admin, { Name: 'listed', IsSystemTask: true, Description: SUPPLIER });
  });
  afterAll(() => server?.stop());

  describe.each(CLIENTS)('%s', (_version, client) => {
    // The first agent's options are the defaults of all others of its module: each one gets all that it needs.
    const agentOf = (api: ApiClient): Agent =>
      new client.BatchAgent({
        baseUrl: `${server.url}/api`,
        axiosConfig: { headers: { Authorization: api.authorization }, proxy: false },
      });
    const methodOf = (row: Row): Method => {
      const agent = agentOf(admin) as unknown as Record<string, Method>;
      return (...args) => (agent[`${row.method}Async`] as Method).apply(agent, args);
    };

    test('this file calls every method', () => {
      const methods = Object.getOwnPropertyNames(client.BatchAgent.prototype)
        .filter((name) => /^[a-z].*Async$/.test(name))
        .map((name) => name.replace('Async', ''));
      const system = ['getSystemBatchTaskInfosByName', 'getSystemBatchTaskInfosByNameAndState'];
      expect(methods.sort()).toEqual([...ROWS.map(({ method }) => method), ...system].sort());
    });

    test.each(ROWS)('$method by its arguments and by one request, with each option', async (row) => {
      for (const [options, text] of OPTIONS) {
        for (const form of ['arguments', 'request'] as const) {
          const id = await admin.start({ Name: 'held', Description: SUPPLIER });
          const args = filled(row.args, id, admin.associateId) as Record<string, unknown>;
          const given = form === 'arguments' ? Object.values(args) : [args];
          const answer = await methodOf(row)(...given, options);
          const what = `${JSON.stringify(options)} ${form}`;
          if (row.answers === 'the task' || row.answers === 'a list with it') {
            const list = [answer].flat() as BatchTaskInfo[];
            const found = list.find((task) => task.id === id);
            expect(found, what).toMatchObject({ name: 'held', state: 'New', description: text });
            expect(found?.created, what).toBeInstanceOf(Date);
          } else expect(answer, what).toEqual(row.answers === 'an id' ? expect.any(Number) : row.answers);
        }
      }
    });

    test.each(ROWS)('$method of what is unknown', async (row) => {
      const [args, answer] = row.unknown;
      expect(await methodOf(row)(...Object.values(args))).toEqual(answer);
      expect(await methodOf(row)(args)).toEqual(answer);
    });

    test('another user gets null, false and nothing for a task of others, which stays', async () => {
      const other = agentOf(await server.associate(`other ${_version}`));
      const id = await admin.start({ Name: 'held', Description: 'mine' });
      expect(await other.getBatchTaskInfoAsync(id)).toBeNull();
      expect(await other.updateBatchTaskAsync({ id, description: 'theirs' })).toBeNull();
      expect(await other.stopBatchJobAsync(id)).toBe(false);
      expect(await other.deleteBatchTaskAsync(id)).toBe('');
      expect(await other.deleteBatchTasksAsync([id, UNKNOWN])).toBe('');
      expect(await admin.task(id)).toMatchObject({ Description: 'mine', State: 'New' });
    });

    test('system tasks are in their own lists', async () => {
      const agent = agentOf(admin);
      for (const list of [
        await agent.getSystemBatchTaskInfosByNameAsync('listed', { languageCode: 'nb' }),
        await agent.getSystemBatchTaskInfosByNameAsync({ taskName: '' }, { languageCode: 'nb' }),
        await agent.getSystemBatchTaskInfosByNameAndStateAsync(
          'listed',
          client.BatchTaskState?.New ?? ('New' as never),
          { languageCode: 'nb' },
        ),
      ])
        expect(list).toMatchObject([
          { id: system, associateId: 0, isSystemTask: true, description: 'Leverandør' },
        ]);
      expect(await agent.getSystemBatchTaskInfosByNameAsync('nobody')).toEqual([]);
    });

    test('a carrier that was read is sent back whole', async () => {
      const agent = agentOf(admin);
      const id = await admin.start({ Name: 'held', ParameterObject: { a: '1' } });
      const task = await agent.getBatchTaskInfoAsync(id);
      const updated = await agent.updateBatchTaskAsync({ ...task, request: 'changed' });
      expect(updated).toMatchObject({ id, request: 'changed', state: 'New', parameterObject: { a: '1' } });
      expect(await agent.startBatchJobAsync({ ...task, description: 'again' })).toBeGreaterThan(id);
    });

    test('refusals reject with the error carrier', async () => {
      const agent = agentOf(admin);
      await expect(agent.startBatchJobAsync({ name: 'nobody' })).rejects.toMatchObject({
        response: {
          status: 400,
          data: { ErrorType: 'ArgumentException', Message: expect.stringContaining('nobody') },
        },
      });
      const id = await taskIn('Succeeded', admin);
      const moved = agent.updateBatchTaskAsync({ id, state: 'Started' as never });
      await expect(moved).rejects.toMatchObject({ response: { status: 409 } });
      await expect(agent.getBatchTaskInfosByStateAsync('Nonsense' as never)).rejects.toMatchObject({
        response: { status: 400 },
      });
    });
  });
});
