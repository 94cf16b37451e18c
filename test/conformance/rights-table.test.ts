import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, isAdministrator, type Role, type Scope } from '../../src/core/access.ts';
import { allows, rightsOn, TableRight } from '../../src/core/permissions.ts';
import { AGENT_METHODS } from '../../src/http/resources/batch-agent.ts';
import type { Answer, ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { recordOf, startConformanceServer } from './helpers.ts';

/** The server's own tenant, where the tasks of this suite are. */
const TENANT = 'batchline';

const SCOPE_SETS: readonly (readonly Scope[])[] = [
  ['read'],
  ['write'],
  ['admin'],
  ['read', 'write'],
  ['read', 'write', 'admin'],
];

/** A call on one task: the right that it needs, and how it is made. */
interface TaskCall {
  readonly needs: 'Select' | 'Update' | 'Delete';
  readonly call: (client: ApiClient, id: number) => Promise<Answer>;
}

const agent = (method: string, body: (id: number) => object): [string, TaskCall['call']] => [
  method,
  (client, id) => client.call('POST', `/Agents/Batch/${method}`, body(id)),
];
const rest =
  (method: string, path = '', body?: object): TaskCall['call'] =>
  (client, id) =>
    client.call(method, `/BatchTask/${id}${path}`, body);

/** Every call on one task by its name. They are made on one task in this order; each delete has one of its own. */
const TASK_CALLS: Readonly<Record<string, TaskCall>> = {
  'GET /BatchTask/{id}': { needs: 'Select', call: rest('GET') },
  'GET /BatchTask/{id}/Audit': { needs: 'Select', call: rest('GET', '/Audit') },
  'GET /BatchTask/{id}/File': { needs: 'Select', call: rest('GET', '/File') },
  'PUT /BatchTask/{id}': { needs: 'Update', call: rest('PUT', '', { Description: 'by PUT' }) },
  'POST /BatchTask/{id}/Stop': { needs: 'Update', call: rest('POST', '/Stop') },
  'DELETE /BatchTask/{id}': { needs: 'Delete', call: rest('DELETE') },
  ...Object.fromEntries(
    (
      [
        ['Select', ...agent('GetBatchTaskInfo', (Id) => ({ Id }))],
        ['Update', ...agent('UpdateBatchTask', (Id) => ({ Id, Response: 'by the agent' }))],
        ['Update', ...agent('StopBatchJob', (Id) => ({ Id }))],
        ['Delete', ...agent('DeleteBatchTask', (BatchTaskId) => ({ BatchTaskId }))],
        ['Delete', ...agent('DeleteBatchTasks', (id) => ({ BatchTaskIds: [id] }))],
      ] as const
    ).map(([needs, method, call]) => [method, { needs, call }]),
  ),
};

/** Every list by its name: which tasks it is about, beside those that the caller may see. */
const LISTS: Readonly<Record<string, readonly ['own' | 'system' | 'all', (owners: number[]) => object]>> = {
  GetBatchTaskInfosByAssociates: ['all', (AssociateIds) => ({ AssociateIds })],
  GetBatchTaskInfosByAssociatesAndState: ['all', (AssociateIds) => ({ AssociateIds, State: 'New' })],
  GetBatchTaskInfosByNameAndAssociates: ['all', (AssociateIds) => ({ AssociateIds, Name: 'listed' })],
  GetBatchTaskInfosByState: ['own', () => ({ State: 'New' })],
  GetBatchTaskInfosByNameAndState: ['own', () => ({ Name: 'listed', State: 'New' })],
  GetAllBatchTaskInfosByName: ['all', () => ({ TaskName: 'listed' })],
  GetAllBatchTaskInfosByNameAndState: ['all', () => ({ TaskName: 'listed', State: 'New' })],
  GetSystemBatchTaskInfosByName: ['system', () => ({ TaskName: 'listed' })],
  GetSystemBatchTaskInfosByNameAndState: ['system', () => ({ TaskName: 'listed', State: 'New' })],
};

test('every method of the agent is in one of the tables here', () => {
  const here = [...Object.keys(TASK_CALLS), ...Object.keys(LISTS), 'StartBatchJob'];
  expect(here).toEqual(expect.arrayContaining(Object.keys(AGENT_METHODS)));
});

/** Every allowed and every refused call, derived from the rights table (contract, section 7). */
describe.each(DATABASES)('the rights table on %s', (kind) => {
  let server: TestServer;
  /** Callers by role and ownership, with the password, which has every scope. */
  const people = new Map<string, { client: ApiClient; roles: readonly Role[]; tenant: string | null }>();
  beforeAll(async () => {
    server = await startConformanceServer(kind);
    people.set('administrator', { client: server.admin, roles: ['administrator'], tenant: null });
    for (const [login, roles, tenant] of [
      ['owner', [], null],
      ['another associate', [], null],
      ['viewer', ['viewer'], null],
      ['another tenant', ['administrator'], 'Cust1'],
    ] as const) {
      const options = { roles: [...roles], ...(tenant === null ? {} : { tenant }) };
      const client = await server.associate(login.replace(' ', '-'), options);
      people.set(login, { client, roles, tenant });
    }
  });
  afterAll(() => server?.stop());

  const rows = ['administrator', 'owner', 'another associate', 'viewer', 'another tenant'].flatMap((who) =>
    // Scopes know of no database, so that the second one is asked with the least and the most alone.
    SCOPE_SETS.filter((_scopes, index) => kind === 'embedded' || index % 4 === 0).map(
      (scopes) => [who, scopes] as const,
    ),
  );
  /** The caller of a row, as the rules know them and as a client. */
  const callerOf = async (who: string, scopes: readonly Scope[]): Promise<[Caller, ApiClient]> => {
    const person = people.get(who);
    if (person === undefined) throw new Error(`there is no ${who}`);
    const { client, roles, tenant } = person;
    const caller = { associateId: client.associateId, login: who, roles, tenant, scopes };
    return [caller, await client.withToken([...scopes])];
  };
  const ownerId = (): number => people.get('owner')?.client.associateId ?? 0;
  const startOf = (isSystem: boolean): Promise<number> =>
    server.admin.start({ Name: 'listed', AssociateId: ownerId(), IsSystemTask: isSystem });
  /** The agent says of what it can't find `null` or `false`, or nothing after a delete (contract, section 3). */
  const isHiddenByAgent = (name: string, { status, body }: Answer): boolean =>
    name in AGENT_METHODS && (status === 204 || (status === 200 && (body === null || body === false)));
  const outcomeOf = ({ status, body }: Answer): string => {
    if (status < 300 || (status === 404 && /has no result file/.test(body?.Message))) return 'allowed';
    return status === 404 ? 'hidden' : status === 403 ? 'refused' : `${status}`;
  };

  describe.each(rows)('%s with the scopes %j', (who, scopes) => {
    test.each([
      ["an associate's task", false],
      ['a system task', true],
    ])('on %s', async (_what, isSystem) => {
      const [caller, client] = await callerOf(who, scopes);
      const rights = rightsOn(caller, { tenant: TENANT, name: 'held', ownerId: isSystem ? 0 : ownerId() });
      const first = await startOf(isSystem);
      const before = await recordOf(server, first);
      const seen: Record<string, string> = {};
      const expected: Record<string, string> = {};
      for (const [name, { needs, call }] of Object.entries(TASK_CALLS)) {
        const id = needs === 'Delete' ? await startOf(isSystem) : first;
        const answer = await call(client, id);
        const visible = allows(rights, TableRight.Select);
        const isHidden = !visible && isHiddenByAgent(name, answer);
        seen[name] = isHidden ? 'hidden' : outcomeOf(answer);
        // Without the scope, the call itself is refused, whatever task it names.
        const mayChange = needs === 'Select' || scopes.includes('write');
        expected[name] = !mayChange
          ? 'refused'
          : !visible
            ? 'hidden'
            : allows(rights, TableRight[needs])
              ? 'allowed'
              : 'refused';
        if (isHidden) expect((await server.admin.call('GET', `/BatchTask/${id}`)).status).toBe(200);
      }
      expect(seen).toEqual(expected);
      if (!allows(rights, TableRight.Update)) expect(await recordOf(server, first)).toEqual(before);
    });

    test('in every list', async () => {
      const [caller, client] = await callerOf(who, scopes);
      const tasks = [
        { id: await startOf(false), ownerId: ownerId() },
        { id: await startOf(true), ownerId: 0 },
      ];
      const rest_ = (await client.json('GET', '/BatchTask/New')) as { Id: number }[];
      const lists: [string, 'own' | 'system' | 'all', { Id: number }[]][] = [['GET {state}', 'own', rest_]];
      for (const [method, [about, body]] of Object.entries(LISTS))
        lists.push([
          method,
          about,
          await client.json('POST', `/Agents/Batch/${method}`, body([ownerId(), 0])),
        ]);
      for (const [name, about, list] of lists) {
        for (const task of tasks) {
          const isAbout = {
            own: task.ownerId === caller.associateId,
            system: task.ownerId === 0,
            all: true,
          }[about];
          const visible = allows(
            rightsOn(caller, { tenant: TENANT, name: 'held', ...task }),
            TableRight.Select,
          );
          const found = list.some(({ Id }) => Id === task.id);
          expect([name, task.ownerId, found]).toEqual([name, task.ownerId, isAbout && visible]);
        }
      }
    });

    test('starting', async () => {
      const [caller, client] = await callerOf(who, scopes);
      const mayWrite = caller.scopes.includes('write');
      for (const isSystem of [false, true]) {
        const expected = mayWrite && (!isSystem || isAdministrator(caller)) ? 200 : 403;
        const info = { Name: 'listed', IsSystemTask: isSystem };
        expect((await client.call('POST', '/BatchTask', info)).status).toBe(expected);
        const start = await client.call('POST', '/Agents/Batch/StartBatchJob', { BatchTaskInfo: info });
        expect(start.status).toBe(expected);
      }
    });
  });
});
