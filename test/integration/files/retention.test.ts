import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { FileStore } from '../../../src/files/blob-store.ts';
import { openStore } from '../../../src/files/open.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { createPlace, type DatabaseKind, type Place } from '../../support/databases.ts';
import { type S3Server, startS3Server } from '../../support/s3-server.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const PAIRS: readonly (readonly [DatabaseKind, string])[] = [
  ['embedded', 'a folder'],
  ['postgres', 'S3'],
];
const DAY = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY);

describe.each(PAIRS)('retention on %s with files in %s', (kind, kept) => {
  let place: Place;
  let s3: S3Server | undefined;
  let server: TestServer;
  let admin: ApiClient;
  let store: FileStore;

  beforeAll(async () => {
    place = await createPlace(kind);
    if (kept === 'S3') s3 = await startS3Server();
    const env = { ...s3?.env, BATCHLINE_HANDLERS: join(import.meta.dirname, 'handlers.ts') };
    server = await startTestServer(kind, { place, env });
    admin = server.admin;
    store = await openStore(readConfig({ ...place.env, ...env }).files, place.folder, 1000);
  });
  afterAll(async () => {
    await store?.close();
    await server?.stop();
    await s3?.stop();
    await place?.remove();
  });

  const ended = async (Name: string, ParameterObject: object = {}): Promise<number> => {
    const id = await admin.start({ Name, ParameterObject });
    await admin.ended(id);
    return id;
  };
  const exists = async (id: number): Promise<boolean> =>
    (await admin.call('GET', `/BatchTask/${id}`)).status === 200;
  const contents = async (prefix = 'results/'): Promise<number> => {
    let count = 0;
    for await (const _ of store.list(prefix)) count += 1;
    return count;
  };
  const rows = async (table: 'batchline.binary_object' | 'batchline.task_audit', where = sql`true`) => {
    const found = await sql<{ count: number }>`
      select count(*)::int as count from ${sql.table(table)} where ${where}`.execute(server.database.sql);
    return found.rows[0]?.count;
  };

  test('tasks go by state and age, with file and binary object; the history stays for a year', async () => {
    const good = await ended('writer');
    const bad = await ended('writer', { fail: true });
    const byHand = await ended('writer');
    await admin.json('PUT', `/BatchTask/${byHand}`, { State: 'SucceededManualCleanup' });
    const waiting = await admin.start({ Name: 'grower' });
    await admin.until(waiting, (task) => task.ProgressDescription === 'waiting');
    expect(await contents()).toBe(3);

    expect(await server.retention.removeOld(inDays(29))).toMatchObject({ tasks: 0 });
    expect(await server.retention.removeOld(inDays(31))).toEqual({ tasks: 1, uploads: 0 });
    expect(await Promise.all([good, bad, byHand, waiting].map(exists))).toEqual([false, true, true, true]);
    expect(await contents()).toBe(2);
    expect(await server.retention.removeOld(inDays(91))).toMatchObject({ tasks: 1 });
    expect(await Promise.all([bad, byHand, waiting].map(exists))).toEqual([false, true, true]);
    expect(await rows('batchline.binary_object')).toBe(1);

    const history = (id: number) => rows('batchline.task_audit', sql`task_id = ${id}`);
    expect(await history(good)).toBe(4);
    expect(await server.retention.removeHistory(inDays(364))).toBe(0);
    expect(await server.retention.removeHistory(inDays(366))).toBe(8);
    expect(await Promise.all([good, bad, byHand].map(history))).toEqual([0, 0, 5]);
    await admin.json('POST', `/BatchTask/${waiting}/Stop`);
    await admin.ended(waiting);
  });

  test('a definition says for itself how long, and administrators over it', async () => {
    const path = '/Definitions/Brief/Retention';
    const own = { Succeeded: '1h', Failed: '90d', SucceededManualCleanup: 'never' };
    expect(await admin.json('GET', path)).toEqual(own);
    const id = await ended('brief');
    const soon = inDays(0.2);
    const set = { Succeeded: 'never', SucceededManualCleanup: '7d' };
    expect(await admin.json('PUT', path, set)).toEqual({ ...own, ...set });
    expect(await server.retention.removeOld(soon)).toMatchObject({ tasks: 0 });

    for (const [body, told] of [
      [{ Succeeded: 'soon' }, '"soon" is not a retention period'],
      [{ Started: '1d' }, 'Started'],
      [{ Failed: 5 }, 'Failed'],
    ] as const) {
      const answer = await admin.call('PUT', path, body);
      expect(answer.status).toBe(400);
      expect(answer.body.Message).toContain(told);
    }
    expect(await admin.call('PUT', '/Definitions/none/Retention', {})).toMatchObject({ status: 404 });
    const ada = await server.associate('ada');
    expect(await ada.call('PUT', path, { Succeeded: '0s' })).toMatchObject({ status: 403 });
    expect(await ada.call('DELETE', path)).toMatchObject({ status: 403 });
    const bound = await server.associate('bound', { roles: ['administrator'], tenant: 'one' });
    expect(await bound.call('PUT', path, { Succeeded: '0s' })).toMatchObject({ status: 403 });
    expect(await ada.json('GET', path)).toEqual({ ...own, ...set });

    expect(await admin.call('DELETE', path)).toMatchObject({ status: 204 });
    expect(await admin.json('GET', path)).toEqual(own);
    expect(await server.retention.removeOld(soon)).toMatchObject({ tasks: 1 });
    expect(await exists(id)).toBe(false);
  });

  test('many at once go in batches, and two that remove at once share them', async () => {
    await sql`
      insert into batchline.task (
        tenant, name, owner_id, is_internal, details_table, details_record, context, state, description,
        response, request, file_name, cancellation, updated, run_after
      )
      select 'batchline', 'gone-definition', 0, false, 0, 0, '', 4, '', '', '', '', 0, now() - interval '40 days',
        now() - interval '40 days'
      from generate_series(1, 450)`.execute(server.database.sql);
    const removed = await Promise.all([1, 2].map(() => server.retention.removeOld(new Date())));
    expect(removed.reduce((sum, one) => sum + one.tasks, 0)).toBe(450);
  });

  test('expired tasks are found by the index of ended tasks', async () => {
    const plan = await server.database.sql.transaction().execute(async (trx) => {
      await sql`set local enable_seqscan = off`.execute(trx);
      await sql`set local enable_bitmapscan = off`.execute(trx);
      return sql<{ 'QUERY PLAN': string }>`
        explain select id from batchline.task
        where name = ${'writer'} and state = 4 and run_after < ${new Date()} order by run_after limit 200`.execute(
        trx,
      );
    });
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('task_over');
  });

  test('uploads go when no task has read them for long', async () => {
    const upload = async (): Promise<string> =>
      (await admin.call('POST', '/Uploads?Name=a.csv', 'a\n1\n', { 'Content-Type': 'text/csv' })).body.File;
    const [unused, used] = [await upload(), await upload()];
    await sql`update batchline.upload set last_used = now() - interval '31 days'`.execute(
      server.database.sql,
    );
    const columns = [{ name: 'a', type: 'integer' }];
    await ended('csv-import', { file: used, table: 'some', columns });
    expect(await server.retention.removeOld(new Date())).toMatchObject({ uploads: 1 });
    const listed: { File: string }[] = await admin.json('GET', '/Uploads');
    expect(listed.map((one) => one.File)).toEqual([used]);
    expect(await store.stat(unused.replace('upload:', 'uploads/'))).toBeUndefined();
    expect(await store.stat(used.replace('upload:', 'uploads/'))).toMatchObject({ bytes: 4 });
  });

  test('what a crash leaves behind is swept up after a day, and nothing else', async () => {
    const id = await ended('writer');
    const lost = await ended('writer');
    await sql`delete from batchline.task where id = ${lost}`.execute(server.database.sql); // and then the crash
    for (const key of [
      'results/ab/orphan',
      'uploads/half.part',
      'uploads/8b0a9f3e-5f1f-4d9c-9a52-2f0c3b1a7e11',
    ])
      await store.put(key, Readable.from([Buffer.from('nobody knows me')]));
    const scratch = join(place.folder, 'data', s3 === undefined ? 'files/scratch' : 'scratch');
    await mkdir(join(scratch, String(lost), '1'), { recursive: true });
    const before = await contents();
    expect(await server.retention.sweep(new Date())).toEqual({ contents: 0, scratch: 0 });
    expect(await contents()).toBe(before);
    const swept = await server.retention.sweep(inDays(2));
    expect(swept.contents).toBeGreaterThanOrEqual(4);
    expect(await readdir(scratch)).not.toContain(String(lost));
    expect(await contents('results/ab/orphan')).toBe(0);
    const { rows: known } = await sql<{ key: string }>`select key from batchline.result_file`.execute(
      server.database.sql,
    );
    expect(await contents()).toBe(known.length);
    expect((await admin.call('GET', `/BatchTask/${id}/File`)).text).toBe('0123456789');
    expect(await contents('uploads/')).toBe((await admin.json('GET', '/Uploads')).length);
  });
});
