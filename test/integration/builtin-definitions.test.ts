import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BatchAgent } from '../conformance/webapi.ts';
import type { ApiClient } from '../support/api-client.ts';
import { CUSTOMER_COLUMNS, generateCustomers } from '../support/customers.ts';
import { createPlace, DATABASES, type Place } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const fileOf = async (client: ApiClient, id: number): Promise<string> => {
  const answer = await client.call('GET', `/BatchTask/${id}/File`);
  expect(answer.status, answer.text).toBe(200);
  return answer.text;
};

/** A third-party server, on loopback: `/busy` responds once with a Retry-After of a second. */
async function startPeer() {
  const received: { url: string; method: string; body: string; at: number }[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { url = '', method = '' } = request;
    received.push({ url, method, body, at: performance.now() });
    const isFirst = received.filter((one) => one.url === url).length === 1;
    if (url === '/busy' && isFirst) response.writeHead(503, { 'Retry-After': '1' }).end('busy');
    else if (url === '/missing') response.writeHead(404).end();
    else response.end(`${method} ${url} ${body}`);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    stop: () => new Promise((closed) => server.close(closed).closeAllConnections()),
  };
}

describe.each(DATABASES)('the definitions that come with the server, on %s', (kind) => {
  let place: Place;
  let server: TestServer;
  let admin: ApiClient;
  const serve = (env: Record<string, string>): Promise<TestServer> =>
    startTestServer(kind, { place, env: { BATCHLINE_INPUT_DIR: join(place.folder, 'input'), ...env } });

  beforeAll(async () => {
    place = await createPlace(kind);
    await mkdir(join(place.folder, 'input'));
    server = await serve({ BATCHLINE_ALLOW_PRIVATE_ADDRESSES: 'true' });
    admin = server.admin;
  });
  afterAll(async () => {
    await server?.stop();
    await place?.remove();
  });

  const run = async (client: ApiClient, Name: string, ParameterObject: object) =>
    client.ended(await client.start({ Name, ParameterObject }));

  describe('csv-import', () => {
    test.each(['an upload', 'the input folder'])(
      'loads a file from %s and reports the bad rows',
      async (from) => {
        const { csv, good } = await generateCustomers(3000, { bad: 6, seed: 7 });
        let file = 'customers.csv';
        if (from === 'an upload') {
          const upload = await admin.call('POST', `/Uploads?Name=${file}`, csv, {
            'Content-Type': 'text/csv',
          });
          expect(upload).toMatchObject({ status: 201, body: { Bytes: Buffer.byteLength(csv) } });
          file = upload.body.File;
        } else await writeFile(join(place.folder, 'input', file), csv);

        const task = await run(admin, 'csv-import', { file, table: 'customers', columns: CUSTOMER_COLUMNS });
        expect(task).toMatchObject({
          State: 'Succeeded',
          ProgressPercent: 100,
          ProgressDescription: '2994 rows loaded, 6 rejected',
          FileName: 'customers-errors.csv',
        });
        expect(JSON.parse(task.Result)).toEqual({
          table: 'batchline_data.customers',
          read: 3000,
          loaded: 2994,
          rejected: 6,
          report: 'customers-errors.csv',
        });
        const { rows } = await sql<{ id: number; name: string; email: string }>`
        select id::int, name, email from batchline_data.customers where _task = ${task.Id} order by _line`.execute(
          server.database.sql,
        );
        expect(rows).toEqual(good.map(([id, name, email]) => ({ id: Number(id), name, email })));
        const report: string[][] = parse(await fileOf(admin, task.Id));
        expect(report.map(([line, column, error]) => [line, column, error?.slice(0, 25)])).toEqual([
          ['line', 'column', 'error'],
          ['501', 'name', 'is empty, but required'],
          ['1001', 'email', 'does not match the patter'],
          ['1501', 'since', '"2023-02-29" is not a dat'],
          ['2001', 'credit_limit', '"unlimited" is not a numb'],
          ['2501', '', 'has 6 values; the header '],
          ['3001', '', 'a quoted field continues '],
        ]);
      },
    );

    test('fails permanently beyond maxErrors, and its report can still be downloaded', async () => {
      await writeFile(join(place.folder, 'input/ages.csv'), 'age\n1\nx\ny\n');
      const columns = [{ name: 'age', type: 'integer' }];
      const parameters = {
        file: 'ages.csv',
        table: 'ages',
        columns: JSON.stringify(columns),
        maxErrors: '1',
      };
      const task = await run(admin, 'csv-import', parameters);
      expect(task).toMatchObject({ State: 'Failed', StartCount: 1, FileName: 'ages-errors.csv' });
      expect(task.Result).toContain('more than maxErrors (1)');
      expect(parse(await fileOf(admin, task.Id))).toHaveLength(3);
    });

    test.each([
      ['outside the input folder', '../data/config', 'There is no file'],
      ['that is not there', 'none.csv', 'There is no file "none.csv"'],
      ['of no upload', 'upload:00000000-0000-0000-0000-000000000000', 'There is no upload'],
    ])('fails at once for a file %s', async (_, file, message) => {
      const columns = [{ name: 'a', type: 'text' }];
      const task = await run(admin, 'csv-import', { file, table: 'none', columns });
      expect(task).toMatchObject({ State: 'Failed', StartCount: 1 });
      expect(task.Result).toContain(message);
    });

    test("does not read another associate's upload", async () => {
      const mallory = await server.associate('mallory');
      const { body } = await admin.call('POST', '/Uploads?Name=a.csv', 'a\n1\n', {
        'Content-Type': 'text/csv',
      });
      const columns = [{ name: 'a', type: 'text' }];
      const task = await run(mallory, 'csv-import', { file: body.File, table: 'stolen', columns });
      expect(task.State).toBe('Failed');
      expect(task.Result).toContain("of the task's owner");
    });
  });

  describe('http-requests', () => {
    test('calls what it is given, tries again as Retry-After asks, and keeps a line on each', async () => {
      const peer = await startPeer();
      try {
        const requests = [
          { url: `${peer.origin}/busy` },
          { url: `${peer.origin}/missing` },
          { method: 'POST', url: `${peer.origin}/echo`, body: { n: 1 } },
        ];
        // As the official client sends it: a dictionary of strings.
        const task = await run(admin, 'http-requests', {
          requests: JSON.stringify(requests),
          retryDelay: '0',
          concurrency: '2',
        });
        expect(task).toMatchObject({
          State: 'Succeeded',
          ProgressPercent: 100,
          ProgressDescription: '3 of 3 requests, 1 failed',
          FileName: 'http-requests.jsonl',
        });
        expect(JSON.parse(task.Result)).toEqual({ requests: 3, succeeded: 2, failed: 1 });
        const lines = (await fileOf(admin, task.Id)).trimEnd().split('\n');
        expect(lines.map((line) => JSON.parse(line)).sort((a, b) => a.index - b.index)).toMatchObject([
          { index: 0, status: 200, attempts: 2, error: null, body: 'GET /busy ' },
          { index: 1, status: 404, attempts: 1, error: 'answered 404' },
          { index: 2, status: 200, attempts: 1, error: null, body: 'POST /echo {"n":1}' },
        ]);
        const [first, second] = peer.received.filter(({ url }) => url === '/busy');
        expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
      } finally {
        await peer.stop();
      }
    });

    test('does not call private addresses where the server is not set to', async () => {
      await server.stop();
      server = await serve({});
      admin = server.admin;
      const peer = await startPeer();
      try {
        const { port } = new URL(peer.origin);
        const hosts = ['127.0.0.1', 'localhost', '[::1]', '169.254.169.254'];
        const requests = hosts.map((host) => ({ url: `http://${host}:${port}/` }));
        const task = await run(admin, 'http-requests', { requests });
        expect(JSON.parse(task.Result)).toEqual({ requests: 4, succeeded: 0, failed: 4 });
        for (const line of (await fileOf(admin, task.Id)).trimEnd().split('\n')) {
          expect(JSON.parse(line)).toMatchObject({
            status: null,
            attempts: 1,
            error: expect.stringContaining('only public addresses are called'),
          });
        }
        expect(peer.received).toEqual([]);
      } finally {
        await peer.stop();
      }
    });
  });

  test('table-export writes only tasks that its owner may see', async () => {
    const [alice, bob] = [await server.associate('alice'), await server.associate('bob')];
    const start = (client: ApiClient, Description: string, more = {}): Promise<number> =>
      client.start({ Name: 'countdown', ParameterObject: { seconds: 0 }, Description, ...more });
    const hers = await start(alice, 'hers, with "quotes"\nand lines');
    const his = await start(bob, '=1+1');
    const system = await start(admin, 'for all', { IsSystemTask: true });
    await Promise.all([hers, his, system].map((id) => admin.ended(id)));

    const parameters = { name: 'countdown', columns: '["Id","AssociateId","State","Description"]' };
    const asCsv = await run(alice, 'table-export', parameters);
    expect(asCsv).toMatchObject({ State: 'Succeeded', FileName: 'tasks.csv', ProgressPercent: 100 });
    expect(parse(await fileOf(alice, asCsv.Id))).toEqual([
      ['Id', 'AssociateId', 'State', 'Description'],
      [String(hers), String(alice.associateId), 'Succeeded', 'hers, with "quotes"\nand lines'],
      [String(system), '0', 'Succeeded', 'for all'],
    ]);
    const asLines = await run(bob, 'table-export', { ...parameters, format: 'jsonl' });
    const lines = (await fileOf(bob, asLines.Id)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { Id: his, AssociateId: bob.associateId, State: 'Succeeded', Description: '=1+1' },
      { Id: system, AssociateId: 0, State: 'Succeeded', Description: 'for all' },
    ]);
    expect((await alice.call('GET', `/BatchTask/${asLines.Id}/File`)).status).toBe(404);
    // An administrator sees all of them.
    const all = await run(admin, 'table-export', parameters);
    const ids = parse(await fileOf(admin, all.Id)).map(([id]) => Number(id));
    expect(ids).toEqual(expect.arrayContaining([hers, his, system]));
  });

  describe('countdown', () => {
    test('takes the dictionary of strings of the official client', async () => {
      const agent = new BatchAgent({
        baseUrl: `${server.url}/api`,
        axiosConfig: { headers: { Authorization: admin.authorization } },
      });
      const id = await agent.startBatchJobAsync({
        name: 'countdown',
        parameterObject: { Seconds: '0.2', FAILAT: '50' },
      });
      const task = await admin.ended(id);
      expect(task).toMatchObject({ State: 'Failed', StartCount: 1 });
      expect(task.Result).toBe('Failed on purpose at 50 %, as set by failAt.');
    });

    test('reports its stage, and stops immediately', async () => {
      const id = await admin.start({ Name: 'countdown', ParameterObject: { seconds: '3600' } });
      await admin.until(id, (task) => task.ProgressDescription === '1 of 3600 seconds');
      expect(await admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
      const task = await admin.ended(id);
      expect(task.State).toBe('Failed');
      expect(task.Result).toMatch(/^Stopped by admin/);
    });

    test.each([
      [{ seconds: '3601' }, 'seconds must be <= 3600'],
      [{ seconds: 'ten' }, 'seconds must be number'],
      [{ failAt: '-1' }, 'failAt must be >= 0'],
      [{ minutes: '1' }, 'minutes is not a parameter'],
    ])('is refused with %j', async (ParameterObject, message) => {
      const answer = await admin.call('POST', '/BatchTask', { Name: 'countdown', ParameterObject });
      expect(answer.status).toBe(400);
      expect(answer.body.Message).toContain(message);
    });
  });
});
