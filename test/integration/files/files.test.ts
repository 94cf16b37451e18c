import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { ADMIN } from '../../support/associates.ts';
import { createPlace, DATABASES, type DatabaseKind, type Place } from '../../support/databases.ts';
import { type S3Server, startS3Server } from '../../support/s3-server.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const PAIRS: readonly (readonly [DatabaseKind, string])[] = [
  ['embedded', 'a folder'],
  ['postgres', 'S3'],
];

describe.each(PAIRS)('files on %s in %s', (kind, store) => {
  let place: Place;
  let s3: S3Server | undefined;
  let server: TestServer;
  let admin: ApiClient;
  const serve = (env: Record<string, string> = {}): Promise<TestServer> =>
    startTestServer(kind, {
      place,
      env: {
        ...s3?.env,
        BATCHLINE_HANDLERS: join(import.meta.dirname, 'handlers.ts'),
        BATCHLINE_RESULT_LIMIT_BYTES: '1000',
        BATCHLINE_UPLOAD_LIMIT_BYTES: '1000',
        BATCHLINE_UPLOAD_QUOTA_BYTES: '2000',
        BATCHLINE_LIST_LIMIT_ITEMS: '3',
        ...env,
      },
    });

  beforeAll(async () => {
    place = await createPlace(kind);
    if (store === 'S3') s3 = await startS3Server();
    server = await serve();
    admin = server.admin;
  });
  afterAll(async () => {
    await server?.stop();
    await s3?.stop();
    await place?.remove();
  });

  const write = async (ParameterObject: object = {}) => {
    const id = await admin.start({ Name: 'writer', ParameterObject });
    return admin.ended(id);
  };
  const get = (id: number, headers: Record<string, string> = {}, method = 'GET') =>
    admin.call(method, `/BatchTask/${id}/File`, undefined, headers);

  test('the headers of a result file describe the whole file', async () => {
    const { Id } = await write({ name: "Übersicht 'A'.csv" });
    const whole = await get(Id);
    expect(whole).toMatchObject({ status: 200, text: '0123456789' });
    const hash = createHash('sha256').update('0123456789');
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'content-type': 'text/csv',
      'content-length': '10',
      'content-disposition':
        "attachment; filename=\"?bersicht 'A'.csv\"; filename*=UTF-8''%C3%9Cbersicht%20%27A%27.csv",
      'x-content-type-options': 'nosniff',
      'repr-digest': `sha-256=:${hash.digest('base64')}:`,
    });
    const head = await get(Id, {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers.get('content-length')).toBe('10');
    expect(head.headers.get('etag')).toBe(whole.headers.get('etag'));
    const { Id: other } = await write({ name: 'no-type' });
    expect((await get(other)).headers.get('content-type')).toBe('application/octet-stream');
  });

  test('ranges, and the conditions on them', async () => {
    const { Id } = await write();
    const etag = String((await get(Id)).headers.get('etag'));
    const ranges: [string, number, string, string | null][] = [
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-2', 206, '89', 'bytes 8-9/10'],
      ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
      ['bytes=0-1,4-5', 200, '0123456789', null],
      ['lines=1-2', 200, '0123456789', null],
      ['nonsense', 200, '0123456789', null],
    ];
    for (const [Range, status, text, range] of ranges) {
      const answer = await get(Id, { Range });
      expect({ Range, status: answer.status, text: answer.text }).toEqual({ Range, status, text });
      expect(answer.headers.get('content-range')).toBe(range);
      expect(answer.headers.get('content-length')).toBe(String(text.length));
    }
    for (const Range of ['bytes=10-', 'bytes=4-2', 'bytes=-0']) {
      const outside = await get(Id, { Range });
      expect(outside).toMatchObject({ status: 416, body: { Error: true } });
      expect(outside.headers.get('content-range')).toBe('bytes */10');
    }
    expect(await get(Id, { Range: 'bytes=2-4', 'If-Range': etag })).toMatchObject({
      status: 206,
      text: '234',
    });
    expect(await get(Id, { Range: 'bytes=2-4', 'If-Range': '"old"' })).toMatchObject({ status: 200 });
    expect(await get(Id, { 'If-None-Match': `"other", W/${etag}` })).toMatchObject({ status: 304, text: '' });
    expect(await get(Id, { 'If-Match': '"other"' })).toMatchObject({ status: 412 });
    expect(await get(Id, { 'If-Match': etag })).toMatchObject({ status: 200 });
  });

  test('an empty file, and a task without one', async () => {
    const { Id } = await write({ content: '' });
    expect(await get(Id)).toMatchObject({ status: 200, text: '' });
    expect(await get(Id, { Range: 'bytes=0-' })).toMatchObject({ status: 416 });
    const without = await admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    await admin.ended(without);
    expect(await get(without)).toMatchObject({ status: 404 });
  });

  test('a failed run leaves its file to be fetched; one past the limit fails', async () => {
    const failed = await write({ fail: true });
    expect(failed).toMatchObject({ State: 'Failed', Result: 'as it was asked to' });
    expect(await get(failed.Id)).toMatchObject({ status: 200, text: '0123456789' });
    const large = await write({ content: 'x'.repeat(1001) });
    expect(large.State).toBe('Failed');
    expect(large.Result).toContain('larger than 1000 bytes');
    expect(await get(large.Id)).toMatchObject({ status: 404 });
  });

  test('the file goes with its task', async () => {
    const { Id } = await write();
    const keys = await server.database.sql
      .selectFrom('batchline.result_file')
      .select('key')
      .where('task_id', '=', Id)
      .execute();
    expect(keys).toHaveLength(1);
    await admin.json('DELETE', `/BatchTask/${Id}`);
    expect(await get(Id)).toMatchObject({ status: 404 });
    if (s3 !== undefined) expect(s3.calls.at(-1)).toBe('POST ?delete');
  });

  test('a run that is handed back continues with its file, on another machine too', async () => {
    const id = await admin.start({ Name: 'grower' });
    await admin.until(id, (task) => task.ProgressDescription === 'waiting');
    await server.stop();
    // With S3 the next server is another machine: it has nothing of the first one's folder.
    server = await serve(s3 === undefined ? {} : { BATCHLINE_DATA: join(place.folder, 'other machine') });
    admin = server.admin;
    expect(await admin.ended(id)).toMatchObject({ State: 'Succeeded', StartCount: 2, Result: 'grown' });
    const lines = [1, 1, 2, 2, 2].map((attempt, line) => `line ${line + 1} of attempt ${attempt}\n`);
    expect((await get(id)).text).toBe(lines.join(''));
  });

  describe('uploads', () => {
    const upload = (client: ApiClient, content: string, headers: Record<string, string> = {}) =>
      client.call('POST', '/Uploads?Name=a.csv', content, { 'Content-Type': 'text/csv', ...headers });
    const digest = (content: string): string =>
      `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;

    test('are checked by Content-Digest and by their length', async () => {
      const good = await upload(admin, 'a\n1\n', { 'Content-Digest': digest('a\n1\n') });
      expect(good).toMatchObject({ status: 201, body: { Name: 'a.csv', Bytes: 4 } });
      const bad = await upload(admin, 'a\n1\n', { 'Content-Digest': digest('another') });
      expect(bad).toMatchObject({ status: 400 });
      expect(bad.body.Message).toContain('were announced');
      expect(await upload(admin, 'a', { 'Content-Digest': 'md5=:abc:' })).toMatchObject({ status: 400 });
      expect(await upload(admin, 'x'.repeat(1001))).toMatchObject({ status: 413 });
      const before = await admin.json('GET', '/Uploads');
      await new Promise<void>((closed) => {
        const cut = request(`${server.url}/api/v1/Uploads?Name=cut.csv`, {
          method: 'POST',
          headers: { Authorization: admin.authorization, 'Content-Type': 'text/csv', 'Content-Length': 500 },
        });
        cut.on('error', () => closed());
        cut.write('only the beginning', () => cut.destroy());
        cut.on('close', () => closed());
      });
      expect(await admin.json('GET', '/Uploads')).toEqual(before);
    });

    test('have a quota for each tenant, and deleting one makes room', async () => {
      const [one, other] = [
        await server.associate(`quota-${kind}`, { tenant: 'quota' }),
        await server.associate(`other-${kind}`, { tenant: 'other' }),
      ];
      const send = (as: ApiClient, bytes: number) =>
        as.call('POST', '/Uploads?Name=a.txt', 'x'.repeat(bytes), { 'Content-Type': 'text/plain' });
      const first = await send(one, 1000);
      expect([first.status, (await send(one, 900)).status]).toEqual([201, 201]);
      const refused = await send(one, 101);
      expect(refused).toMatchObject({
        status: 413,
        body: { Message: expect.stringContaining('BATCHLINE_UPLOAD_QUOTA_BYTES') },
      });
      expect(await one.json('GET', '/Uploads')).toHaveLength(2);
      expect((await send(other, 1000)).status, 'another tenant').toBe(201);
      expect((await one.call('DELETE', `/Uploads/${first.body.File}`)).status).toBe(204);
      expect((await send(one, 101)).status).toBe(201);
    });

    test('are listed and deleted by their owners, and deleted by administrators', async () => {
      const ada = await server.associate('ada');
      const eve = await server.associate('eve');
      const files: string[] = [];
      for (const content of ['1', '2', '3', '4']) files.unshift((await upload(ada, content)).body.File);
      const listed: { File: string }[] = await ada.json('GET', '/Uploads');
      expect(listed.map((one) => one.File)).toEqual(files.slice(0, 3));
      expect(listed[0]).toMatchObject({ Name: 'a.csv', Bytes: 1, Created: expect.any(String) });
      expect(await eve.json('GET', '/Uploads')).toEqual([]);
      expect(await eve.call('DELETE', `/Uploads/${files[0]}`)).toMatchObject({ status: 404 });
      expect(await ada.call('DELETE', '/Uploads/nonsense')).toMatchObject({ status: 404 });
      const reader = await ada.withToken(['read']);
      expect(await reader.call('DELETE', `/Uploads/${files[0]}`)).toMatchObject({ status: 403 });
      expect(await ada.call('DELETE', `/Uploads/${files[0]}`)).toMatchObject({ status: 204 });
      expect(await admin.call('DELETE', `/Uploads/${files[1]?.split(':')[1]}`)).toMatchObject({
        status: 204,
      });
      expect((await ada.json('GET', '/Uploads')).map((one: { File: string }) => one.File)).toEqual(
        files.slice(2),
      );
    });

    test('are read by tasks wherever they are kept', async () => {
      const { body } = await upload(admin, 'a\n1\n2\n');
      const columns = [{ name: 'a', type: 'integer' }];
      const parameters = { file: body.File, table: 'numbers', columns };
      const id = await admin.start({ Name: 'csv-import', ParameterObject: parameters });
      expect(await admin.ended(id)).toMatchObject({ State: 'Succeeded' });
      await admin.json('DELETE', `/Uploads/${body.File}`);
      const again = await admin.start({ Name: 'csv-import', ParameterObject: parameters });
      expect((await admin.ended(again)).Result).toContain('There is no upload');
    });
  });
});

test.runIf(DATABASES.includes('embedded'))(
  'uploads leave a reserve of the disk, and everything else continues',
  async () => {
    const place = await createPlace('embedded');
    onTestFinished(() => place.remove());
    const send = (server: TestServer) =>
      server.admin.call('POST', '/Uploads?Name=a.txt', 'content', { 'Content-Type': 'text/plain' });
    const before = await startTestServer('embedded', { place });
    const { File } = (await send(before)).body;
    await before.stop();
    const server = await startTestServer('embedded', {
      place,
      env: { BATCHLINE_DISK_RESERVE_BYTES: String(Number.MAX_SAFE_INTEGER) },
    });
    onTestFinished(() => server.stop());
    const refused = await send(server);
    expect(refused).toMatchObject({
      status: 503,
      body: { Message: expect.stringContaining('too little disk space') },
    });
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect((await server.admin.call('DELETE', `/Uploads/${File}`)).status).toBe(204);
    const signedIn = await server.admin.call('POST', '/SignIn', {
      Login: ADMIN.login,
      Password: ADMIN.password,
    });
    expect(signedIn.status).toBe(200);
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    expect(await server.admin.ended(id)).toMatchObject({ State: 'Succeeded' });
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  },
);
