import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FinishedSet } from '../../../src/builtin/http-requests/result-log.ts';
import { backoffSeconds, isRetryable, retryAfterSeconds } from '../../../src/builtin/http-requests/send.ts';
import { httpRequests } from '../../../src/builtin/http-requests.ts';
import { type Json, PermanentError, RunEnded } from '../../../src/sdk/errors.ts';
import { fuzzRuns } from '../../support/fuzz.ts';
import { type FakeOptions, fakeContext, parametersOf, tempFolder } from './fake-context.ts';

type Parameters = ReturnType<typeof parametersOf<NonNullable<typeof httpRequests.parameters>>>;

const pauses = vi.hoisted(() => {
  vi.resetModules(); // files before this one may have loaded the module with the real pauses
  return [] as number[];
});
afterAll(() => void vi.resetModules());
vi.mock('../../../src/builtin/countdown.ts', () => ({
  pause: async (milliseconds: number, signal: AbortSignal) => {
    signal.throwIfAborted();
    pauses.push(milliseconds);
  },
}));
beforeEach(() => {
  pauses.length = 0;
});

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server on a port of its own that answers as told and keeps what it received. */
async function serve(answer: (request: Received, response: ServerResponse, count: number) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    received.push({ method, url, headers, body });
    answer({ method, url, headers, body }, response, received.filter((one) => one.url === url).length);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function setUp(given: object, more: Partial<FakeOptions<Parameters>> = {}) {
  const folder = await tempFolder();
  const parameters = parametersOf(httpRequests, { retryDelay: 0, ...given });
  return {
    context: (again: Partial<FakeOptions<Parameters>> = {}) =>
      fakeContext({ folder: folder.path, allowPrivateAddresses: true, ...more, ...again, parameters }),
    async lines(): Promise<Record<string, unknown>[]> {
      const text = await readFile(join(folder.path, 'http-requests.jsonl'), 'utf8');
      const lines = text.split('\n');
      expect(lines.pop()).toBe('');
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('http-requests', () => {
  test('calls each request and keeps a line on it', async () => {
    await using server = await serve((request, response) => {
      response.statusCode = request.url === '/no' ? 404 : 201;
      response.end(
        `${request.method} ${request.headers['x-a'] ?? ''} ${request.headers['content-type'] ?? ''} ${request.body}`,
      );
    });
    await using it = await setUp({
      concurrency: '1',
      requests: [
        { url: `${server.origin}/a?b=c`, headers: { 'X-A': 'a' } },
        { method: 'POST', url: `${server.origin}/b`, body: { some: 'json' } },
        {
          method: 'PUT',
          url: `${server.origin}/no`,
          body: 'text',
          headers: { 'Content-Type': 'text/plain' },
        },
        { url: 'nonsense' },
        { url: 'ftp://example.com/' },
        { url: `${server.origin}/a`, headers: { 'bad header': 'x' } },
      ],
    });
    const context = it.context();
    expect(await httpRequests.run(context)).toEqual({ requests: 6, succeeded: 2, failed: 4 });
    const url = (path: string): string => server.origin + path;
    const lines = await it.lines();
    expect(lines.every(({ ms }) => Number.isInteger(ms))).toBe(true);
    expect(lines.map(({ ms: _, ...line }) => line)).toEqual([
      {
        index: 0,
        method: 'GET',
        url: url('/a?b=c'),
        status: 201,
        attempts: 1,
        error: null,
        body: 'GET a  ',
        truncated: false,
      },
      {
        index: 1,
        method: 'POST',
        url: url('/b'),
        status: 201,
        attempts: 1,
        error: null,
        body: 'POST  application/json {"some":"json"}',
        truncated: false,
      },
      {
        index: 2,
        method: 'PUT',
        url: url('/no'),
        status: 404,
        attempts: 1,
        error: 'answered 404',
        body: 'PUT  text/plain text',
        truncated: false,
      },
      {
        index: 3,
        method: 'GET',
        url: 'nonsense',
        status: null,
        attempts: 1,
        error: '"nonsense" is not a URL; an absolute http or https URL is accepted',
      },
      {
        index: 4,
        method: 'GET',
        url: 'ftp://example.com/',
        status: null,
        attempts: 1,
        error: 'ftp: is not accepted; http: and https: are',
      },
      {
        index: 5,
        method: 'GET',
        url: url('/a'),
        status: null,
        attempts: 1,
        error: 'invalid header key',
      },
    ]);
    expect(context.files).toEqual(['http-requests.jsonl']);
    expect(context.told.at(-1)).toEqual({ percent: 100, text: '6 of 6 requests, 4 failed' });
    expect(context.told[0]).toEqual({ percent: 16, text: '1 of 6 requests, 0 failed' });
  });

  test('refuses private addresses unless the server allows them', async () => {
    await using server = await serve((_, response) => response.end());
    await using it = await setUp({ requests: [{ url: server.origin }] }, { allowPrivateAddresses: false });
    expect(await httpRequests.run(it.context())).toMatchObject({ failed: 1 });
    expect(await it.lines()).toMatchObject([
      {
        status: null,
        attempts: 1,
        error: expect.stringContaining('127.0.0.1 is not a public address (loopback)'),
      },
    ]);
    expect(server.received).toEqual([]);
  });

  test('has nothing to do without requests', async () => {
    await using it = await setUp({ requests: [] });
    expect(await httpRequests.run(it.context())).toEqual({ requests: 0, succeeded: 0, failed: 0 });
  });

  test('tries again where it helps, and waits as Retry-After asks', async () => {
    await using server = await serve((request, response, count) => {
      if (request.url === '/always') response.statusCode = 500;
      else if (count === 1) response.writeHead(503, { 'retry-after': '7' });
      else if (count === 2)
        response.writeHead(429, { 'retry-after': new Date(Date.now() + 100_000).toUTCString() });
      response.end();
    });
    await using it = await setUp({
      concurrency: 1,
      requests: [{ url: `${server.origin}/twice` }, { url: `${server.origin}/always` }],
    });
    expect(await httpRequests.run(it.context())).toMatchObject({ succeeded: 1, failed: 1 });
    expect(await it.lines()).toMatchObject([
      { attempts: 3, status: 200, error: null },
      { attempts: 3, status: 500, error: 'answered 500' },
    ]);
    expect(pauses[0]).toBe(7000);
    expect(pauses[1]).toBeGreaterThan(90_000);
    expect(pauses[1]).toBeLessThanOrEqual(100_000);
    expect(pauses.slice(2)).toEqual([0, 0]);
  });

  test('waits no longer than five minutes for any server', async () => {
    await using server = await serve((_, response) =>
      response.writeHead(429, { 'retry-after': '3600' }).end(),
    );
    await using it = await setUp({ requests: [{ url: server.origin }] });
    await httpRequests.run(it.context());
    expect(await it.lines()).toMatchObject([
      { attempts: 1, error: 'answered 429; Retry-After asks for 3600 s, longer than 300 s' },
    ]);
  });

  test('a broken connection is tried again, but not for a POST', async () => {
    await using server = await serve((_, response, count) => {
      if (count === 1) response.destroy();
      else response.end();
    });
    await using it = await setUp({
      concurrency: 1,
      requests: [
        { url: `${server.origin}/get` },
        { method: 'POST', url: `${server.origin}/post` },
        { method: 'POST', url: `${server.origin}/key`, headers: { 'Idempotency-Key': '1' } },
      ],
    });
    await httpRequests.run(it.context());
    expect((await it.lines()).map((line) => [line.status, line.attempts])).toEqual([
      [200, 2],
      [null, 1],
      [200, 2],
    ]);
  });

  test('gives up on an answer that does not come', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/half') response.write('half');
    });
    await using it = await setUp({
      retries: 1,
      timeout: 0.05,
      requests: [{ url: `${server.origin}/none` }, { url: `${server.origin}/half`, timeout: 0.06 }],
    });
    await httpRequests.run(it.context());
    const lines = (await it.lines()).sort((a, b) => Number(a.index) - Number(b.index));
    expect(lines).toMatchObject([
      { attempts: 2, status: null, error: 'no response within 0.05 s' },
      { attempts: 2, status: null, error: 'no response within 0.06 s' },
    ]);
  });

  test('keeps as many calls under way as it may, and no more', async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    await using server = await serve((_, response) => {
      waiting.push(response);
      most = Math.max(most, waiting.length);
      // No request is answered before four are waiting, so a fifth would be noticed.
      if (waiting.length === 4)
        setImmediate(() => {
          for (const one of waiting.splice(0)) one.end();
        });
    });
    const requests = Array.from({ length: 20 }, (_, index) => ({ url: `${server.origin}/${index}` }));
    await using it = await setUp({ concurrency: 4, requests });
    expect(await httpRequests.run(it.context())).toMatchObject({ succeeded: 20 });
    expect(most).toBe(4);
    expect(server.received).toHaveLength(20);
  });

  test('keeps the beginning of a body, without half a character', async () => {
    await using server = await serve((request, response) => {
      response.end(request.url === '/long' ? `a${'漢'.repeat(400)}` : 'short');
    });
    const requests = [{ url: `${server.origin}/long` }, { url: `${server.origin}/short` }];
    await using it = await setUp({ concurrency: 1, keepBody: 1, requests });
    await httpRequests.run(it.context());
    expect(await it.lines()).toMatchObject([
      { body: `a${'漢'.repeat(341)}`, truncated: true },
      { body: 'short', truncated: false },
    ]);

    await using none = await setUp({ keepBody: 0, requests: [requests[1]] });
    await httpRequests.run(none.context());
    expect((await none.lines())[0]).not.toHaveProperty('body');
  });

  test('does not read an endless body to its end', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    await using server = await serve((_, response) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      const more = (): void => {
        while (response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    await using it = await setUp({ requests: [{ url: server.origin }] });
    expect(await httpRequests.run(it.context())).toMatchObject({ succeeded: 1 });
    await closed;
    expect(await it.lines()).toMatchObject([{ status: 200, truncated: true, body: 'x'.repeat(4096) }]);
  });

  test('fails as a whole only if requested', async () => {
    await using server = await serve((_, response) => response.writeHead(400).end());
    await using it = await setUp({ failOnError: 'true', requests: [{ url: server.origin }] });
    const failure = Promise.resolve(httpRequests.run(it.context()));
    await expect(failure).rejects.toBeInstanceOf(PermanentError);
    await expect(failure).rejects.toThrow('1 of 1 requests failed; see http-requests.jsonl.');
    expect(await it.lines()).toHaveLength(1);
  });

  test('stops at once with the calls that are under way', async () => {
    const stopped = new RunEnded('stopped');
    let closed: Promise<unknown> = Promise.resolve();
    let arrived = (): void => undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await using server = await serve((_, response) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      arrived();
    });
    await using it = await setUp({ requests: [{ url: server.origin }] });
    const context = it.context();
    const running = Promise.resolve(httpRequests.run(context));
    await arrival;
    context.abort(stopped);
    await expect(running).rejects.toBe(stopped);
    await closed;
    expect(await it.lines()).toEqual([]);
  });

  test('rejects a checkpoint of another definition', async () => {
    await using it = await setUp({ requests: [] });
    await expect(httpRequests.run(it.context({ lastCheckpoint: { elapsed: 1 } }))).rejects.toThrow(
      PermanentError,
    );
  });

  test('killed anywhere, it calls no request again that it had finished, and has one line on each', async () => {
    await using server = await serve((request, response) => {
      response.statusCode = Number(request.url.slice(1).split('/')[1]) % 3 === 0 ? 404 : 200;
      response.end();
    });
    let runs = 0;
    const deaths = fc.array(
      fc.record({
        where: fc.constantFrom('beforeCommit' as const, 'afterCheckpoint' as const),
        at: fc.integer({ min: 1, max: 6 }),
      }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 5 }),
        deaths,
        async (size, concurrency, kills) => {
          const own = `/${++runs}/`;
          const requests = Array.from({ length: size }, (_, index) => ({ url: server.origin + own + index }));
          await using it = await setUp({ concurrency, requests });
          const called = (): number[] =>
            server.received.flatMap(({ url }) =>
              url.startsWith(own) ? [Number(url.slice(own.length))] : [],
            );
          const calls = (): number => called().length;
          let lastCheckpoint: Json | undefined;
          for (const { where, at } of kills) {
            const dieAt = (count: number): void => {
              if (count >= at) throw new Error('killed');
            };
            const context = it.context({ lastCheckpoint, [where]: dieAt });
            const finished = finishedIn(lastCheckpoint);
            const before = calls();
            await Promise.resolve(httpRequests.run(context)).catch((error: Error) =>
              expect(error.message).toBe('killed'),
            );
            lastCheckpoint = context.checkpointed;
            // The unsuccessful calls are at most those in progress.
            expect(calls() - before - (finishedIn(lastCheckpoint) - finished)).toBeLessThanOrEqual(
              concurrency,
            );
          }
          const before = calls();
          const left = size - finishedIn(lastCheckpoint);
          const failed = Math.ceil(size / 3);
          expect(await httpRequests.run(it.context({ lastCheckpoint }))).toEqual({
            requests: size,
            succeeded: size - failed,
            failed,
          });
          // A call that was under way at the last death may arrive only now; it had not finished.
          const since = called().slice(before);
          const done = new FinishedSet(finishedOf(lastCheckpoint));
          expect(since.filter((index) => done.has(index))).toEqual([]);
          expect(new Set(since).size).toBe(left);
          const indices = (await it.lines()).map((line) => Number(line.index)).sort((a, b) => a - b);
          expect(indices).toEqual(requests.map((_, index) => index));
        },
      ),
      { numRuns: fuzzRuns(0.2) },
    );
  }, 60_000);
});

function finishedOf(checkpoint: Json | undefined): [number, number][] {
  return ((checkpoint ?? {}) as { finished?: [number, number][] }).finished ?? [];
}

function finishedIn(checkpoint: Json | undefined): number {
  return new FinishedSet(finishedOf(checkpoint)).size;
}

describe('redirects', () => {
  test('are followed as browsers follow them, without the credentials for another origin', async () => {
    await using other = await serve((request, response) =>
      response.end(
        JSON.stringify([
          request.method,
          request.headers.authorization,
          request.headers.cookie,
          request.headers['x-own'],
          request.body,
        ]),
      ),
    );
    await using server = await serve((request, response) => {
      const [, status, where] = request.url.split('/');
      if (status === 'end')
        response.end(
          JSON.stringify([
            request.method,
            request.headers.authorization,
            request.headers['content-type'],
            request.body,
          ]),
        );
      else
        response
          .writeHead(Number(status), { location: where === 'there' ? `${other.origin}/x` : '/end' })
          .end('moved');
    });
    const headers = { Authorization: 'Basic x', Cookie: 'a=b', 'X-Own': 'y' };
    const call = (method: string, path: string) => ({
      method,
      url: server.origin + path,
      headers,
      ...(method === 'GET' ? {} : { body: { a: 1 } }),
    });
    await using it = await setUp({
      concurrency: 1,
      requests: [
        call('GET', '/301/here'),
        call('POST', '/302/here'),
        call('PUT', '/302/here'),
        call('POST', '/303/here'),
        call('POST', '/307/here'),
        call('POST', '/308/there'),
        call('GET', '/302/there'),
      ],
    });
    await httpRequests.run(it.context());
    const lines = await it.lines();
    expect(lines.map((line) => JSON.parse(String(line.body)) as unknown)).toEqual([
      ['GET', 'Basic x', null, ''],
      ['GET', 'Basic x', null, ''],
      ['PUT', 'Basic x', 'application/json', '{"a":1}'],
      ['GET', 'Basic x', null, ''],
      ['POST', 'Basic x', 'application/json', '{"a":1}'],
      ['POST', null, null, 'y', '{"a":1}'],
      ['GET', null, null, 'y', ''],
    ]);
    expect(lines[0]?.redirectedTo).toBe(`${server.origin}/end`);
    expect(lines[5]?.redirectedTo).toBe(`${other.origin}/x`);
  });

  test('are followed five times at most', async () => {
    await using server = await serve((request, response) => {
      const left = Number(request.url.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    await using it = await setUp({
      concurrency: 1,
      requests: [{ url: `${server.origin}/5` }, { url: `${server.origin}/6` }],
    });
    await httpRequests.run(it.context());
    expect(await it.lines()).toMatchObject([
      { status: 200, body: 'there' },
      { status: null, attempts: 1, error: expect.stringContaining('more than 5 redirects') },
    ]);
  });
});

describe('rules of trying again', () => {
  const request = (method: 'GET' | 'POST' | 'PATCH' | 'PUT', headers = {}) => ({
    method,
    url: '',
    headers,
    body: undefined,
  });
  const failure = (code: string): Error => Object.assign(new Error(code), { code });

  test.each([
    [request('GET'), { status: 500 }, true],
    [request('PUT'), { status: 502 }, true],
    [request('GET'), { status: 501 }, false],
    [request('GET'), { status: 404 }, false],
    [request('POST'), { status: 500 }, false],
    [request('POST'), { status: 503 }, true],
    [request('PATCH'), { status: 429 }, true],
    [request('POST', { 'idempotency-key': 'k' }), { status: 500 }, true],
    [request('POST'), { error: failure('ECONNREFUSED') }, true],
    [request('POST'), { error: failure('ECONNRESET') }, false],
    [request('GET'), { error: failure('ECONNRESET') }, true],
    [request('GET'), { error: failure('UND_ERR_INVALID_ARG') }, false],
  ])('%j after %j: %s', (given, outcome, expected) => {
    expect(isRetryable(given, outcome)).toBe(expected);
  });

  test.each([
    [undefined, undefined],
    ['0', 0],
    [' 120 ', 120],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2024', 2024],
    ['Wed, 21 Oct 2015 07:28:10 GMT', 10],
    ['Wed, 21 Oct 2015 07:27:00 GMT', 0],
    ['2015-10-21T07:28:10Z', undefined],
  ])('Retry-After %j is %j seconds', (header, seconds) => {
    expect(retryAfterSeconds(header, new Date('2015-10-21T07:28:00Z'))).toBe(seconds);
  });

  test('waits are doubled up to a minute, and half of each is chance', () => {
    expect([1, 2, 3, 10].map((failed) => backoffSeconds(failed, 1, 0))).toEqual([0.5, 1, 2, 30]);
    expect([1, 2, 3, 10].map((failed) => backoffSeconds(failed, 1, 0.5))).toEqual([0.75, 1.5, 3, 45]);
  });
});

test('FinishedSet holds what was added, as few ranges', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40)), (added) => {
      const set = new FinishedSet();
      for (const index of added) set.add(index);
      const distinct = [...new Set(added)].sort((a, b) => a - b);
      expect(set.size).toBe(distinct.length);
      const ranges = set.toRanges();
      expect(ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at))).toEqual(
        distinct,
      );
      // Neighbours would be one range.
      for (const [at, [from]] of ranges.entries()) expect(from).toBeGreaterThan(ranges[at - 1]?.[1] ?? -1);
      expect(new FinishedSet(ranges).toRanges()).toEqual(ranges);
    }),
  );
});
