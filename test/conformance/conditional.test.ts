import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutCoding } from '../../src/http/compression.ts';
import type { ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import type { TestServer } from '../support/test-server.ts';
import { expectError, recordOf, runningTask, startConformanceServer, taskIn } from './helpers.ts';
import { ContactRestApi } from './webapi.ts';

const LONG_AGO = 'Sun, 06 Nov 1994 08:49:37 GMT';
const FAR_AHEAD = 'Fri, 01 Jan 2100 00:00:00 GMT';

describe.each(DATABASES)('conditional requests on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  beforeAll(async () => {
    server = await startConformanceServer(kind);
    admin = server.admin;
  });
  afterAll(() => server?.stop());

  const get = (id: number, headers: Record<string, string> = {}) =>
    admin.call('GET', `/BatchTask/${id}`, undefined, headers);
  const etagOf = async (id: number): Promise<string> => (await get(id)).headers.get('etag') ?? '';

  /** As if the task had last been changed that long ago. */
  const age = (id: number, seconds: number) =>
    sql`update batchline.task set updated = now() - ${seconds} * interval '1 second' where id = ${id}`.execute(
      server.database.sql,
    );

  /** Every call that changes a task. */
  const changes = {
    PUT: (id: number, headers: Record<string, string>) =>
      admin.call('PUT', `/BatchTask/${id}`, { Description: 'x' }, headers),
    'PUT of State': (id: number, headers: Record<string, string>) =>
      admin.call('PUT', `/BatchTask/${id}`, { State: 'Failed' }, headers),
    PATCH: (id: number, headers: Record<string, string>) =>
      admin.call('PATCH', `/BatchTask/${id}`, [{ op: 'add', path: '/response', value: 'x' }], headers),
    'POST Stop': (id: number, headers: Record<string, string>) =>
      admin.call('POST', `/BatchTask/${id}/Stop`, undefined, headers),
    DELETE: (id: number, headers: Record<string, string>) =>
      admin.call('DELETE', `/BatchTask/${id}`, undefined, headers),
  };

  test('GET, PUT and PATCH tell ETag and Last-Modified; the ETag changes with every change', async () => {
    const id = await taskIn('New', admin);
    const seen: (string | null)[] = [];
    for (const answer of [
      await get(id),
      await changes.PUT(id, {}),
      await changes.PATCH(id, {}),
      await changes['PUT of State'](id, {}),
    ]) {
      expect(answer.headers.get('etag')).toMatch(/^"[^"]+"$/);
      expect(Date.parse(answer.headers.get('last-modified') ?? '')).toBeLessThanOrEqual(Date.now());
      seen.push(answer.headers.get('etag'));
    }
    expect(new Set(seen).size).toBe(4);
    expect(await etagOf(id)).toBe(seen[3]);
    expect((await get(id)).headers.get('cache-control')).toBe('private, no-cache');
  });

  test('progress of a run and a stop change the ETag', async () => {
    const id = await runningTask(admin, 'wait');
    await admin.until(id, (task) => task.ProgressPercent === 10);
    const tag = await etagOf(id);
    await changes['POST Stop'](id, {});
    await admin.ended(id);
    expect(await etagOf(id)).not.toBe(tag);
  });

  test('If-None-Match and If-Modified-Since: 304 without a body', async () => {
    const id = await taskIn('New', admin);
    const tag = await etagOf(id);
    for (const headers of [
      { 'If-None-Match': tag },
      { 'If-None-Match': `"x", W/${tag}` },
      { 'If-None-Match': '*' },
      { 'If-Modified-Since': FAR_AHEAD },
    ]) {
      const answer = await get(id, headers as Record<string, string>);
      expect([answer.status, answer.text]).toEqual([304, '']);
      // Only the sent tag shows which encoding the caller has.
      const isSent = headers['If-None-Match']?.includes(tag) === true;
      expect(answer.headers.get('etag')).toBe(isSent ? tag : withoutCoding(tag));
    }
    for (const headers of [
      { 'If-None-Match': '"x"' },
      { 'If-Modified-Since': LONG_AGO },
      { 'If-Modified-Since': 'x' },
      { 'If-None-Match': '"x"', 'If-Modified-Since': FAR_AHEAD },
      { 'If-None-Match': tag, Accept: 'text/xml' },
      { 'If-None-Match': tag, 'SO-Language': 'no' },
    ]) {
      expect((await get(id, headers as Record<string, string>)).status).toBe(200);
    }
    await changes.PUT(id, {});
    expect((await get(id, { 'If-None-Match': tag })).status).toBe(200);
    expectError(await get(2147483647, { 'If-None-Match': '*' }), 404, 'SoNotFoundException');
    expect((await admin.call('GET', '/BatchTask/New', undefined, { 'If-None-Match': '*' })).status).toBe(200);
  });

  test('Last-Modified sent back holds within its second, and is stable (contract, section 5)', async () => {
    const id = await taskIn('New', admin);
    const date = (await changes.PUT(id, {})).headers.get('last-modified') ?? '';
    expect((await get(id)).headers.get('last-modified')).toBe(date);
    expect((await get(id, { 'If-Modified-Since': date })).status).toBe(304);
    expect((await get(id, { 'If-Unmodified-Since': date })).status).toBe(200);
    expect((await changes.PUT(id, { 'If-Unmodified-Since': date })).status).toBe(200);
    await age(id, -2);
    expect((await get(id, { 'If-Modified-Since': date })).status).toBe(200);
    for (const answer of [
      await get(id, { 'If-Unmodified-Since': date }),
      await changes.PUT(id, { 'If-Unmodified-Since': date }),
    ])
      expectError(answer, 412, 'SoPreconditionException', 'If-Unmodified-Since');
  });

  test('agents know no conditions (contract, section 3)', async () => {
    const id = await taskIn('New', admin);
    const conditions = { 'If-Unmodified-Since': LONG_AGO, 'If-Modified-Since': FAR_AHEAD, 'If-Match': '"x"' };
    const read = await admin.call('POST', '/Agents/Batch/GetBatchTaskInfo', { Id: id }, conditions);
    expect(read.body.Id).toBe(id);
    const written = await admin.call(
      'POST',
      '/Agents/Batch/UpdateBatchTask',
      { Id: id, Response: 'x' },
      conditions,
    );
    expect(written.body.Response).toBe('x');
  });

  test.each(Object.keys(changes) as (keyof typeof changes)[])('%s under conditions', async (name) => {
    const change = changes[name];
    const id = await taskIn('New', admin);
    const old = await etagOf(id);
    await admin.json('PUT', `/BatchTask/${id}`, { Request: 'changed' });
    const tag = await etagOf(id);
    const before = await recordOf(server, id);
    for (const headers of [
      { 'If-Match': old },
      { 'If-Match': `W/${tag}` },
      { 'If-Match': '"x"' },
      { 'If-Unmodified-Since': LONG_AGO },
      { 'If-None-Match': '*' },
      { 'If-None-Match': tag },
      { 'If-Match': old, 'If-Unmodified-Since': FAR_AHEAD },
    ]) {
      expectError(
        await change(id, headers as Record<string, string>),
        412,
        'SoPreconditionException',
        `batch task ${id}.`,
      );
    }
    for (const headers of [{ 'If-Match': 'x' }, { 'If-None-Match': 'x' }]) {
      expectError(
        await change(id, headers as Record<string, string>),
        400,
        'ArgumentException',
        Object.keys(headers)[0] ?? '',
      );
    }
    expect(await recordOf(server, id)).toEqual(before);
    expectError(await change(2147483647, { 'If-Match': '*' }), 404, 'SoNotFoundException');
    // A task read as XML can be changed with JSON.
    const xml = (await get(id, { Accept: 'text/xml' })).headers.get('etag') ?? '';
    expect(
      (await change(id, { 'If-Match': `"x", ${xml}`, 'If-Unmodified-Since': LONG_AGO })).status,
    ).toBeLessThan(300);
    const other = await taskIn('New', admin);
    expect((await change(other, { 'If-Match': '*', 'If-None-Match': '"x"' })).status).toBeLessThan(300);
    const third = await taskIn('New', admin);
    expect((await change(third, { 'If-Unmodified-Since': FAR_AHEAD })).status).toBeLessThan(300);
    const fourth = await taskIn('New', admin);
    expect((await change(fourth, { 'If-Unmodified-Since': 'yesterday' })).status).toBeLessThan(300);
  });

  test('of many changes with one ETag, one wins', async () => {
    const id = await taskIn('New', admin);
    const tag = await etagOf(id);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        admin.call('PUT', `/BatchTask/${id}`, { Response: `${index}` }, { 'If-Match': tag }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    expect((await admin.task(id)).Response).toBe(`${statuses.indexOf(200)}`);
  });

  test('the client of SuperOffice: ifModifiedSince and ifUnmodifiedSince', async () => {
    const id = await taskIn('New', admin);
    await age(id, 100);
    // It has no class for BatchTask; this one is made for another resource and sent to ours. An instance sends a header
    // that was given once with every later call, so that each call has its own.
    const newApi = () => {
      const api = new ContactRestApi({
        baseUrl: `${server.url}/api`,
        axiosConfig: { headers: { Authorization: admin.authorization }, proxy: false },
      });
      (api as unknown as { _options: { baseUrl: string } })._options.baseUrl =
        `${server.url}/api/v1/BatchTask/`;
      return api;
    };
    const minuteAgo = new Date(Date.now() - 60_000);
    expect(await newApi().getByIdAsync(id, { ifModifiedSince: minuteAgo } as never)).toBeNull();
    await newApi().putByIdAsync(
      id,
      { description: 'by the client' } as never,
      { ifUnmodifiedSince: minuteAgo } as never,
    );
    expect(await newApi().getByIdAsync(id, { ifModifiedSince: minuteAgo } as never)).not.toBeNull();
    const tooLate = { ifUnmodifiedSince: minuteAgo } as never;
    for (const call of [
      newApi().putByIdAsync(id, { description: 'too late' } as never, tooLate),
      newApi().getByIdAsync(id, tooLate),
    ])
      await expect(call).rejects.toMatchObject({ response: { status: 412 } });
    expect((await admin.task(id)).Description).toBe('by the client');
  });
});
