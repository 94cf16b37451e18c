import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { ANY_DATABASE } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { expectError, recordOf, startConformanceServer, taskIn } from './helpers.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const XML = 'application/xml';
const FORM = 'application/x-www-form-urlencoded';

/** The published sample of a PUT (contract, section 2, "Sample bodies"). */
const SAMPLE = readFileSync(new URL('fixtures/put-batchtask.request.json', import.meta.url), 'utf8');
const WRITTEN = {
  Description: 'Triple-buffered impactful leverage',
  Response: 'totam',
  Request: 'officia',
};

describe.each(ANY_DATABASE)('bodies on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  beforeAll(async () => {
    server = await startConformanceServer(kind);
    admin = server.admin;
  });
  afterAll(() => server?.stop());

  const send = (method: string, path: string, body: string | object, type = 'application/json') =>
    admin.call(method, path, body, { 'Content-Type': type });

  /** Sends bytes with these headers and no others, which `fetch` does not let one do. */
  const sendRaw = (
    method: string,
    path: string,
    body: Buffer | string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> =>
    new Promise((resolve, reject) => {
      const call = request(
        `${server.url}/api/v1${path}`,
        { method, headers: { Authorization: admin.authorization, ...headers } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
        },
      );
      call.on('error', reject).end(body);
    });

  describe('the carrier (section 2, "PUT in detail" and "PATCH in detail")', () => {
    test.each([
      ['PUT', 'application/json'],
      ['PUT', 'text/json'],
      ['PUT', JSON_PATCH],
      ['PUT', MERGE_PATCH],
      ['PATCH', 'application/json'],
      ['PATCH', MERGE_PATCH],
    ])(
      'the published sample by %s as %s writes the three texts and leaves the rest',
      async (method, type) => {
        const id = await taskIn('New', admin, { ParameterObject: { a: 'b' } });
        const before = await admin.task(id);
        const answer = await send(method, `/BatchTask/${id}`, SAMPLE, type);
        expect(answer.status, answer.text).toBe(200);
        expect(answer.body).toEqual({ ...before, ...WRITTEN });
        expect(await admin.task(id)).toEqual(answer.body);
      },
    );

    test('a carrier that was read may be sent back whole, wrapped or not', async () => {
      const id = await taskIn('New', admin, { ParameterObject: { a: 'b', c: { d: [1] } } });
      const carrier = await admin.task(id);
      for (const [method, type] of [
        ['PUT', 'application/json'],
        ['PUT', JSON_PATCH],
        ['PATCH', MERGE_PATCH],
      ] as const) {
        for (const wrap of [(body: object) => body, (body: object) => ({ batchTaskInfo: body })]) {
          const Description = `by ${method} as ${type}`;
          const sent = wrap({ ...carrier, Description, TableRight: { Mask: 15 }, LastStarted: null });
          const answer = await send(method, `/BatchTask/${id}`, sent, type);
          expect(answer.body, answer.text).toEqual({ ...carrier, Description });
        }
      }
    });

    test.each([
      ['PUT', 'application/json', [], 'is a list'],
      ['PUT', MERGE_PATCH, [], 'is a list'],
      ['PATCH', MERGE_PATCH, [], 'is a list'],
      ['PATCH', JSON_PATCH, { Description: 'x' }, 'is a list of operations'],
      ['PUT', 'application/json', { batchTaskInfo: null }, 'null'],
      ['PUT', 'application/json', { batchTaskInfo: [] }, 'is a list'],
      ['PATCH', 'application/json', [{ op: 'move', from: '/Request', path: '/Response' }], '"move"'],
      ['PATCH', 'application/json', [{ op: 'copy', from: '/Request', path: '/Response' }], '"copy"'],
      ['PATCH', 'application/json', [{ op: 'replace', path: '/Id', value: 1 }], 'Id'],
      ['PATCH', 'application/json', [{ op: 'add', path: '/Nope', value: 1 }], 'Nope'],
      ['PUT', 'application/json', { Description: 'x'.repeat(255) }, '254'],
      ['PATCH', 'application/json', [{ op: 'add', path: '/Response', value: 'x'.repeat(255) }], '254'],
      ['PUT', 'application/json', { Request: {} }, 'Request'],
      ['PUT', 'application/json', { State: 7 }, 'State'],
    ])('%s as %s of %j is 400, and nothing has changed', async (method, type, body, says) => {
      const id = await taskIn('New', admin, { Request: 'asked' });
      const before = await recordOf(server, id);
      expectError(await send(method, `/BatchTask/${id}`, body, type), 400, 'ArgumentException', says);
      expect(await recordOf(server, id)).toEqual(before);
    });

    test.each([
      ['PUT', JSON_PATCH],
      ['PATCH', JSON_PATCH],
      ['PATCH', 'application/json'],
    ])('a JSON Patch by %s as %s: paths in any casing, with and without a slash', async (method, type) => {
      const id = await taskIn('New', admin, { Request: 'asked', ParameterObject: { seconds: '5' } });
      const patch = [
        { op: 'test', path: 'state', value: 'New' },
        { op: 'test', path: '/ParameterObject/Seconds', value: '5' },
        { op: 'test', path: 'Id', value: id },
        { op: 'add', path: '/description', value: 5 },
        { op: 'replace', path: 'Response', value: 'said' },
        { op: 'remove', path: 'REQUEST' },
      ];
      const answer = await send(method, `/BatchTask/${id}`, patch, type);
      expect(answer.body, answer.text).toMatchObject({
        State: 'New',
        Description: '5',
        Response: 'said',
        Request: '',
      });
    });

    test('1,000 tests against large equal values take no longer than any other call (issue 13, item 9)', async () => {
      const large = Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`k${at}`, 'v'.repeat(20)]));
      const id = await taskIn('New', admin, { ParameterObject: { large, a: { large: 1 } } });
      const patch = Array.from({ length: 999 }, (_, at) => ({
        op: 'test',
        path: `/parameterobject/LARGE/K${at}`,
        value: 'v'.repeat(20),
      }));
      const start = performance.now();
      const answer = await send('PATCH', `/BatchTask/${id}`, [
        ...patch,
        { op: 'test', path: '/ParameterObject/large', value: {} },
      ]);
      expectError(answer, 409, 'SoConflictException', 'Operation 1000');
      // It was 17 seconds; the bound is far from what it takes, so that a slow machine does not fail it.
      expect(performance.now() - start).toBeLessThan(10_000);
    });
  });

  describe('State and texts (sections 1.1, 2 and 4)', () => {
    test.each([
      ['application/json', '{"State":null}'],
      ['application/json', '{"State":""}'],
      ['application/json', '{"State":"All"}'],
      ['application/json', '{"State":"unknown"}'],
      ['application/json', '{"State":0}'],
      ['application/json', '{"State":"99999"}'],
      [MERGE_PATCH, '{"State":null}'],
      [XML, '<BatchTaskInfo><State/></BatchTaskInfo>'],
      [XML, '<x xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><State i:nil="true"/></x>'],
      [FORM, 'State='],
    ])('as %s, %s leaves it as it is', async (type, body) => {
      const id = await taskIn('Failed', admin);
      const answer = await send('PUT', `/BatchTask/${id}`, body, type);
      expect([answer.status, answer.body.State], answer.text).toEqual([200, 'Failed']);
    });

    test.each(['Aquired', 'acquired', 'Assigned', 2, '2'])('%j is Aquired', async (State) => {
      const id = await taskIn('New', admin);
      expect((await send('PUT', `/BatchTask/${id}`, { State })).body.State).toBe('Aquired');
    });

    test.each([
      ['application/json', "{ description: 'x', Response: 5, /* why */ Request: true, }"],
      [JSON_PATCH, '{"DESCRIPTION":"x","Response":5,"Request":true}'],
      [XML, '<a><DESCRIPTION>x</DESCRIPTION><Response>5</Response><request>true</request></a>'],
      [FORM, 'DESCRIPTION=x&response=5&Request=true'],
    ])('as %s, %s writes texts', async (type, body) => {
      const id = await taskIn('New', admin);
      const answer = await send('PUT', `/BatchTask/${id}`, body, type);
      expect(answer.body, answer.text).toMatchObject({ Description: 'x', Response: '5', Request: 'true' });
    });

    test('absent stays, null and the empty text clear', async () => {
      const id = await taskIn('New', admin, { Description: 'a', Response: 'b', Request: 'c' });
      const { body } = await send('PUT', `/BatchTask/${id}`, { Description: null, Response: '' });
      expect(body).toMatchObject({ Description: '', Response: '', Request: 'c' });
    });
  });

  describe('types, charsets and codings (section 4)', () => {
    test('a body without a Content-Type is JSON; without a body none is needed', async () => {
      const id = await taskIn('New', admin);
      const answer = await sendRaw('PUT', `/BatchTask/${id}`, '{"Description":"untyped"}');
      expect(JSON.parse(answer.text)).toMatchObject({ Description: 'untyped' });
      const chunked = await sendRaw('PUT', `/BatchTask/${id}`, '{"Description":"chunked"}', {
        'Transfer-Encoding': 'chunked',
      });
      expect(JSON.parse(chunked.text)).toMatchObject({ Description: 'chunked' });
      expect((await sendRaw('PUT', `/BatchTask/${id}`, '<a/>')).status).toBe(400);
      expect((await sendRaw('POST', `/BatchTask/${id}/Stop`, '')).text).toBe('true');
      const typed = await sendRaw('POST', `/BatchTask/${id}/Stop`, '', {
        'Content-Type': 'application/json',
      });
      expect(typed.text).toBe('false');
    });

    test.each(['application/json', 'text/json', JSON_PATCH, MERGE_PATCH])(
      '%s is read as JSON by starts and agents',
      async (type) => {
        const { body: id } = await send('POST', '/BatchTask', { Name: 'held', Description: type }, type);
        const { body } = await send('POST', '/Agents/Batch/GetBatchTaskInfo', { id }, type);
        expect(body).toMatchObject({ Id: id, Description: type });
      },
    );

    const CODINGS = {
      gzip: gzipSync,
      'x-gzip': gzipSync,
      GZIP: gzipSync,
      deflate: deflateSync,
      br: brotliCompressSync,
      identity: (body: string) => Buffer.from(body),
    } as const;
    test.each(Object.keys(CODINGS) as (keyof typeof CODINGS)[])('Content-Encoding %s', async (coding) => {
      const id = await taskIn('New', admin);
      const body = CODINGS[coding](JSON.stringify({ Description: `Grüße by ${coding}` }));
      const answer = await sendRaw('PUT', `/BatchTask/${id}`, body, { 'Content-Encoding': coding });
      expect(JSON.parse(answer.text)).toMatchObject({ Description: `Grüße by ${coding}` });
    });

    test.each([
      ['nonsense', Buffer.from('{"Description":"x"}'), 415],
      ['gzip, gzip', gzipSync(gzipSync('{"Description":"x"}')), 415],
      ['toString', Buffer.from('{"Description":"x"}'), 415],
      ['gzip', Buffer.from('{"Description":"x"}'), 400],
      ['gzip', gzipSync('{"Description":"x"}').subarray(0, 20), 400],
      ['br', Buffer.from('{"Description":"x"}'), 400],
      ['deflate', Buffer.from('{"Description":"x"}'), 400],
      ['gzip', gzipSync(`{"Description":"${' '.repeat(200_000_000)}"}`), 413],
      ['br', brotliCompressSync(Buffer.alloc(200_000_000, 0x20)), 413],
    ])('Content-Encoding %s of a wrong body is refused', async (coding, body, status) => {
      const id = await taskIn('New', admin);
      const before = await recordOf(server, id);
      const answer = await sendRaw('PUT', `/BatchTask/${id}`, body, { 'Content-Encoding': coding });
      expect(answer.status, answer.text).toBe(status);
      expect(JSON.parse(answer.text)).toMatchObject({ Error: true });
      if (status === 415) expect(answer.headers['accept-encoding']).toBe('gzip, deflate, br');
      expect(await recordOf(server, id)).toEqual(before);
    });

    test('uploads are decoded too', async () => {
      const answer = await sendRaw('POST', '/Uploads?Name=a.txt', gzipSync('hello'), {
        'Content-Encoding': 'gzip',
        'Content-Type': 'text/plain',
      });
      expect(JSON.parse(answer.text)).toMatchObject({ Bytes: 5 });
    });

    test.each(['gzip', 'br', 'deflate'])(
      'answers of more than 1 KB are compressed by %s if asked',
      async (coding) => {
        const id = await taskIn('New', admin);
        const plain = await sendRaw('GET', `/BatchTask/${id}`, '');
        expect(plain.headers['content-encoding']).toBeUndefined();
        expect(plain.headers.vary).toContain('Accept-Encoding');
        const response = await fetch(`${server.url}/api/v1/BatchTask/${id}`, {
          headers: { Authorization: admin.authorization, 'Accept-Encoding': coding },
        });
        expect(response.headers.get('content-encoding')).toBe(coding);
        expect(await response.json()).toEqual(JSON.parse(plain.text));
        // Its ETag works as any other.
        const etag = response.headers.get('etag') ?? '';
        expect(etag).toMatch(new RegExp(`\\+${coding}"$`));
        const call = (headers: Record<string, string>, method = 'GET', body?: object) =>
          admin.call(method, `/BatchTask/${id}`, body, headers);
        expect((await call({ 'If-None-Match': etag })).status).toBe(304);
        expect((await call({ 'If-Match': etag }, 'PUT', { Response: 'x' })).status).toBe(200);
        expect((await call({ 'If-None-Match': etag })).status).toBe(200);
      },
    );

    test('short answers, those with secrets, and those that prefer none stay as they are', async () => {
      const id = await taskIn('New', admin);
      const asking = { 'Accept-Encoding': 'gzip, br' };
      const codingOf = async (path: string, headers: Record<string, string>, method = 'GET', body = '') =>
        (await sendRaw(method, path, body, headers)).headers['content-encoding'];
      expect(await codingOf(`/BatchTask/${id}`, asking)).toBe('gzip');
      expect(
        await codingOf(`/BatchTask/${id}`, { 'Accept-Encoding': 'identity, gzip;q=0.5' }),
      ).toBeUndefined();
      expect(await codingOf(`/BatchTask/${id}`, { 'Accept-Encoding': 'gzip;q=0' })).toBeUndefined();
      expect(await codingOf(`/BatchTask/${id}/Audit`, asking)).toBeUndefined();
      const Name = 'n'.repeat(99);
      const token = JSON.stringify({ Name, Scopes: ['read', 'write', 'admin'] });
      expect(await codingOf('/Tokens', asking, 'POST', token)).toBeUndefined();
    });
  });

  describe('JSON beyond the standard, and its bounds (section 4; issue 13, items 17g and 18)', () => {
    test.each(['9007199254740993', '-9223372036854775808', '1e400', '-1e999'])(
      'the number %s in ParameterObject is refused',
      async (number) => {
        const start = `{"Name":"held","ParameterObject":{"a":{"b":[${number}]}}}`;
        expectError(await send('POST', '/BatchTask', start), 400, 'ArgumentException', number);
      },
    );

    test('large numbers that are exact, and all texts, come back as they were', async () => {
      const ParameterObject = { a: 2 ** 53, b: '9007199254740993', c: 6.02e23, d: -0.1, e: 1e20 };
      const { body: id } = await send('POST', '/BatchTask', { Name: 'held', ParameterObject });
      expect((await admin.task(id)).ParameterObject).toEqual(ParameterObject);
    });

    test.each([
      `[/*"*/${'['.repeat(500_000)}`,
      `{"Login":/*"*/${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      `{a:${'{a:'.repeat(10_000)}`,
    ])('deep nesting is no 500, before and behind the sign-in: %.20s', async (body) => {
      const headers = { 'Content-Type': 'application/json' };
      const signIn = await fetch(`${server.url}/api/v1/SignIn`, { method: 'POST', body, headers });
      expect([400, 413]).toContain(signIn.status);
      expect([400, 413]).toContain((await send('POST', '/BatchTask', body)).status);
    });

    test('a name that is repeated in the query is 400 on every route that reads one', async () => {
      for (const [method, path] of [
        ['POST', '/Uploads?Name=a&Name=b'],
        ['POST', '/Uploads?Name=a&name=b'],
        ['POST', '/BatchTask?StartAt=2030-01-01&startat=2030-01-02'],
        ['GET', '/BatchTask/1?$select=Id&$SELECT=Name'],
        ['GET', '/BatchTask/1/Log?After=1&After=2'],
        ['GET', '/Statistics?Minutes=1&Minutes=2'],
        ['GET', '/Webhooks/x/Deliveries?Before=1&Before=2'],
        ['GET', '/Definitions?x=1&x=2'],
      ] as const) {
        const answer = await admin.call(method, path, method === 'POST' ? { Name: 'held' } : undefined);
        expectError(answer, 400, 'ArgumentException', 'more than once');
      }
      expect((await admin.call('GET', '/Events?State=New&State=Failed')).status).toBe(200);
    });
  });

  describe('$select on REST (sections 2 and 3)', () => {
    test('what it does not name is null, on every call that answers a BatchTaskInfo', async () => {
      const id = await taskIn('Failed', admin, { Name: 'listed' });
      const query = '?$SELECT=name,TableRight/Mask,Nope';
      const answers = [
        (await admin.call('GET', `/BatchTask/${id}${query}`)).body,
        (await admin.call('GET', `/BatchTask/Failed${query}`)).body[0],
        (await admin.call('PUT', `/BatchTask/${id}${query}`, { Response: 'x' })).body,
        (await admin.call('PATCH', `/BatchTask/${id}${query}`, { Response: 'y' })).body,
        (await admin.call('POST', `/Agents/Batch/GetBatchTaskInfo${query}`, { Id: id })).body,
        (await admin.call('POST', `/BatchTask/${id}/Restart${query}`)).body,
      ];
      const whole = await admin.task(id);
      const expected = {
        ...Object.fromEntries(Object.keys(whole).map((name) => [name, null])),
        Name: 'listed',
        TableRight: { Mask: whole.TableRight.Mask, Reason: null },
      };
      for (const answer of answers) expect(answer).toEqual(expected);
    });
  });

  describe('starts (section 8; issue 13, item 21)', () => {
    const ignoredBy = async (path: string, body: object) =>
      (await send('POST', path, body)).headers.get('batchline-ignored');

    test('options are read from the body, which wins over the query', async () => {
      const due = new Date(Math.floor(Date.now() / 1000) * 1000 + 86_400_000);
      const at = due.toISOString().replace('.000Z', '');
      for (const [path, body] of [
        ['/BatchTask', { Name: 'held', startAt: at, Priority: 7 }],
        ['/BatchTask?StartAt=2000-01-01&Priority=1', { Name: 'held', StartAt: at, priority: '7' }],
        ['/Agents/Batch/StartBatchJob', { batchTaskInfo: { name: 'held', StartAt: at, Priority: 7 } }],
        ['/Agents/Batch/StartBatchJob', { batchTaskInfo: { name: 'held' }, StartAt: at, Priority: 7 }],
      ] as const) {
        const { body: id, headers } = await send('POST', path, body);
        expect(headers.get('batchline-ignored')).toBeNull();
        const [record] = (await recordOf(server, id)) as [{ task: { run_after: Date; priority: number } }];
        expect(record.task.priority).toBe(7);
        expect(new Date(record.task.run_after)).toEqual(due);
      }
      const xml = '<x><Name>held</Name><DelaySeconds>3600</DelaySeconds></x>';
      expect((await send('POST', '/BatchTask', xml, XML)).status).toBe(200);
      for (const body of [
        { Name: 'held', StartAt: 'x' },
        { Name: 'held', DelaySeconds: -1 },
        { Name: 'held', Priority: 1.5 },
        { Name: 'held', StartAt: at, DelaySeconds: 1 },
      ])
        expectError(await send('POST', '/BatchTask', body), 400, 'ArgumentException');
    });

    test('unknown properties are ignored, and named in a header', async () => {
      const known = { Name: 'held', Id: 5, State: 'Failed', created: null, TableRight: { Mask: 15 } };
      expect(await ignoredBy('/BatchTask', known)).toBeNull();
      expect(await ignoredBy('/BatchTask', { ...known, StartsAt: 'x', Prio: 1 })).toBe('StartsAt, Prio');
      expect(
        await ignoredBy('/Agents/Batch/StartBatchJob', { BatchTaskInfo: { ...known, a: 1 }, b: 2 }),
      ).toBe('a, b');
      const { body: id } = await send('POST', '/BatchTask', known);
      expect(await ignoredBy(`/BatchTask/${id}/Copy`, { ParameterObject: {}, Description: 'x' })).toBe(
        'Description',
      );
      const hostile = Object.fromEntries(
        ['a\r\nSet-Cookie: b', 'é,"', '\uD83D', 'x'.repeat(500), ...'cdefghijklmnop'].map((name) => [
          name,
          1,
        ]),
      );
      const header = await ignoredBy('/BatchTask', { Name: 'held', ...hostile });
      expect(header).toMatch(/^a%0D%0ASet-Cookie%3A%20b, %C3%A9%2C%22, %EF%BF%BD, x{40}, c, d, e, f, g, h$/);
    });
  });

  describe('XML and forms (section 4)', () => {
    test('names that XML can not have are Items with a Key, both ways', async () => {
      const ParameterObject = { 'a b': '1', '1': '2', '': '3', '<&">': '4', plain: '5', Item: '6' };
      const { body: id } = await send('POST', '/BatchTask', { Name: 'held', ParameterObject });
      const { text } = await admin.call('GET', `/BatchTask/${id}`, undefined, { Accept: XML });
      expect(text).toContain('<Item Key="a b">1</Item>');
      expect(text).toContain('<Item Key="&lt;&amp;&quot;&gt;">4</Item><plain>5</plain><Item>6</Item>');
      const { body: again } = await send('POST', '/BatchTask', text, XML);
      expect((await admin.task(again)).ParameterObject).toEqual(ParameterObject);
    });

    test('forms: both spellings of entries, any casing, repeated names', async () => {
      const form =
        'name=held&ParameterObject.seconds=5&parameterobject[a.b]=6&PARAMETEROBJECT.c=&Description=';
      const { body: id } = await send('POST', '/BatchTask', form, FORM);
      expect(await admin.task(id)).toMatchObject({
        ParameterObject: { seconds: '5', 'a.b': '6', c: '' },
        Description: '',
      });
      const twice = await send('PUT', `/BatchTask/${id}`, 'Description=a&description=b', FORM);
      expectError(twice, 400, 'ArgumentException', 'Description');
      const list = `associateIds=${admin.associateId}&AssociateIds=0&State=All`;
      const { body } = await send('POST', '/Agents/Batch/GetBatchTaskInfosByAssociatesAndState', list, FORM);
      expect(body.map((task: { Id: number }) => task.Id)).toContain(id);
    });
  });
});
