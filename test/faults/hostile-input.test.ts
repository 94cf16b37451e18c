import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

/*
 * What no honest client sends, as bytes on a socket. Bodies, headers and filters that are merely wrong have their own
 * tests (formats, sign-in-fuzz, archive-filter); here is what goes for every route, and what HTTP clients can't send.
 */

let server: TestServer;
let admin: ApiClient;
let task: number;

beforeAll(async () => {
  server = await startTestServer('embedded');
  admin = await server.admin.withToken(['read', 'write', 'admin', 'worker'], { Definitions: ['countdown'] });
  task = await admin.start({
    Name: 'countdown',
    ParameterObject: { seconds: '0' },
    Description: 'as it was',
  });
  await admin.ended(task);
});
afterAll(() => server?.stop());

/** Sends bytes and reads until the server closes the connection. @returns the statuses of the answers, and their text */
function send(...parts: (string | Buffer)[]): Promise<{ statuses: number[]; text: string }> {
  return exchange(parts, false);
}

/** @param ends true to close the sending side, as a client that has gone; Node drops answers that aren't ready by then */
async function exchange(
  parts: readonly (string | Buffer)[],
  ends: boolean,
): Promise<{ statuses: number[]; text: string }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('latin1');
  let text = '';
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined); // its close follows
  for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
  if (ends) socket.end();
  await closed;
  return { statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1])), text };
}

const head = (method: string, path: string, ...headers: string[]): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: batchline',
    'Connection: close',
    `Authorization: ${admin.authorization}`,
    ...headers,
    '',
    '',
  ].join('\r\n');
const json = (
  method: string,
  path: string,
  body: string | Buffer,
  ...headers: string[]
): (string | Buffer)[] => [
  head(
    method,
    path,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
  ),
  Buffer.from(body),
];

/** One of each kind of route: those with a body, an id, a name, a query, a file. */
const ROUTES: readonly [string, string][] = [
  ['POST', '/BatchTask'],
  ['PUT', '/BatchTask/1'],
  ['PATCH', '/BatchTask/1'],
  ['POST', '/BatchTask/Bulk'],
  ['POST', '/Agents/Batch/StartBatchJob'],
  ['POST', '/Agents/Batch/UpdateBatchTask'],
  ['POST', '/Agents/Batch/DeleteBatchTasks'],
  ['PUT', '/Definitions/countdown/Limits'],
  ['PUT', '/Definitions/countdown/Retention'],
  ['POST', '/Schedules'],
  ['POST', '/Webhooks'],
  ['POST', '/Users'],
  ['POST', '/Tokens'],
  ['POST', '/Applications'],
  ['POST', '/SignIn'],
  ['POST', '/Workers/Acquire'],
  ['POST', '/Workers/Definitions'],
];

const BODIES: readonly [string, string | Buffer][] = [
  ['nested 100,000 deep', '['.repeat(100_000)],
  ['closed 100,000 deep', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  [
    'with keys of the prototype',
    '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}},"Name":"nobody"}',
  ],
  ['in invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ['with NULs', '{"Name":"\\u0000","Login":"\\u0000","State":"\\u0000","Filter":"\\u0000"}'],
  ['with lone surrogates', '{"Name":"\\ud800","Login":"\\udfff","Description":"\\ud800","State":7e400}'],
  ['of NUL bytes', Buffer.alloc(1000)],
  ['of one long key', `{"${'k'.repeat(500_000)}":1}`],
  ['of many keys', `{${Array.from({ length: 20_000 }, (_, n) => `"k${n}":${n}`).join(',')}}`],
  ['of a huge number', `{"Id":${'9'.repeat(100_000)},"Name":${'9'.repeat(400)}}`],
  ['that is no object', 'null'],
];

describe('for any body', () => {
  test.each(BODIES)('%s, every route refuses it', async (_, body) => {
    for (const [method, path] of ROUTES) {
      const { statuses, text } = await send(...json(method, `/api/v1${path}`, body));
      const about = `${method} ${path}: ${text.slice(0, 500)}`;
      expect(statuses, about).toHaveLength(1);
      expect(statuses[0], about).toBeGreaterThanOrEqual(200);
      expect(statuses[0], about).toBeLessThan(500);
      if (!text.includes('\r\n\r\n{') || (statuses[0] ?? 0) < 400) continue;
      expect(text, about).toContain('"Error":true');
      expect(text, about).not.toMatch(/\bat .+:\d+:\d+/); // no stack
    }
  });

  test('larger than allowed, compressed or not, it is refused before it is read', async () => {
    // A body in an encoding that is not undone is not read as if it were none.
    const bomb = gzipSync(Buffer.alloc(30_000_000, 0x20));
    for (const [method, path] of ROUTES) {
      const declared = await send(
        head(method, `/api/v1${path}`, 'Content-Type: application/json', 'Content-Length: 99999999999'),
      );
      expect(declared.statuses, path).toEqual([413]);
      const packed = await send(...json(method, `/api/v1${path}`, bomb, 'Content-Encoding: gzip'));
      expect(packed.statuses[0], path).toBeGreaterThanOrEqual(400);
      expect(packed.statuses[0], path).toBeLessThan(500);
    }
    const chunked = await send(
      head('POST', '/api/v1/BatchTask', 'Content-Type: application/json', 'Transfer-Encoding: chunked'),
      `200000\r\n${' '.repeat(0x200000)}\r\n0\r\n\r\n`,
    );
    expect(chunked.statuses).toEqual([413]);
  });
});

describe('whatever stands around the body', () => {
  const PATHS = [
    '/api/v1/BatchTask/%00',
    '/api/v1/BatchTask/%ff%fe',
    '/api/v1/BatchTask/%',
    '/api/v1/BatchTask/1%2f..%2f..%2fetc%2fpasswd',
    '/api/v1/BatchTask/../../../etc/passwd',
    '/api/v1/Definitions/%00/Limits',
    '/api/v1/Definitions/__proto__',
    '/api/v1/Definitions/constructor/Retention',
    '/api/v1/Schedules/99999999999999999999',
    '/api/v1/Uploads/%2e%2e',
    '/api/v1/timezone/%00',
    '/api/v1/BatchTask?$filter=%00',
    '/api/v1/BatchTask?$filter=%ff',
    '/api/v1/BatchTask?__proto__=1&constructor=2&$top=%00',
    `/api/v1/BatchTask?$filter=${'('.repeat(5000)}`,
    '/api/v1/BatchTask?$top=-1&$top=1&$skip=1e400',
    '/api/v1/Events?After=%00',
    '/api/v1/Statistics?Minutes=1e400',
    `/api/v1/BatchTask/${'9'.repeat(10_000)}`,
    `/api/v1/${'a/'.repeat(5000)}`,
    '//api//v1//BatchTask',
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/package.json',
  ];

  test.each(PATHS.map((path) => [path.slice(0, 60), path] as const))('GET %s is a 4xx', async (_, path) => {
    const { statuses, text } = await send(head('GET', path));
    expect(statuses, text.slice(0, 500)).toHaveLength(1);
    expect(statuses[0], text.slice(0, 500)).toBeGreaterThanOrEqual(400);
    expect(statuses[0], text.slice(0, 500)).toBeLessThan(500);
    expect(text).not.toContain('root:');
  });

  const put = '{"Description":"changed"}';
  const length = `Content-Length: ${put.length}`;
  const type = 'Content-Type: application/json';
  test.each<[string, string[]]>([
    ['headers of 100 KB', [length, type, `X-Long: ${'x'.repeat(100_000)}`]],
    ['5,000 headers', [length, type, ...Array.from({ length: 5000 }, (_, n) => `X-${n}: 1`)]],
    ['two lengths', [length, 'Content-Length: 1', type]],
    ['a length and chunks', [length, 'Transfer-Encoding: chunked', type]],
    ['a negative length', ['Content-Length: -1', type]],
    ['a length that is none', ['Content-Length: 0x10', type]],
    ['chunks of an unknown kind', ['Transfer-Encoding: xchunked', type]],
    ['a header without a colon', [length, type, 'nonsense']],
    ['a header with a NUL', [length, type, 'X-A: a\0b']],
    ['a header folded over lines', [length, type, 'X-A: a\r\n b: c']],
    ['a bare line feed', [length, `${type}\nX-Smuggled: 1`]],
    ['a space before a colon', [length, type, 'Content-Length : 3']],
  ])('%s: refused, and nothing changed', async (_, headers) => {
    const { statuses, text } = await exchange(
      [head('PUT', `/api/v1/BatchTask/${task}`, ...headers), put],
      true,
    );
    expect(statuses.length, text.slice(0, 500)).toBeLessThanOrEqual(1);
    // Node cuts some connections without an answer.
    expect(statuses[0] ?? 400, text.slice(0, 500)).toBeGreaterThanOrEqual(400);
    expect(statuses[0] ?? 400, text.slice(0, 500)).toBeLessThan(500);
  });

  test('requests that come in one packet are answered in their order', async () => {
    const one = (path: string): string => head('GET', path).replace('Connection: close\r\n', '');
    const requests =
      one('/health/live').repeat(10) + one(`/api/v1/BatchTask/${task}`) + head('GET', '/api/v1/BatchTask/0');
    const { statuses } = await send(requests);
    expect(statuses).toEqual([...Array.from({ length: 11 }, () => 200), 404]);
  });

  test('garbage, alone or behind a request, is a 400', async () => {
    const garbage = 'GARBAGE\r\n\r\n';
    const behind = head('GET', '/health/live').replace('Connection: close\r\n', '') + garbage;
    for (const text of [garbage, behind, '\0'.repeat(1000), '\r\n'.repeat(10_000) + garbage])
      expect((await send(text)).statuses.at(-1), text.slice(0, 50)).toBe(400);
  });

  test('a body shorter or longer than it says is no request that counts', async () => {
    const path = `/api/v1/BatchTask/${task}`;
    const short = await exchange([head('PUT', path, type, 'Content-Length: 1000'), put], true);
    expect(short.statuses.filter((status) => status < 400)).toEqual([]);
    const long = await send(head('PUT', path, type, 'Content-Length: 5'), put);
    expect(long.statuses[0]).toBe(400);
    expect(long.statuses.slice(1).filter((status) => status < 400)).toEqual([]);
  });

  test('headers that stand twice don’t count twice', async () => {
    const twice = await send(
      head('GET', `/api/v1/BatchTask/${task}`, 'Authorization: Bearer 8A:batchline.wrong'),
    );
    expect(twice.statuses).toEqual([200]); // the first one counts, as it does everywhere in Node
    const hosts = await send(head('GET', '/health/live', 'Host: other'));
    expect(hosts.statuses[0]).toBeLessThan(500);
  });
});

test('after all of it nothing has changed, and the server lives', async () => {
  const hosts = await send(head('GET', '/health/ready'));
  expect(hosts.statuses).toEqual([200]);
  expect(await admin.task(task)).toMatchObject({ Description: 'as it was', State: 'Succeeded' });
  expect((await admin.json('GET', '/BatchTask/All')).length).toBe(1);
  expect(await admin.json('GET', '/Schedules')).toEqual([]);
  expect((await admin.json('GET', '/Users')).length).toBe(1);
  expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
});
