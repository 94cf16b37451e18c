import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { runningTask, startConformanceServer, taskIn } from './helpers.ts';

const UNKNOWN = 2_000_000_000;
const XML = { Accept: 'application/xml' };

/** Input of a rule. */
interface Walk {
  readonly server: TestServer;
  readonly admin: ApiClient;
  /** An associate without roles. */
  readonly anna: ApiClient;
  /** Calls as the administrator. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  agent(method: string, body?: unknown, by?: ApiClient): Promise<Answer>;
}

type Rule = readonly [section: string, rule: string, holds: (walk: Walk) => Promise<void>];

const refused = (answer: Answer, status: number, type: string) =>
  expect([answer.status, answer.body?.ErrorType], answer.text).toEqual([status, type]);

/**
 * Rules of the contract that no other file here names: the second client, the files on bodies, the archive list, rights,
 * sign-in, languages and zones have the others.
 */
const RULES: readonly Rule[] = [
  [
    'first section',
    'paths, query names, header names and property names match in any casing',
    async ({ call, admin }) => {
      const id = await admin.start({ nAmE: 'held', dEscription: 'x' });
      const answer = await call('GET', `/BATCHTASK/${id}?$SELECT=description`, undefined, {
        'so-TIMEZONE': 'utc',
      });
      expect([answer.status, answer.body.Description, answer.body.Name]).toEqual([200, 'x', null]);
    },
  ],
  [
    '1',
    'a text at its limit is kept whole; one character more is 400 and nothing changes',
    async ({ call, admin }) => {
      for (const [name, length] of [
        ['Description', 254],
        ['Response', 254],
        ['Request', 254],
      ] as const) {
        const id = await admin.start({ Name: 'held' });
        const put = (text: string) => call('PUT', `/BatchTask/${id}`, { [name]: text });
        expect((await put('ä'.repeat(length))).body[name]).toBe('ä'.repeat(length));
        refused(await put('x'.repeat(length + 1)), 400, 'ArgumentException');
        const task = await admin.task(id);
        expect([task[name], task.FieldProperties[name].FieldLength]).toEqual(['ä'.repeat(length), length]);
      }
    },
  ],
  [
    '1',
    'properties that may not be set are accepted with any value',
    async ({ call, admin }) => {
      const id = await admin.start({ Name: 'held' });
      const before = await admin.task(id);
      const odd = { Created: 5, LastStarted: null, TableRight: { mask: 3 }, FieldProperties: [], Result: {} };
      const answer = await call('PUT', `/BatchTask/${id}`, odd);
      expect([answer.status, answer.body]).toEqual([200, before]);
    },
  ],
  [
    '1',
    'Created is UTC: with Z under includeTZOffset, without in any zone else',
    async ({ call, admin }) => {
      const id = await admin.start({ Name: 'held' });
      const created = async (method: string, path: string, zone: string, body?: unknown) =>
        [(await call(method, path, body, { 'SO-TimeZone': zone })).body].flat().find((task) => task.Id === id)
          .Created;
      const plain = (await admin.task(id)).Created;
      expect(Math.abs(Date.parse(`${plain}Z`) - Date.now())).toBeLessThan(3_600_000);
      for (const [method, path, body] of [
        ['GET', `/BatchTask/${id}`],
        ['GET', '/BatchTask/All'],
        ['PUT', `/BatchTask/${id}`, { Response: 'x' }],
        ['PATCH', `/BatchTask/${id}`, { Response: 'y' }],
        ['POST', '/Agents/Batch/GetBatchTaskInfo', { Id: id }],
        ['POST', '/Agents/Batch/UpdateBatchTask', { BatchTaskInfo: { Id: id } }],
        ['POST', '/Agents/Batch/GetBatchTaskInfosByState', { State: 'New' }],
      ] as const) {
        expect(await created(method, path, 'US-HI', body), path).toBe(plain);
        expect(await created(method, path, 'US-HI, includeTZOffset', body), path).toBe(`${plain}Z`);
      }
    },
  ],
  [
    '1.2',
    'a definition that does not exist is 400 with what exists',
    async ({ call }) => {
      const answer = await call('POST', '/BatchTask', { Name: 'unheard-of' });
      refused(answer, 400, 'ArgumentException');
      expect(answer.body.Message).toMatch(/unheard-of.*countdown.*held/s);
    },
  ],
  [
    '1.3',
    'a ParameterObject takes the Details fields; without one they stay as given',
    async ({ admin }) => {
      const details = { DetailsTable: 5, DetailsRecord: 6 };
      const linked = await admin.task(await admin.start({ Name: 'held', ...details, ParameterObject: {} }));
      expect([linked.DetailsTable, linked.DetailsRecord === 6]).toEqual([205, false]);
      for (const none of [{}, { ParameterObject: null }]) {
        const task = await admin.task(await admin.start({ Name: 'held', ...details, ...none }));
        expect(task).toMatchObject({ ...details, ParameterObject: null });
      }
    },
  ],
  [
    '2',
    '401 comes before 404; what a caller may not see is 404, what it may not change 403',
    async ({ server, anna, admin }) => {
      const path = `${server.url}/api/v1/BatchTask/${UNKNOWN}`;
      expect((await fetch(path)).status).toBe(401);
      const own = await admin.start({ Name: 'held' });
      const system = await admin.start({ Name: 'held', IsSystemTask: true });
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        const body = method === 'GET' || method === 'DELETE' ? undefined : { Response: 'x' };
        refused(await anna.call(method, `/BatchTask/${own}`, body), 404, 'SoNotFoundException');
        const seen = await anna.call(method, `/BatchTask/${system}`, body);
        if (method === 'GET') expect(seen.body.AssociateId).toBe(0);
        else refused(seen, 403, 'SoSentryException');
      }
      refused(await anna.call('POST', `/BatchTask/${own}/Stop`), 404, 'SoNotFoundException');
    },
  ],
  [
    '2',
    'the list of a state has the own tasks only, for administrators too',
    async ({ anna, admin }) => {
      const [theirs, own] = [await anna.start({ Name: 'held' }), await admin.start({ Name: 'held' })];
      const system = await admin.start({ Name: 'held', IsSystemTask: true });
      for (const state of ['New', 'all']) {
        const ids = (await admin.json('GET', `/BatchTask/${state}`)).map((task: { Id: number }) => task.Id);
        expect([ids.includes(own), ids.includes(theirs), ids.includes(system)]).toEqual([true, false, false]);
      }
    },
  ],
  [
    '2',
    'All and Unknown leave State as it is; null clears a text, an absent one stays',
    async ({ call, admin }) => {
      const id = await taskIn('Failed', admin, { Description: 'd', Response: 'r' });
      for (const State of ['All', 'Unknown', 99999, 0, null, '', 'Failed']) {
        const answer = await call('PUT', `/BatchTask/${id}`, { State, Id: UNKNOWN });
        expect([answer.status, answer.body.State, answer.body.Id]).toEqual([200, 'Failed', id]);
      }
      const cleared = await call('PUT', `/BatchTask/${id}`, { Description: null });
      expect([cleared.body.Description, cleared.body.Response]).toEqual(['', 'r']);
    },
  ],
  [
    '2',
    'a PUT of State on a running task ends the run; a running task is not deleted',
    async ({ call, agent, admin }) => {
      const id = await runningTask(admin, 'wait');
      refused(await call('DELETE', `/BatchTask/${id}`), 409, 'SoConflictException');
      const other = await admin.start({ Name: 'held' });
      const all = await agent('DeleteBatchTasks', { BatchTaskIds: [other, id] });
      refused(all, 409, 'SoConflictException');
      expect((await admin.task(other)).Id).toBe(other);
      expect((await call('PUT', `/BatchTask/${id}`, { State: 'Failed' })).status).toBe(200);
      await admin.until(id, (task) => task.State === 'Failed');
    },
  ],
  [
    '3',
    'an internal task runs and leaves no row; Start answers 0',
    async ({ agent, call }) => {
      const carrier = { Name: 'with-warning', IsInternalTask: true };
      expect((await agent('StartBatchJob', { BatchTaskInfo: carrier })).body).toBe(0);
      expect((await call('POST', '/BatchTask', carrier)).body).toBe(0);
    },
  ],
  [
    '3',
    'user lists leave system tasks out, system lists user tasks; all have both',
    async ({ agent, admin }) => {
      const user = await admin.start({ Name: 'listed' });
      const system = await admin.start({ Name: 'listed', IsSystemTask: true });
      for (const [method, args, hasUser, hasSystem] of [
        ['GetBatchTaskInfosByState', { State: 'New' }, true, false],
        ['GetBatchTaskInfosByNameAndState', { Name: 'listed' }, true, false],
        ['GetAllBatchTaskInfosByName', { TaskName: null }, true, true],
        ['GetAllBatchTaskInfosByNameAndState', { TaskName: 'LISTED', State: 'New' }, true, true],
        ['GetSystemBatchTaskInfosByName', { TaskName: 'listed' }, false, true],
        ['GetSystemBatchTaskInfosByNameAndState', { TaskName: '', State: 'All' }, false, true],
        ['GetBatchTaskInfosByAssociates', { AssociateIds: [0] }, false, true],
        ['GetBatchTaskInfosByAssociates', { AssociateIds: [-1] }, true, false],
        ['GetBatchTaskInfosByAssociates', { AssociateIds: [] }, true, true],
        ['GetBatchTaskInfosByAssociatesAndState', { AssociateIds: [0, -1] }, true, true],
        [
          'GetBatchTaskInfosByNameAndAssociates',
          { Name: '', AssociateIds: [admin.associateId] },
          true,
          false,
        ],
      ] as const) {
        const ids = (await agent(method, args)).body.map((task: { Id: number }) => task.Id);
        expect([ids.includes(user), ids.includes(system)], method).toEqual([hasUser, hasSystem]);
      }
    },
  ],
  [
    '3',
    'lists hold what the caller may select, whatever was asked',
    async ({ agent, anna, admin }) => {
      const hidden = await admin.start({ Name: 'held' });
      for (const AssociateIds of [[], [-1], [0, -1, admin.associateId]]) {
        const list = (await agent('GetBatchTaskInfosByAssociates', { AssociateIds }, anna)).body;
        expect(list.map((task: { Id: number }) => task.Id)).not.toContain(hidden);
      }
    },
  ],
  [
    '3',
    'a missing argument is 400 with the error object',
    async ({ agent }) => {
      for (const method of ['GetBatchTaskInfo', 'StopBatchJob', 'DeleteBatchTask', 'DeleteBatchTasks'])
        refused(await agent(method, {}), 400, 'ArgumentException');
      refused(await agent('GetBatchTaskInfo', { Id: 'x' }), 400, 'ArgumentException');
      refused(await agent('StartBatchJob', { BatchTaskInfo: null }), 400, 'ArgumentException');
    },
  ],
  [
    '4',
    'a charset is honoured or 415; anything that is no listed type is 415 with Accept',
    async ({ call, admin }) => {
      const id = await admin.start({ Name: 'held' });
      const put = (type: string) =>
        call('PUT', `/BatchTask/${id}`, '{"Response":"x"}', { 'Content-Type': type });
      expect((await put('application/json; charset=utf-8')).status).toBe(200);
      for (const type of ['application/json; charset=klingon', 'text/plain', 'multipart/form-data']) {
        const answer = await put(type);
        refused(answer, 415, 'HttpException');
        if (!type.includes('charset')) expect(answer.headers.get('accept')).toContain('application/json');
      }
    },
  ],
  [
    '4',
    'q-values count in Accept, and errors follow it; where nothing fits they are JSON',
    async ({ call, admin }) => {
      const id = await admin.start({ Name: 'held' });
      const typeFor = async (Accept: string, path = `/BatchTask/${id}`) =>
        (await call('GET', path, undefined, { Accept })).headers.get('content-type');
      expect(await typeFor('application/json;q=0.1, text/xml;q=0.9')).toBe('text/xml; charset=utf-8');
      expect(await typeFor('application/xml;q=0, */*')).toBe('application/json; charset=utf-8');
      expect(await typeFor('text/xml', `/BatchTask/${UNKNOWN}`)).toBe('text/xml; charset=utf-8');
      expect(await typeFor('image/png')).toBe('application/json; charset=utf-8');
    },
  ],
  [
    '4',
    'a body that is too long is 413, and nothing changes',
    async ({ call, admin }) => {
      const id = await admin.start({ Name: 'held' });
      const answer = await call('PUT', `/BatchTask/${id}`, { Response: 'x', More: 'x'.repeat(70_000) });
      refused(answer, 413, 'HttpException');
      expect((await admin.task(id)).Response).toBe('');
    },
  ],
  [
    '5',
    'a zone that does not exist is 400 on any call; a date without an offset is in the zone of the header',
    async ({ call }) => {
      refused(
        await call('GET', '/BatchTask/All', undefined, { 'SO-TimeZone': 'Mars' }),
        400,
        'ArgumentException',
      );
      const filter = encodeURIComponent("registeredDate afterTime '2020-05-28T15:00:00'");
      const list = await call('GET', `/BatchTask?$filter=${filter}`, undefined, { 'SO-TimeZone': 'US-NY' });
      expect(list.status, list.text).toBe(200);
    },
  ],
  [
    '7',
    'the rights shown: all for administrators; an associate may update the four fields of an own task',
    async ({ anna, admin }) => {
      const own = await anna.task(await anna.start({ Name: 'held' }));
      expect(own.TableRight).toEqual({ Mask: 'Select, Update, Delete', Reason: '' });
      expect((await admin.task(own.Id)).TableRight).toEqual({ Mask: 'FULL', Reason: '' });
      const system = await anna.task(await admin.start({ Name: 'held', IsSystemTask: true }));
      expect(system.TableRight.Mask).toBe('Select');
      for (const [name, entry] of Object.entries<{ FieldRight: { Mask: string } }>(own.FieldProperties))
        expect(entry.FieldRight.Mask, name).toBe(
          ['State', 'Description', 'Response', 'Request'].includes(name) ? 'Update' : 'Read',
        );
      expect(own.FieldProperties.State).toMatchObject({ FieldType: 'System.Int32', FieldLength: 4 });
      expect(own.FieldProperties.LastStarted).toMatchObject({
        FieldType: 'System.DateTime',
        FieldLength: 16,
      });
      expect(own.FieldProperties.IsSystemTask).toMatchObject({ FieldType: 'System.Boolean', FieldLength: 1 });
    },
  ],
  [
    '7',
    'a system task is Select only for an associate, in XML as in JSON',
    async ({ anna, admin }) => {
      const id = await admin.start({ Name: 'held', IsSystemTask: true });
      const answer = await anna.call('GET', `/BatchTask/${id}`, undefined, XML);
      expect(answer.text).toContain('<TableRight><Mask>Select</Mask>');
    },
  ],
];

describe.each(DATABASES)('the contract, rule by rule, on %s', (kind) => {
  let walk: Walk;
  beforeAll(async () => {
    const server = await startConformanceServer(kind, { BATCHLINE_BODY_LIMIT_BYTES: '65536' });
    const { admin } = server;
    walk = {
      server,
      admin,
      anna: await server.associate('anna'),
      call: (...args) => admin.call(...args),
      agent: (method, body, by = admin) => by.call('POST', `/Agents/Batch/${method}`, body ?? {}),
    };
  });
  afterAll(() => walk?.server.stop());

  test.each(RULES)('section %s: %s', (_section, _rule, holds) => holds(walk));
});
