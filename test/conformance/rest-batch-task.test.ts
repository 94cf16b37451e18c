import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { moveDetails } from '../../src/db/queries/task-write.ts';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN } from '../support/associates.ts';
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

const SAMPLE = join(import.meta.dirname, 'fixtures/put-batchtask.request.json');
const LIST_LIMIT = 25;

/** Contract, section 2: "Legal moves by PUT". Staying is legal too. */
const MOVES: Readonly<Record<State, readonly State[]>> = {
  New: ['Aquired', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
  Aquired: ['New', 'Started', 'Succeeded', 'SucceededManualCleanup', 'Failed'],
  Started: ['Succeeded', 'SucceededManualCleanup', 'Failed', 'New'],
  Succeeded: ['SucceededManualCleanup'],
  Failed: ['New'],
  SucceededManualCleanup: ['Succeeded'],
};

/** Contract, section 1: BatchTaskState. */
const NUMBERS: Readonly<Record<State, number>> = {
  New: 1,
  Aquired: 2,
  Started: 3,
  Succeeded: 4,
  Failed: 5,
  SucceededManualCleanup: 6,
};

const NOT_INT32 = [
  '2147483648',
  '-2147483649',
  '99999999999',
  '1.5',
  '1e3',
  '0x1F',
  '+2147483648',
  'abc',
  '%20',
  '%00',
];

describe.each(DATABASES)('REST /api/v1/BatchTask on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  beforeAll(async () => {
    server = await startConformanceServer(kind, { BATCHLINE_LIST_LIMIT_ITEMS: String(LIST_LIMIT) });
    admin = server.admin;
  });
  afterAll(() => server?.stop());

  const put = (id: number | string, body: unknown, headers?: Record<string, string>) =>
    admin.call('PUT', `/BatchTask/${id}`, body, headers);

  describe('POST', () => {
    test('answers the new id as a plain number; the task has what was sent and the defaults of the rest', async () => {
      const answer = await admin.call('POST', '/BatchTask', {
        Name: 'held',
        Description: 'a',
        Response: 'b',
        Request: 'c',
        Context: 'd'.repeat(5000),
        DetailsTable: 5,
        DetailsRecord: 6,
        FileName: 'e.txt',
        DatabaseSerialNumber: '1630833',
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.text).toMatch(/^\d+$/);
      const task = await admin.task(answer.body);
      expect(Object.keys(task)).toEqual(PROPERTIES);
      expect(task).toMatchObject({
        Id: answer.body,
        Name: 'held',
        AssociateId: admin.associateId,
        DetailsTable: 5,
        DetailsRecord: 6,
        IsSystemTask: false,
        IsInternalTask: false,
        ParameterObject: null,
        LastStarted: '0001-01-01T00:00:00',
        Created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?$/),
        StartCount: 0,
        DatabaseSerialNumber: '1630833',
        Context: 'd'.repeat(5000),
        Result: '',
        State: 'New',
        Description: 'a',
        Response: 'b',
        Request: 'c',
        ProgressDescription: '',
        ProgressPercent: 0,
        FileName: 'e.txt',
        CancellationBehaviour: 'CanCancel',
      });
    });

    test('ignores what only the server sets', async () => {
      const id = await admin.start({
        Id: 99,
        Name: 'held',
        State: 'Succeeded',
        StartCount: 5,
        Created: '2001-10-22T09:40:59.9150653+02:00',
        LastStarted: 'nonsense',
        Result: 'x',
        ProgressDescription: 'x',
        ProgressPercent: 745,
        CancellationBehaviour: 'CannotCancel',
        TableRight: 'FULL',
        FieldProperties: 7,
        Unheard: ['of'],
      });
      expect(id).not.toBe(99);
      expect(await admin.task(id)).toMatchObject({
        Id: id,
        State: 'New',
        StartCount: 0,
        LastStarted: '0001-01-01T00:00:00',
        Result: '',
        ProgressDescription: '',
        ProgressPercent: 0,
        CancellationBehaviour: 'CanCancel',
      });
    });

    test('a ParameterObject is kept as a binary object that DetailsTable and DetailsRecord link to', async () => {
      const id = await admin.start({
        Name: 'typed',
        ParameterObject: { Count: '3', MODE: 'safe' },
        DetailsTable: 5,
        DetailsRecord: 6,
      });
      const task = await admin.task(id);
      expect(task.ParameterObject).toEqual({ Count: '3', MODE: 'safe' });
      const { rows } = await sql<{ content: string }>`
        select content from batchline.binary_object where id = ${task.DetailsRecord}`.execute(
        server.database.sql,
      );
      expect(JSON.parse(rows[0]?.content ?? '')).toEqual({ Count: '3', MODE: 'safe' });
      expect(task.DetailsTable).toBe(205);
    });

    test('an older release that runs beside writes 189; such rows are moved, others stay', async () => {
      const start = () => admin.start({ Name: 'held', ParameterObject: { a: '1' } });
      const [first, second, given] = [
        await start(),
        await start(),
        await admin.start({ Name: 'held', DetailsTable: 189, DetailsRecord: 4 }),
      ];
      const db = server.database.sql;
      await sql`update batchline.task set details_table = 189 where id in (${first}, ${second})`.execute(db);
      const record = (await admin.task(first)).DetailsRecord;
      while ((await moveDetails(db, 1)) === 1);
      const tables = await Promise.all(
        [first, second, given].map(async (id) => (await admin.task(id)).DetailsTable),
      );
      expect(tables).toEqual([205, 205, 189]);
      expect((await admin.task(first)).DetailsRecord).toBe(record);
    });

    test.each([
      [
        [
          { Key: 'a', Value: '1' },
          { value: 'two', KEY: 'B' },
        ],
        { a: '1', B: 'two' },
      ],
      [[{ Key: '__proto__', Value: '' }], JSON.parse('{"__proto__":""}')],
      [[], {}],
    ])(
      'a ParameterObject may be a list of Key and Value (contract, section 6a): %j',
      async (list, dictionary) => {
        const id = await admin.start({ Name: 'held', ParameterObject: list });
        expect(JSON.stringify((await admin.task(id)).ParameterObject)).toBe(JSON.stringify(dictionary));
      },
    );

    test.each([
      [['a']],
      [[{ Key: 'a' }]],
      [[{ Key: 1, Value: 'x' }]],
      [[{ Key: 'a', Value: '1', More: '2' }]],
      [
        [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      ],
      [[null]],
      ['a=1'],
    ])('a ParameterObject of another kind is refused: %j', async (wrong) => {
      const answer = await admin.call('POST', '/BatchTask', { Name: 'held', ParameterObject: wrong });
      expectError(answer, 400, 'ArgumentException', 'ParameterObject', 'Key and Value');
    });

    test('the name of a definition matches in any casing and comes back as the definition has it', async () => {
      const id = await admin.start({ nAME: 'HELD' });
      expect((await admin.task(id)).Name).toBe('held');
    });

    const refused: [string, unknown, number, (string | RegExp)[]][] = [
      [
        'an unknown definition',
        { Name: 'unheard-of' },
        400,
        ['unheard-of', 'countdown', 'csv-import', 'held'],
      ],
      ['no name', { Description: 'x' }, 400, ['Name', 'missing']],
      ['an empty name', { Name: '' }, 400, ['Name', 'missing']],
      ['a null name', { Name: null }, 400, ['Name', 'missing']],
      ['a name that is no string', { Name: [5] }, 400, ['Name', 'a list']],
      ['parameters without a required one', { Name: 'typed' }, 400, ['typed', /count is missing/]],
      [
        'a parameter of the wrong type',
        { Name: 'typed', ParameterObject: { count: 'many' } },
        400,
        [/count must be integer/],
      ],
      [
        'a parameter outside its limits',
        { Name: 'typed', ParameterObject: { count: '0' } },
        400,
        [/count must be >= 1/],
      ],
      [
        'a parameter outside its list',
        { Name: 'typed', ParameterObject: { count: '1', mode: 'slow' } },
        400,
        [/mode must be one of fast, safe/],
      ],
      [
        'a parameter that does not exist',
        { Name: 'typed', ParameterObject: { count: '1', colour: 'red' } },
        400,
        [/colour is not a parameter/],
      ],
      [
        'parameters that are a list',
        { Name: 'typed', ParameterObject: [1] },
        400,
        ['ParameterObject', 'list'],
      ],
      ['parameters that are a text', { Name: 'typed', ParameterObject: 'x' }, 400, ['ParameterObject', 'x']],
      ['a description past 254', { Name: 'held', Description: 'x'.repeat(255) }, 400, ['Description', '254']],
      ['a response past 254', { Name: 'held', Response: 'x'.repeat(255) }, 400, ['Response', '254']],
      ['a request past 254', { Name: 'held', Request: 'x'.repeat(255) }, 400, ['Request', '254']],
      ['a file name past 260', { Name: 'held', FileName: 'x'.repeat(261) }, 400, ['FileName', '260']],
      [
        'a serial number past 39',
        { Name: 'held', DatabaseSerialNumber: 'x'.repeat(40) },
        400,
        ['DatabaseSerialNumber', '39'],
      ],
      ['a NUL in the context', { Name: 'held', Context: 'a\0b' }, 400, ['Context', 'NUL']],
      ['an associate past int32', { Name: 'held', AssociateId: 2 ** 31 }, 400, ['AssociateId', '2147483648']],
      ['an unknown associate', { Name: 'held', AssociateId: 123_456 }, 400, ['AssociateId', '123456']],
      ['a flag that is no flag', { Name: 'held', IsInternalTask: 'yes' }, 400, ['IsInternalTask', 'yes']],
      ['a table past int32', { Name: 'held', DetailsTable: -(2 ** 31) - 1 }, 400, ['DetailsTable']],
      ['a list', [{ Name: 'held' }], 400, ['a list', 'object']],
      ['no body', undefined, 400, ['missing', 'object']],
    ];
    test.each(refused)('%s is refused and starts nothing', async (_what, body, status, says) => {
      const count = () => sql`select count(*)::int as n from batchline.task`.execute(server.database.sql);
      const before = (await count()).rows;
      expectError(await admin.call('POST', '/BatchTask', body), status, 'ArgumentException', ...says);
      expect((await count()).rows).toEqual(before);
    });

    test('parameters keep what no text of a task may hold', async () => {
      const text = '{"Name":"held","ParameterObject":{"nul":"x\\u0000y","half":"\\ud83d","__proto__":"z"}}';
      const id = await admin.json('POST', '/BatchTask', text);
      const { ParameterObject } = await admin.task(id);
      expect(Object.entries(ParameterObject)).toEqual(Object.entries(JSON.parse(text).ParameterObject));
    });

    test('what a definition refuses in its parameters is fine for one that has no schema', async () => {
      const id = await admin.start({
        Name: 'held',
        ParameterObject: { any: 'thing', deep: { list: [1, null] } },
      });
      expect((await admin.task(id)).ParameterObject).toEqual({ any: 'thing', deep: { list: [1, null] } });
    });
  });

  describe('GET', () => {
    test('an id that nothing has is 404, and so is the least id of all', async () => {
      for (const id of ['2147483647', '0', '-1', '-2147483648']) {
        expectError(await admin.call('GET', `/BatchTask/${id}`), 404, 'SoNotFoundException', id);
      }
    });

    test('leading zeros are digits too', async () => {
      const id = await taskIn('New', admin);
      expect((await admin.task(Number(id))).Id).toBe(id);
      expect((await admin.call('GET', `/BatchTask/${String(id).padStart(10, '0')}`)).body.Id).toBe(id);
    });

    test('section 2: a sign before the digits is part of an id', async () => {
      const id = await taskIn('New', admin);
      expect((await admin.call('GET', `/BatchTask/+${id}`)).body.Id).toBe(id);
      expect((await admin.call('PUT', `/BatchTask/+${id}`, { Description: 'x' })).body.Id).toBe(id);
    });

    test.each(NOT_INT32)('section 2: %s is neither an id nor a state', async (text) => {
      const answer = await admin.call('GET', `/BatchTask/${text}`);
      // Digits are an id, if not an int32; anything else is a state that does not exist.
      if (/^[+-]?\d+$/.test(text)) expectError(answer, 400, 'ArgumentException', '32-bit integer');
      else expectError(answer, 404, 'SoNotFoundException', 'neither an id nor a state');
    });

    test("a state returns the caller's tasks in that state, newest first; All returns all of them", async () => {
      const lister = await server.associate('lister-by-state');
      const ids: Partial<Record<State, number[]>> = {};
      for (const state of STATES) ids[state] = [await taskIn(state, lister), await taskIn(state, lister)];
      await taskIn('New', admin); // another associate's
      for (const state of STATES) {
        const newestFirst = [...(ids[state] ?? [])].reverse();
        for (const text of [state, state.toUpperCase(), state.toLowerCase()]) {
          const list = await lister.json('GET', `/BatchTask/${text}`);
          expect(list.map((task: { Id: number }) => task.Id)).toEqual(newestFirst);
          expect(Object.keys(list[0])).toEqual(PROPERTIES);
          expect(list[0].State).toBe(state);
        }
      }
      for (const text of ['All', 'all', 'ALL']) {
        const list = await lister.json('GET', `/BatchTask/${text}`);
        expect(list.map((task: { Id: number }) => task.Id)).toEqual(
          Object.values(ids).flat().sort(descending),
        );
      }
      expect(await lister.json('GET', '/BatchTask/Unknown')).toEqual([]);
    });

    test('what is listed is what is got one by one', async () => {
      const lister = await server.associate('lister-one-by-one');
      const id = await taskIn('Failed', lister, { Description: 'x', ParameterObject: { a: 'b' } });
      expect(await lister.json('GET', '/BatchTask/All')).toEqual([await lister.task(id)]);
    });

    test('a list beyond the limit is cut to the newest, with a header', async () => {
      const lister = await server.associate('lister-of-many');
      const ids: number[] = [];
      for (let n = 0; n < LIST_LIMIT; n += 1) ids.push(await taskIn('New', lister));
      const whole = await lister.call('GET', '/BatchTask/New');
      expect(whole.body.map((task: { Id: number }) => task.Id)).toEqual([...ids].reverse());
      expect(whole.headers.get('batchline-list-cut')).toBeNull();
      ids.push(await taskIn('New', lister));
      const cut = await lister.call('GET', '/BatchTask/New');
      expect(cut.body.map((task: { Id: number }) => task.Id)).toEqual(
        [...ids].reverse().slice(0, LIST_LIMIT),
      );
      expect(cut.headers.get('batchline-list-cut')).toBe(String(LIST_LIMIT));
    });
  });

  describe('addresses', () => {
    test('paths match in any casing and with a slash at the end', async () => {
      const id = await taskIn('New', admin);
      const authorization = { Authorization: admin.authorization };
      for (const path of ['/api/v1/BatchTask', '/API/V1/BATCHTASK', '/Api/v1/batchtask']) {
        for (const end of ['', '/']) {
          const response = await fetch(`${server.url}${path}/${id}${end}`, { headers: authorization });
          expect(response.status).toBe(200);
          expect(await response.json()).toEqual(await admin.task(id));
        }
      }
      const stop = await fetch(`${server.url}/api/v1/batchTASK/${id}/sTOP`, {
        method: 'POST',
        headers: authorization,
      });
      expect(await stop.text()).toBe('true');
    });

    test('the customer in front of the path names the tenant', async () => {
      const inTenant = (method: string, path: string, body?: object) =>
        fetch(`${server.url}/Cust12345${path}`, {
          method,
          headers: { Authorization: admin.authorization, 'Content-Type': 'application/json' },
          body: body === undefined ? null : JSON.stringify(body),
        });
      const id = Number(await (await inTenant('POST', '/api/v1/BatchTask', { Name: 'held' })).text());
      expect(await admin.task(id)).toMatchObject({ DatabaseSerialNumber: 'Cust12345' });
      const changed = await inTenant('PUT', `/API/v1/batchtask/${id}`, { Description: 'x' });
      expect(await changed.json()).toMatchObject({ Id: id, Description: 'x' });
      // A task of another tenant is not there.
      const elsewhere = await taskIn('New', admin);
      expect((await inTenant('GET', `/api/v1/BatchTask/${elsewhere}`)).status).toBe(404);
      const before = await recordOf(server, elsewhere);
      expect((await inTenant('PUT', `/api/v1/BatchTask/${elsewhere}`, { Description: 'x' })).status).toBe(
        404,
      );
      expect((await inTenant('DELETE', `/api/v1/BatchTask/${elsewhere}`)).status).toBe(404);
      expect(await recordOf(server, elsewhere)).toEqual(before);
      // Naming another one in the body is refused.
      const other = { Name: 'held', DatabaseSerialNumber: 'Cust99999' };
      expect((await inTenant('POST', '/api/v1/BatchTask', other)).status).toBe(403);
    });

    test('a customer that no serial number can be is refused', async () => {
      const path = `/${'x'.repeat(40)}/api/v1/BatchTask`;
      const response = await fetch(server.url + path, {
        method: 'POST',
        headers: { Authorization: admin.authorization, 'Content-Type': 'application/json' },
        body: JSON.stringify({ Name: 'held' }),
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ Error: true, ErrorType: 'ArgumentException' });
    });

    test('a path segment that is too long, and a malformed URL, return the error format', async () => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const body = method === 'PUT' ? { Description: 'x' } : undefined;
        const long = await admin.call(method, `/BatchTask/${'9'.repeat(5000)}`, body);
        expectError(long, 400, 'ArgumentException', '32-bit integer');
        expectError(await admin.call(method, '/BatchTask/%FF', body), 400, 'ArgumentException', '%FF');
      }
    });

    test('an unknown path returns the error format', async () => {
      expectError(
        await admin.call('GET', '/BatchTasks'),
        404,
        'SoNotFoundException',
        'GET /api/v1/BatchTasks',
      );
      expectError(await admin.call('POST', '/BatchTask/1/Begin'), 404, 'SoNotFoundException');
    });
  });

  describe('PUT', () => {
    test('the published sample, unchanged, writes its three texts and nothing else', async () => {
      const id = await taskIn('Started', admin, {
        ParameterObject: { a: 'b' },
        Context: 'c',
        DetailsTable: 1,
        Description: 'before',
      });
      const before = await admin.task(id);
      const response = await fetch(`${server.url}/api/v1/BatchTask/${id}`, {
        method: 'PUT',
        headers: { Authorization: admin.authorization, 'Content-Type': 'application/json' },
        body: await readFile(SAMPLE),
      });
      expect(response.status).toBe(200);
      const after = (await response.json()) as object;
      expect(after).toEqual({
        ...before,
        Description: 'Triple-buffered impactful leverage',
        Response: 'totam',
        Request: 'officia',
      });
      expect(Object.keys(after)).toEqual(PROPERTIES);
      expect(await admin.task(id)).toEqual(after);
    });

    test('the answer is the whole BatchTaskInfo with TableRight and FieldProperties', async () => {
      const id = await taskIn('New', admin);
      const { body } = await put(id, {});
      expect(Object.keys(body)).toEqual(PROPERTIES);
      expect(body.TableRight).toEqual({ Mask: 'FULL', Reason: '' });
      const field = (mask: string, type: string, length: number) => ({
        FieldRight: { Mask: mask, Reason: '' },
        FieldType: type,
        FieldLength: length,
      });
      expect(body.FieldProperties).toEqual({
        Id: field('Read', 'System.Int32', 4),
        Name: field('Read', 'System.String', 254),
        AssociateId: field('Read', 'System.Int32', 4),
        DetailsTable: field('Read', 'System.Int32', 4),
        DetailsRecord: field('Read', 'System.Int32', 4),
        IsSystemTask: field('Read', 'System.Boolean', expect.any(Number)),
        IsInternalTask: field('Read', 'System.Boolean', expect.any(Number)),
        ParameterObject: field('Read', expect.any(String), expect.any(Number)),
        LastStarted: field('Read', 'System.DateTime', expect.any(Number)),
        Created: field('Read', 'System.DateTime', expect.any(Number)),
        StartCount: field('Read', 'System.Int32', 4),
        DatabaseSerialNumber: field('Read', 'System.String', 39),
        Context: field('Read', 'System.String', expect.any(Number)),
        Result: field('Read', 'System.String', expect.any(Number)),
        State: field('Update', 'System.Int32', 4),
        Description: field('Update', 'System.String', 254),
        Response: field('Update', 'System.String', 254),
        Request: field('Update', 'System.String', 254),
        ProgressDescription: field('Read', 'System.String', 254),
        ProgressPercent: field('Read', 'System.Int32', 4),
        FileName: field('Read', 'System.String', 260),
        CancellationBehaviour: field('Read', 'System.Int32', 4),
      });
    });

    test('what was read can be sent back, with other values in everything that PUT leaves alone', async () => {
      const id = await taskIn('Aquired', admin, { ParameterObject: { a: 'b' }, Description: 'x' });
      const read = await admin.task(id);
      expect((await put(id, read)).body).toEqual(read);
      const answer = await put(id, {
        ...read,
        Id: id + 1,
        Name: 7,
        AssociateId: 'nobody',
        DetailsTable: null,
        DetailsRecord: {},
        IsSystemTask: 'no',
        IsInternalTask: true,
        ParameterObject: [],
        LastStarted: 'nonsense',
        Created: 5,
        StartCount: 2 ** 40,
        DatabaseSerialNumber: 'x'.repeat(1000),
        Context: 'a\0b',
        Result: false,
        ProgressDescription: 'x'.repeat(300),
        ProgressPercent: 745,
        FileName: ['x'],
        CancellationBehaviour: 'Sometimes',
        TableRight: 1,
        FieldProperties: 'none',
        Unheard: { of: true },
        Description: 'y',
      });
      expect(answer.body).toEqual({ ...read, Description: 'y' });
    });

    test('an absent property stays, null and "" clear', async () => {
      const texts = { Description: 'd', Response: 'r', Request: 'q' };
      const id = await taskIn('New', admin, texts);
      const steps: [object, object][] = [
        [{}, texts],
        [{ Description: 'D' }, { ...texts, Description: 'D' }],
        [{ Response: null }, { Description: 'D', Response: '', Request: 'q' }],
        [
          { Request: '', Response: 'R' },
          { Description: 'D', Response: 'R', Request: '' },
        ],
        [
          { Description: null, Response: null, Request: null },
          { Description: '', Response: '', Request: '' },
        ],
      ];
      for (const [body, expected] of steps) {
        expect((await put(id, body)).body).toMatchObject({ ...expected, State: 'New' });
        expect(await admin.task(id)).toMatchObject(expected);
      }
    });

    test('names of properties come in any casing', async () => {
      const id = await taskIn('New', admin);
      const { body } = await put(id, { sTATE: 'aquired', description: 'a', RESPONSE: 'b', rEQUEST: 'c' });
      expect(body).toMatchObject({ State: 'Aquired', Description: 'a', Response: 'b', Request: 'c' });
    });

    test.each([
      ['Description', 'Response', 'Request'],
      ['Response', 'Request', 'Description'],
      ['Request', 'Description', 'Response'],
    ])('%s takes 254 UTF-16 units and not one more', async (name, ...others) => {
      const kept = Object.fromEntries(others.map((other) => [other, 'kept']));
      const id = await taskIn('New', admin, kept);
      for (const text of ['x'.repeat(254), '😀'.repeat(127), 'é\t\n\u0001"\\\u2028\uFFFF'.padEnd(254, '.')]) {
        expect((await put(id, { [name]: text })).body).toMatchObject({ [name]: text, ...kept });
        expect((await admin.task(id))[name]).toBe(text);
      }
      const before = await recordOf(server, id);
      for (const text of ['x'.repeat(255), '😀'.repeat(128), ' '.repeat(255)]) {
        const body = { [name]: text, ...Object.fromEntries(others.map((other) => [other, 'changed'])) };
        expectError(await put(id, body), 400, 'ArgumentException', name, String(text.length), '254');
      }
      expect(await recordOf(server, id)).toEqual(before);
    });

    describe.each(STATES)('from %s', (from) => {
      test.each(STATES)('to %s', async (to) => {
        const id = await taskIn(from, admin, { Description: 'before' });
        const before = await admin.task(id);
        expect(before.State).toBe(from);
        const record = await recordOf(server, id);
        const answer = await put(id, { State: to, Description: 'after' });
        if (from === to || MOVES[from].includes(to)) {
          expect(answer.status).toBe(200);
          const starts = from !== to && to === 'Started';
          expect(answer.body).toEqual({
            ...before,
            State: to,
            Description: 'after',
            ...(starts
              ? { StartCount: before.StartCount + 1, LastStarted: expect.not.stringMatching(/^0001/) }
              : {}),
          });
          expect(await admin.task(id)).toEqual(answer.body);
          const audit = await admin.json('GET', `/BatchTask/${id}/Audit`);
          if (from !== to)
            expect(audit.at(-1)).toMatchObject({ From: from, To: to, ActorId: admin.associateId });
        } else {
          const legal = MOVES[from].map((state) => new RegExp(`can become .*\\b${state}\\b`));
          expectError(answer, 409, 'SoConflictException', `${id} is ${from} `, `become ${to};`, ...legal);
          expect(await recordOf(server, id)).toEqual(record);
        }
      });
    });

    test.each(STATES)('%s is also its number, as a number and as a text, and any casing', async (state) => {
      const id = await taskIn(state, admin);
      for (const value of [
        NUMBERS[state],
        String(NUMBERS[state]),
        state.toLowerCase(),
        state.toUpperCase(),
      ]) {
        expect((await put(id, { State: value })).body).toMatchObject({ Id: id, State: state });
      }
      // And that it is read at all: a move that is illegal is refused however it is written.
      const from = STATES.find((one) => one !== state && !MOVES[one].includes(state));
      if (from === undefined) throw new Error('Every state has one that it can not be reached from.');
      const other = await taskIn(from, admin);
      for (const value of [NUMBERS[state], String(NUMBERS[state]), state.toLowerCase()]) {
        expect((await put(other, { State: value })).status).toBe(409);
      }
    });

    test('a move by number is a move', async () => {
      const id = await taskIn('New', admin);
      expect((await put(id, { State: 3 })).body.State).toBe('Started');
      expect((await put(id, { State: '6' })).body.State).toBe('SucceededManualCleanup');
    });

    test.each(['All', 'all', 99_999, '99999', 'Unknown', 'UNKNOWN', 0, '0'])(
      'State %j leaves it as it is',
      async (value) => {
        for (const state of STATES) {
          const id = await taskIn(state, admin);
          expect((await put(id, { State: value, Response: 'x' })).body).toMatchObject({
            State: state,
            Response: 'x',
          });
        }
      },
    );

    const wrong: [string, unknown, (string | RegExp)[]][] = [
      ['a state that does not exist', { State: 'Akquired' }, ['State', 'Akquired', 'Aquired', 'All']],
      ['a state with the name of something else', { State: 'toString' }, ['State', 'toString']],
      ['a state number that does not exist', { State: 7 }, ['State', '7']],
      ['a state number that does not exist, as text', { State: '7' }, ['State', '7']],
      ['a negative state', { State: -1 }, ['State', '-1']],
      ['a state between two', { State: 1.5 }, ['State', '1.5']],
      ['two states', { State: 'New, Failed' }, ['State']],
      ['a state that is an object', { State: {} }, ['State', 'object']],
      ['a state that is a list', { State: ['Failed'] }, ['State', 'list']],
      ['a state that is a flag', { State: true }, ['State', 'true']],
      ['a description that is an object', { Description: {} }, ['Description', 'object', 'string']],
      ['a response that is a list', { Response: ['x'] }, ['Response', 'list', 'string']],
      ['a NUL', { Description: 'a\0b' }, ['Description', 'NUL']],
      ['an escaped NUL', '{"Response":"\\u0000"}', ['Response', 'NUL']],
      ['half a surrogate pair', '{"Request":"\\ud83d"}', ['Request', 'surrogate']],
      ['the other half', '{"Request":"x\\ude00y"}', ['Request', 'surrogate']],
      ['a text in two casings', { Description: 'a', description: 'b' }, ['Description', 'more than once']],
      ['a state in two casings', { State: 'Failed', STATE: 'Failed' }, ['State', 'more than once']],
      ['a list', [], ['a list', 'object']],
      ['a list with a task', [{ Description: 'x' }], ['a list', 'object']],
      ['a text', '"Description"', ['"Description"', 'object']],
      ['a number', '5', ['5', 'object']],
      ['true', 'true', ['true', 'object']],
      ['null', 'null', ['null', 'object']],
      ['blanks', '   ', ['missing', 'object']],
      ['JSON that ends early', '{"Description":"x"', ['JSON']],
      ['JSON with a comment that does not end', '{"Description":"x"} /* y', ['JSON']],
      ['JSON with mixed quotes', "{'Description\":'x'}", ['JSON']],
      ['a good text beside a wrong one', { Response: 'good', Request: [5] }, ['Request', 'a list']],
      ['a good state beside a wrong text', { State: 'Failed', Request: 'x'.repeat(255) }, ['Request', '255']],
    ];
    test.each(wrong)('%s is refused with 400 and changes nothing', async (_what, body, says) => {
      const id = await taskIn('Aquired', admin, { Description: 'd', Response: 'r', Request: 'q' });
      const before = await recordOf(server, id);
      const type = says.includes('JSON') ? 'FormatException' : 'ArgumentException';
      expectError(await put(id, body), 400, type, ...says);
      expect(await recordOf(server, id)).toEqual(before);
    });

    test('no body at all is refused', async () => {
      const id = await taskIn('New', admin);
      const before = await recordOf(server, id);
      expectError(await put(id, undefined), 400, 'ArgumentException', 'object is accepted');
      const empty = await put(id, '', { 'Content-Type': 'application/json' });
      expectError(empty, 400, 'ArgumentException', 'object is accepted');
      expect(await recordOf(server, id)).toEqual(before);
    });

    test('two casings of a property that PUT leaves alone do no harm', async () => {
      const id = await taskIn('New', admin);
      expect((await put(id, { Name: 'a', name: 'b', Description: 'c' })).body.Description).toBe('c');
    });

    test('__proto__ and constructor are names like any other', async () => {
      const id = await taskIn('New', admin);
      const text =
        '{"__proto__":{"State":"Failed"},"constructor":{"prototype":{"Description":"x"}},"Response":"y"}';
      expect((await put(id, text)).body).toMatchObject({ State: 'New', Description: '', Response: 'y' });
    });

    test.each(NOT_INT32)('the id %s is refused with 400', async (text) => {
      expectError(await put(text, { Description: 'x' }), 400, 'ArgumentException', '32-bit integer');
    });

    test('the name of a state is no id', async () => {
      expectError(await put('New', { Description: 'x' }), 400, 'ArgumentException', 'New', '32-bit integer');
    });

    test.each(['2147483647', '-2147483648', '0', '-1'])('there is no task %s: 404', async (id) => {
      expectError(await put(id, { Description: 'x' }), 404, 'SoNotFoundException', `no batch task ${id}.`);
      expectError(await put(id, { State: 'Failed' }), 404, 'SoNotFoundException', `no batch task ${id}.`);
    });

    test.each([
      'application/json',
      'APPLICATION/JSON',
      'text/json',
      'application/json; charset=utf-8',
      'text/json;charset="UTF-8"',
    ])('Content-Type %s is read', async (type) => {
      const id = await taskIn('New', admin);
      const text = 'Grüße 😀';
      const answer = await put(id, JSON.stringify({ Description: text }), { 'Content-Type': type });
      expect(answer.body).toMatchObject({ Id: id, Description: text });
    });

    test('a byte order mark is skipped', async () => {
      const id = await taskIn('New', admin);
      expect((await put(id, '\uFEFF{"Description":"x"}')).body.Description).toBe('x');
    });

    test.each(['text/plain', 'application/octet-stream', 'multipart/form-data', 'application/jsonp', 'x'])(
      'Content-Type %s is refused with 415 that lists the accepted types',
      async (type) => {
        const id = await taskIn('New', admin);
        const before = await recordOf(server, id);
        const answer = await put(id, '{"Description":"x"}', { 'Content-Type': type });
        expectError(answer, 415, 'HttpException', 'application/json', 'text/json');
        expect(await recordOf(server, id)).toEqual(before);
      },
    );

    test('a charset is honoured or refused with 415, never misread', async () => {
      const id = await taskIn('New', admin);
      for (const charset of ['iso-8859-1', 'utf-16', 'utf-99']) {
        const before = await recordOf(server, id);
        const response = await fetch(`${server.url}/api/v1/BatchTask/${id}`, {
          method: 'PUT',
          headers: {
            Authorization: admin.authorization,
            'Content-Type': `application/json; charset=${charset}`,
          },
          body: Buffer.from('{"Description":"Grüße"}', charset === 'utf-16' ? 'utf16le' : 'latin1'),
        });
        if (response.status === 200) {
          expect((await admin.task(id)).Description).toBe('Grüße');
        } else {
          expect(response.status).toBe(415);
          expect(await recordOf(server, id)).toEqual(before);
        }
      }
    });

    test('a body that is not UTF-8 is refused, not mangled', async () => {
      const id = await taskIn('New', admin);
      const before = await recordOf(server, id);
      const response = await fetch(`${server.url}/api/v1/BatchTask/${id}`, {
        method: 'PUT',
        headers: { Authorization: admin.authorization, 'Content-Type': 'application/json' },
        body: Buffer.from('{"Description":"Grüße"}', 'latin1'),
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ Error: true, Message: expect.stringContaining('UTF-8') });
      expect(await recordOf(server, id)).toEqual(before);
    });

    test('a body past the limit is refused with 413', async () => {
      const id = await taskIn('New', admin);
      const before = await recordOf(server, id);
      const answer = await put(id, { Description: 'x', Context: 'y'.repeat(1_048_576) });
      expectError(answer, 413, 'HttpException');
      expect(await recordOf(server, id)).toEqual(before);
    });

    test('a failed task that is set to New will run again; StartCount stays', async () => {
      const id = await taskIn('Started', admin);
      await put(id, { State: 'Failed' });
      expect((await put(id, { State: 'New' })).body).toMatchObject({ State: 'New', StartCount: 1 });
      expect((await put(id, { State: 'Started' })).body).toMatchObject({ State: 'Started', StartCount: 2 });
    });

    test('texts can be changed while the server runs the task, and the run continues', async () => {
      const id = await runningTask(admin, 'wait');
      expect((await put(id, { Description: 'x', State: 'Started' })).body).toMatchObject({
        State: 'Started',
        Description: 'x',
        StartCount: 1,
      });
      expect(await admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
      expect(await admin.ended(id)).toMatchObject({ State: 'Failed', Description: 'x' });
    });

    test("a state set by a client ends the server's run", async () => {
      const id = await runningTask(admin, 'wait');
      const { body } = await put(id, { State: 'Succeeded', Description: 'by hand' });
      expect(body).toMatchObject({ State: 'Succeeded', Description: 'by hand', StartCount: 1 });
      // Its thread is free again when six more run at once; what it wrote late changed nothing.
      const next = await Promise.all(Array.from({ length: 6 }, () => runningTask(admin, 'wait')));
      expect(await admin.task(id)).toEqual(body);
      for (const one of next) await put(one, { State: 'Failed' });
    });

    test('concurrent PUTs never mix their fields', async () => {
      const tasks = await Promise.all(Array.from({ length: 10 }, () => taskIn('New', admin)));
      const tagged = (tag: string) => ({
        Description: `${tag} description`,
        Response: `${tag} response`,
        Request: `${tag} request`,
      });
      await Promise.all(
        tasks.map(async (id) => {
          for (let round = 0; round < 10; round += 1) {
            const [a, b] = [`${id} ${round} a`, `${id} ${round} b`];
            const [first, second] = await Promise.all([put(id, tagged(a)), put(id, tagged(b))]);
            expect(first.body).toMatchObject(tagged(a));
            expect(second.body).toMatchObject(tagged(b));
            const { Description, Response, Request } = await admin.task(id);
            expect([tagged(a), tagged(b)]).toContainEqual({ Description, Response, Request });
          }
        }),
      );
    });

    test('of two concurrent moves that exclude each other one wins with all its fields', async () => {
      const winners = new Set<string>();
      await Promise.all(
        Array.from({ length: 40 }, async (_, n) => {
          const id = await taskIn('Started', admin);
          const tagged = (State: State) => ({
            State,
            Description: `${State} d`,
            Response: `${State} r`,
            Request: State,
          });
          const moves: State[] = n % 2 === 0 ? ['Succeeded', 'Failed'] : ['Failed', 'Succeeded'];
          const answers = await Promise.all(moves.map((state) => put(id, tagged(state))));
          expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
          const winner = moves[answers.findIndex((answer) => answer.status === 200)] ?? 'New';
          winners.add(winner);
          expect(await admin.task(id)).toMatchObject(tagged(winner));
        }),
      );
      expect(winners.size).toBeGreaterThan(0);
    });

    test('concurrent PUTs of different fields both hold', async () => {
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const id = await taskIn('New', admin);
          await Promise.all([
            put(id, { Description: 'a' }),
            put(id, { Response: 'b', State: 'Aquired' }),
            put(id, { Request: 'c' }),
          ]);
          expect(await admin.task(id)).toMatchObject({
            State: 'Aquired',
            Description: 'a',
            Response: 'b',
            Request: 'c',
          });
        }),
      );
    });
  });

  describe('DELETE', () => {
    test.each(['New', 'Succeeded', 'Failed', 'SucceededManualCleanup'] as const)(
      'a task that is %s is gone',
      async (state) => {
        const id = await taskIn(state, admin, { ParameterObject: { a: 'b' } });
        const { DetailsRecord } = await admin.task(id);
        const answer = await admin.call('DELETE', `/BatchTask/${id}`);
        expect([answer.status, answer.text]).toEqual([204, '']);
        expectError(await admin.call('GET', `/BatchTask/${id}`), 404, 'SoNotFoundException');
        expectError(await admin.call('DELETE', `/BatchTask/${id}`), 404, 'SoNotFoundException', String(id));
        const { rows } = await sql`select 1 from batchline.binary_object where id = ${DetailsRecord}`.execute(
          server.database.sql,
        );
        expect(rows).toEqual([]);
      },
    );

    test.each(['Aquired', 'Started'] as const)('a task that is %s stays: 409', async (state) => {
      const id = await taskIn(state, admin);
      const before = await recordOf(server, id);
      const answer = await admin.call('DELETE', `/BatchTask/${id}`);
      expectError(answer, 409, 'SoConflictException', String(id), state, 'stop');
      expect(await recordOf(server, id)).toEqual(before);
    });

    test('a task that the server runs stays until it was stopped', async () => {
      const id = await runningTask(admin, 'wait');
      expectError(await admin.call('DELETE', `/BatchTask/${id}`), 409, 'SoConflictException', 'Started');
      expect((await admin.task(id)).State).toBe('Started');
      await admin.json('POST', `/BatchTask/${id}/Stop`);
      await admin.ended(id);
      expect((await admin.call('DELETE', `/BatchTask/${id}`)).status).toBe(204);
    });

    test('a malformed id is 400, an unknown one 404', async () => {
      for (const id of NOT_INT32)
        expectError(
          await admin.call('DELETE', `/BatchTask/${id}`),
          400,
          'ArgumentException',
          '32-bit integer',
        );
      expectError(
        await admin.call('DELETE', '/BatchTask/2147483647'),
        404,
        'SoNotFoundException',
        '2147483647',
      );
    });

    test('a JSON Content-Type without a body is fine', async () => {
      const id = await taskIn('New', admin);
      const headers = { 'Content-Type': 'application/json' };
      expect((await admin.call('DELETE', `/BatchTask/${id}`, undefined, headers)).status).toBe(204);
    });
  });

  describe('POST /{id}/Stop', () => {
    test.each(['New', 'Aquired', 'Started'] as const)(
      'of a task that is %s without a run ends it',
      async (state) => {
        const id = await taskIn(state, admin);
        const answer = await admin.call('POST', `/BatchTask/${id}/Stop`);
        expect([answer.status, answer.text]).toEqual([200, 'true']);
        expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(await admin.task(id)).toMatchObject({
          State: 'Failed',
          Result: expect.stringMatching(/^Stopped by admin/),
        });
      },
    );

    test.each(['Succeeded', 'Failed', 'SucceededManualCleanup'] as const)(
      'of a task that is %s changes nothing: false',
      async (state) => {
        const id = await taskIn(state, admin);
        const before = await recordOf(server, id);
        expect(await admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(false);
        expect(await recordOf(server, id)).toEqual(before);
      },
    );

    test('of a task that the server runs ends the run', async () => {
      const id = await runningTask(admin, 'wait');
      expect(await admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
      expect(await admin.ended(id)).toMatchObject({ State: 'Failed', StartCount: 1 });
      expect(await admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(false);
    });

    test('of a task that can not be cancelled changes nothing: false', async () => {
      const id = await taskIn('New', admin, { Name: 'held-cannot-cancel' });
      expect(await admin.task(id)).toMatchObject({ CancellationBehaviour: 'CannotCancel' });
      const before = await recordOf(server, id);
      expect(await admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(false);
      expect(await recordOf(server, id)).toEqual(before);
      const running = await runningTask(admin, 'cannot-cancel');
      expect(await admin.json('POST', `/BatchTask/${running}/Stop`)).toBe(false);
      expect((await admin.task(running)).State).toBe('Started');
      // Its owner can still take it away by hand.
      expect((await put(running, { State: 'Failed' })).status).toBe(200);
    });

    test('a malformed id is 400, an unknown one 404', async () => {
      for (const id of NOT_INT32)
        expectError(
          await admin.call('POST', `/BatchTask/${id}/Stop`),
          400,
          'ArgumentException',
          '32-bit integer',
        );
      expectError(await admin.call('POST', '/BatchTask/2147483647/Stop'), 404, 'SoNotFoundException');
    });

    test('a body is not needed, and one that is there is read as JSON or refused', async () => {
      const id = await taskIn('New', admin);
      expectError(await admin.call('POST', `/BatchTask/${id}/Stop`, '{'), 400, 'FormatException', 'JSON');
      expect((await admin.task(id)).State).toBe('New');
      expect((await admin.call('POST', `/BatchTask/${id}/Stop`, {})).text).toBe('true');
    });
  });

  test('every call of the resource wants a sign-in that is right', async () => {
    const id = await taskIn('New', admin);
    const before = await recordOf(server, id);
    const wrong = `Basic ${Buffer.from(`${ADMIN.login}:wrong`).toString('base64')}`;
    for (const [method, path] of [
      ['GET', `/${id}`],
      ['GET', '/All'],
      ['PUT', `/${id}`],
      ['DELETE', `/${id}`],
      ['POST', ''],
      ['POST', `/${id}/Stop`],
    ] as const) {
      const body = method === 'GET' ? undefined : { Name: 'held', Description: 'x' };
      const answer = await admin.call(method, `/BatchTask${path}`, body, { Authorization: wrong });
      expectError(answer, 401, 'SoUnauthorizedException');
    }
    expect(await recordOf(server, id)).toEqual(before);
    await expect(ApiClient.signIn(server.url, ADMIN.login, 'wrong')).rejects.toThrow('401');
  });
});

function descending(a: number, b: number): number {
  return b - a;
}
