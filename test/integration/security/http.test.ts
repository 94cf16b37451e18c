import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KnownRoute, routesOf } from '../../support/route-table.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { HandWorker } from '../workers/protocol-client.ts';
import { rowsOf } from './two-tenants.ts';

const LIMIT = 2048;
const ORIGIN = 'https://app.example.com';
const longerThan = (limit: number): string => JSON.stringify({ text: 'x'.repeat(limit) });
const TOO_LONG = longerThan(LIMIT);
/** Body limits of routes, in bytes. Routes that stream a file have only the file limits. */
const limitOf = ({ bodyLimit = LIMIT }: KnownRoute): number =>
  bodyLimit === Number.MAX_SAFE_INTEGER ? LIMIT : bodyLimit;

/** A worker's file is read once the lease is known; to delete an upload nothing is read. */
const READ_OTHERWISE: ReadonlySet<string> = new Set([
  'PUT /api/v1/Workers/Leases/:lease/File',
  'DELETE /api/v1/Uploads/:id',
]);

let server: TestServer;
let routes: KnownRoute[];
let app: FastifyInstance;
beforeAll(async () => {
  [server, routes, app] = await routesOf(() =>
    startTestServer('embedded', {
      env: {
        BATCHLINE_BODY_LIMIT_BYTES: String(LIMIT),
        BATCHLINE_UPLOAD_LIMIT_BYTES: String(LIMIT),
        BATCHLINE_RESULT_LIMIT_BYTES: String(LIMIT),
        BATCHLINE_CORS_ORIGINS: `${ORIGIN}, http://localhost:3000`,
        BATCHLINE_HSTS_SECONDS: '600',
        BATCHLINE_TRUST_PROXY: '127.0.0.2',
      },
    }),
  );
});
afterAll(() => server?.stop());

/** The path of a route with its parameters filled in. */
const pathOf = ({ url }: Pick<KnownRoute, 'url'>): string =>
  url.replace(':lease', '1.1').replaceAll(/:\w+|\*/g, '1');
const signedIn = { headers: { authorization: '' } };
const isError = (body: string, type: string): void => {
  const error = JSON.parse(body);
  expect(error).toEqual({
    Error: true,
    ErrorType: type,
    Message: expect.any(String),
    ErrorMessage: error.Message,
    ErrorSource: 'Batchline.WebApi',
    Code: expect.any(String),
  });
};

describe('every answer', () => {
  beforeAll(() => {
    signedIn.headers.authorization = server.admin.authorization;
  });

  test('tells browsers to take it for what it is, to keep it to itself and to run nothing in it', async () => {
    for (const route of [...routes, { method: 'GET', url: '/nothing' }, { method: 'GET', url: '/%zz' }]) {
      if (!['GET', 'HEAD'].includes(route.method)) continue;
      for (const init of [{}, signedIn]) {
        const answer = await fetch(server.url + pathOf(route), { method: route.method, ...init });
        await answer.body?.cancel();
        const what = `${route.method} ${route.url} ${answer.status}`;
        expect(answer.headers.get('x-content-type-options'), what).toBe('nosniff');
        expect(answer.headers.get('cross-origin-resource-policy'), what).toBe('same-origin');
        expect(answer.headers.get('referrer-policy'), what).toMatch(/^(no-referrer|same-origin)$/);
        expect(answer.headers.get('content-security-policy'), what).toMatch(
          /default-src 'none'.*frame-ancestors 'none'/,
        );
        for (const banner of ['server', 'x-powered-by', 'access-control-allow-origin'])
          expect(answer.headers.get(banner), what).toBeNull();
      }
    }
  });

  test('with a sign-in is not stored in shared caches', async () => {
    for (const route of routes) {
      if (route.method !== 'GET' || !/^\/api\/v1\/(?!Texts)./.test(route.url)) continue;
      const answer = await fetch(server.url + pathOf(route), signedIn);
      await answer.body?.cancel();
      expect(answer.headers.get('cache-control'), route.url).toMatch(/^(no-store|private, no-cache)$/);
    }
  });

  test('asks for https for ever only where it came by https, as a proxy that is trusted says', async () => {
    const hsts = async (localAddress: string): Promise<string | undefined> => {
      const call = httpRequest(`${server.url}/health/live`, {
        localAddress,
        headers: { 'X-Forwarded-Proto': 'https' },
      }).end();
      const [answer] = await once(call, 'response');
      answer.resume();
      return answer.headers['strict-transport-security'];
    };
    expect(await hsts('127.0.0.2')).toBe('max-age=600');
    expect(await hsts('127.0.0.1')).toBeUndefined();
  });
});

describe('other origins', () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}/api/v1/BatchTask/1`, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization,content-type,so-timezone',
      },
    });

  test('that are named may call with a header Authorization, and never with a cookie', async () => {
    const allowed = await preflight(ORIGIN);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('PUT');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await server.admin.call('GET', '/BatchTask/All', undefined, { Origin: ORIGIN });
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(answer.headers.get('access-control-expose-headers')).toContain('ETag');
    expect(answer.headers.get('vary')).toContain('Origin');
    const refused = await server.admin.call('GET', '/BatchTask/1', undefined, { Origin: ORIGIN });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([404, ORIGIN]);
  });

  test.each([
    'https://evil.example',
    'https://app.example.com.evil.example',
    'http://app.example.com',
    'null',
  ])('%s may not', async (origin) => {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).not.toBe(origin);
    const answer = await server.admin.call('GET', '/BatchTask/All', undefined, { Origin: origin });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('every origin may call by a token with BATCHLINE_CORS_ORIGINS=*, and read the headers that clients need', async () => {
  const open = await startTestServer('embedded', { env: { BATCHLINE_CORS_ORIGINS: '*' } });
  try {
    const Origin = 'https://anything.example';
    const byToken = await open.admin.withToken(['read', 'write']);
    const answer = await byToken.call('GET', '/BatchTask/All', undefined, { Origin });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    const exposed = answer.headers.get('access-control-expose-headers')?.split(/, ?/);
    expect(exposed).toEqual(expect.arrayContaining(['SO-TimeZone', 'ETag', 'Last-Modified']));
    const started = await byToken.call('POST', '/BatchTask', { Name: 'countdown' }, { Origin });
    expect(started.status, started.text).toBe(200);
    // A browser sends a remembered password by itself: not for pages of others.
    const byPassword = await open.admin.call('POST', '/BatchTask', { Name: 'countdown' }, { Origin });
    expect(byPassword.status).toBe(403);
  } finally {
    await open.stop();
  }
});

describe('what is too long', () => {
  test('is refused with 413 by every route that reads a body, in any format, and changes nothing', async () => {
    const before = await rowsOf(server);
    for (const route of routes) {
      if (['GET', 'HEAD', 'OPTIONS'].includes(route.method)) continue;
      if (READ_OTHERWISE.has(`${route.method} ${route.url}`)) continue;
      const answer = await fetch(
        server.url + pathOf(route) + (route.url.endsWith('/Uploads') ? '?Name=a' : ''),
        {
          method: route.method,
          headers: { Authorization: server.admin.authorization, 'Content-Type': 'application/json' },
          body: longerThan(limitOf(route)),
        },
      );
      expect(answer.status, `${route.method} ${route.url}`).toBe(413);
      isError(await answer.text(), 'HttpException');
    }
    for (const type of [
      'application/xml',
      'application/x-www-form-urlencoded',
      'application/merge-patch+json',
    ]) {
      const answer = await server.admin.call('PUT', '/BatchTask/1', 'x'.repeat(LIMIT + 1), {
        'Content-Type': type,
      });
      expect(answer.status, type).toBe(413);
    }
    expect(await rowsOf(server)).toBe(before);
  });

  test('is refused without a length', async () => {
    const answer = await fetch(`${server.url}/api/v1/BatchTask`, {
      method: 'POST',
      headers: { Authorization: server.admin.authorization, 'Content-Type': 'application/json' },
      body: new Blob([TOO_LONG]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
  });

  test('is refused as the result file of a worker, which leaves none', async () => {
    const worker = new HandWorker(server.admin);
    await worker.declare({ Name: 'large', LeaseSeconds: 3600 });
    await server.admin.start({ Name: 'large' });
    const { Lease, Task } = await worker.next('large');
    const content = 'x'.repeat(LIMIT + 1);
    const digest = createHash('sha256').update(content).digest('base64');
    const answer = await worker.file(Lease, 'a.txt', content, { 'Content-Digest': `sha-256=:${digest}:` });
    expect(answer.status).toBe(413);
    isError(answer.text, 'HttpException');
    expect((await server.admin.call('GET', `/BatchTask/${Task.Id}/File`)).status).toBe(404);
    expect((await worker.on(Lease, 'Succeed')).status).toBe(200);
  });

  /** The response to raw bytes on a connection. */
  const answerTo = async (bytes: string): Promise<string> => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined); // it may be cut while it still sends
    socket.write(bytes);
    return text(socket);
  };

  test.each([
    ['an address', 431, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['a header', 431, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['headers', 431, `GET / HTTP/1.1\r\nHost: x\r\n${'X: 1\r\n'.repeat(4000)}\r\n`],
    ['what is no HTTP', 400, 'nonsense\r\n\r\n'],
    [
      'two lengths',
      400,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('or malformed before it is a request, as %s, gets the same error format', async (_, status, bytes) => {
    const [head = '', body = ''] = (await answerTo(bytes)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    isError(body, status === 431 ? 'HttpException' : 'FormatException');
  });

  test('or is never completed times out', () => {
    expect(app.server.headersTimeout).toBe(60_000);
    expect(app.server.requestTimeout).toBe(3_600_000);
    expect(app.server.keepAliveTimeout).toBe(72_000);
  });
});

describe('too many requests', () => {
  let limited: TestServer;
  beforeAll(async () => {
    limited = await startTestServer('embedded', {
      env: { BATCHLINE_RATE_LIMIT_PER_SECOND: '1', BATCHLINE_RATE_BURST_REQUESTS: '25' },
    });
  });
  afterAll(() => limited?.stop());

  /** An answer that is 429, of as many calls at once as it takes. */
  const firstRefusal = async (call: () => Promise<Response>): Promise<Response> => {
    for (;;) {
      const answers = await Promise.all(Array.from({ length: 60 }, call));
      const refused = answers.find(({ status }) => status === 429);
      for (const answer of answers) if (answer !== refused) await answer.body?.cancel();
      if (refused !== undefined) return refused;
    }
  };

  test('of one caller are 429 with Retry-After, and those of others are not', async () => {
    const other = await limited.associate('other');
    const get = (authorization: string) =>
      fetch(`${limited.url}/api/v1/timezone/1`, { headers: { Authorization: authorization } });
    const refused = await firstRefusal(() => get(limited.admin.authorization));
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({
      Error: true,
      ErrorType: 'SoBusyException',
      Message: expect.stringContaining('try again in 1 second'),
    });
    expect((await get(other.authorization)).status).toBe(200);
  });

  test('without a sign-in are counted by address; health is not', async () => {
    const refused = await firstRefusal(() => fetch(`${limited.url}/api/v1/Texts`));
    expect(refused.headers.get('retry-after')).toBe('1');
    await refused.body?.cancel();
    const wrong = await firstRefusal(() =>
      fetch(`${limited.url}/api/v1/timezone`, { headers: { Authorization: 'Bearer nobody' } }),
    );
    await wrong.body?.cancel();
    for (let n = 0; n < 40; n += 1) {
      const answer = await fetch(`${limited.url}/health/live`);
      expect(answer.status).toBe(200);
      await answer.body?.cancel();
    }
  });
});
