import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ParentCoordinator } from '../../../src/queue/children/coordinator.ts';
import { TaskQueue } from '../../../src/queue/task-queue.ts';
import { createWorker, type Worker } from '../../../src/sdk/index.ts';
import { DATABASES } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { child, sum } from './fixtures/handlers.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');
const log = pino({ level: 'silent' });

describe.each(DATABASES)('fan-out on %s', (kind) => {
  let server: TestServer;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchline-fanout-'));
    process.env.FANOUT_GO = join(folder, 'go');
    server = await startTestServer(kind, { env: { BATCHLINE_HANDLERS: HANDLERS } });
  });
  beforeEach(() => rm(join(folder, 'go'), { force: true }));
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('a parent whose children have ended runs again, although every signal of it was lost', async () => {
    const { admin, database } = server;
    const id = await admin.start({ Name: 'sum', ParameterObject: { children: 2, waiting: [0, 1] } });
    await admin.until(id, (task) => /children have ended/.test(task.ProgressDescription));
    // The last end is counted, and nothing announces it.
    await sql`update batchline.task_family set total = 1, ended = 1, ready_since = now() - interval '1 hour'
      where parent_id = ${id}`.execute(database.sql);
    await admin.until(id, (task) => task.StartCount === 2);
    expect(await admin.ended(id)).toMatchObject({ State: 'Succeeded', Result: '0 of 1, 0 failed' });
    await writeFile(join(folder, 'go'), '');
  });

  test('a stop that has not reached all children continues after a crash', async () => {
    const { admin, database } = server;
    const waiting = Array.from({ length: 20 }, (_, n) => n);
    const id = await admin.start({ Name: 'sum', ParameterObject: { children: 20, waiting } });
    await admin.until(id, (task) => /children have ended/.test(task.ProgressDescription));
    const reason = JSON.stringify({ template: 'Stopped by a test.', values: [] });
    await sql`update batchline.task_family set stopping = true, stop_message = ${reason}::text::jsonb
      where parent_id = ${id}`.execute(database.sql);
    await new ParentCoordinator(database, new TaskQueue(), log).finishStops();
    expect(await admin.ended(id)).toMatchObject({
      State: 'Failed',
      Result: '20 of 20 children have failed.',
    });
    const { Children } = await admin.json('GET', `/BatchTask/${id}/Children`);
    for (const one of Children)
      expect(one.Task).toMatchObject({ State: 'Failed', Result: 'Stopped by a test.' });
  });

  describe('in workers outside the server', () => {
    const remoteSum = { ...sum, name: 'remote-sum' };
    const remoteChild = { ...child, name: 'remote-child' };
    let worker: Worker;
    let token: string;
    beforeAll(async () => {
      const made = await server.admin.json('POST', '/Tokens', {
        Name: 'workers',
        Scopes: ['worker'],
        Definitions: ['remote-sum', 'remote-child', 'child'],
      });
      token = made.Token;
      worker = createWorker({ url: server.url, token, tasks: [remoteSum, remoteChild], concurrency: 2, log });
      await worker.start();
    });
    afterAll(() => worker?.stop());

    test('the same definition starts children, waits for them and continues', async () => {
      const ParameterObject = { children: 520, failing: [3], waiting: [0], onFailure: 'continue' };
      const id = await server.admin.start({ Name: 'remote-sum', ParameterObject });
      await server.admin.until(id, (task) => task.ProgressDescription === '519 of 520 children have ended.');
      await writeFile(join(folder, 'go'), '');
      expect(await server.admin.ended(id)).toMatchObject({
        State: 'Succeeded',
        Result: `${519 * 520 - 6} of 520, 1 failed #3`,
        StartCount: 2,
      });
    });

    test('the calls refuse what is wrong, and a token starts only what it names', async () => {
      const { admin } = server;
      const client = await admin.withToken(['worker'], { Definitions: ['by-hand', 'child'] });
      await client.json('POST', '/Workers/Definitions', {
        Definitions: [{ Name: 'by-hand', Description: 'for the test' }],
      });
      const id = await admin.start({ Name: 'by-hand' });
      const { Tasks } = await client.json('POST', '/Workers/Acquire', {
        Worker: 'w',
        Definitions: ['by-hand'],
      });
      expect(Tasks).toMatchObject([{ ParentId: null, Task: { Id: id } }]);
      const path = `/Workers/Leases/${Tasks[0].Lease}`;
      const start = (...Children: object[]) => client.call('POST', `${path}/Children`, { Children });
      expect((await start({ Key: 'a', Name: 'sum' })).status).toBe(403);
      for (const wrong of [
        { Name: 'child' },
        { Key: '', Name: 'child' },
        { Key: 'a', Name: 'child', Weight: 0 },
        { Key: 'a', Name: 'child', ParameterObject: { n: 'many' } },
        { Key: 'a\0', Name: 'child' },
        { Key: 'a', Name: 'child', Description: 'x'.repeat(300) },
      ])
        expect(await start(wrong)).toMatchObject({ status: 400 });
      expect(await start({ Key: 'a', Name: 'child' }, { Key: 'a', Name: 'child' })).toMatchObject({
        status: 400,
      });
      const [first] = (await start({ Key: 'a', Name: 'child', ParameterObject: { wait: true } })).body.Ids;
      // Again, with another: the one that is there is found.
      const again = await start({ Key: 'b', Name: 'child' }, { Key: 'a', Name: 'child' });
      expect(again.body.Ids).toEqual([expect.any(Number), first]);
      expect(await client.json('GET', `${path}/Children?Limit=1`)).toMatchObject({
        Total: 2,
        Children: [{ Id: first, Key: 'a', Name: 'child' }],
      });
      expect(await client.json('POST', `${path}/Wait`, { OnFailure: 'continue' })).toMatchObject({
        Waits: true,
        Total: 2,
      });
      for (const call of ['Children', 'Wait', 'Renew'])
        expect(
          await client.call(
            'POST',
            `${path}/${call}`,
            call === 'Children' ? { Children: [{ Key: 'c', Name: 'child' }] } : {},
          ),
        ).toMatchObject({ status: 409 });
      await writeFile(join(folder, 'go'), '');
      const waiting = { Worker: 'w', Definitions: ['by-hand'], WaitSeconds: 30 };
      const next = (await client.json('POST', '/Workers/Acquire', waiting)).Tasks[0];
      expect(next).toMatchObject({ Attempt: 3, Task: { Id: id, StartCount: 2 } });
      const nextPath = `/Workers/Leases/${next.Lease}`;
      expect(await client.json('POST', `${nextPath}/Wait`)).toEqual({
        Waits: false,
        Total: 2,
        Ended: 2,
        Failed: 0,
      });
      await admin.json('POST', `/BatchTask/${id}/Stop`);
      expect(await client.call('POST', `${nextPath}/Wait`, {})).toMatchObject({ status: 400 });
      await client.json('POST', `${nextPath}/Succeed`, { Result: 'too late' });
      expect(await admin.ended(id)).toMatchObject({
        State: 'Failed',
        Result: expect.stringMatching(/^Stopped by /),
      });
    });

    test('a worker of one tenant is given the parents of that tenant', async () => {
      const { admin } = server;
      const bound = await server.associate('tenant-admin', { roles: ['administrator'], tenant: 'T1' });
      const client = await bound.withToken(['worker'], { Definitions: ['by-tenant', 'child'] });
      await client.json('POST', '/Workers/Definitions', {
        Definitions: [{ Name: 'by-tenant', Description: 'for the test' }],
      });
      const id = await admin.start({ Name: 'by-tenant', DatabaseSerialNumber: 'T1' });
      const acquire = { Worker: 'w', Definitions: ['by-tenant'], WaitSeconds: 20 };
      const [first] = (await client.json('POST', '/Workers/Acquire', acquire)).Tasks;
      const body = { Children: [{ Key: 'a', Name: 'child', ParameterObject: { wait: true } }] };
      await client.json('POST', `/Workers/Leases/${first.Lease}/Children`, body);
      await client.json('POST', `/Workers/Leases/${first.Lease}/Wait`);
      await writeFile(join(folder, 'go'), '');
      const [second] = (await client.json('POST', '/Workers/Acquire', acquire)).Tasks;
      expect(second).toMatchObject({ Attempt: 3, Task: { Id: id } });
    });
  });
});
