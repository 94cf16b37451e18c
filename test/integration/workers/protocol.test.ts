import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { DATABASES } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { HandWorker } from './protocol-client.ts';

const OVER = /Lease \d+\.\d+ is no longer valid/;

describe.each(DATABASES)('the worker protocol on %s', (kind) => {
  let server: TestServer;
  let worker: HandWorker;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { BATCHLINE_LEASE_SECONDS: '2' } });
    worker = new HandWorker(
      await workerToken(['mail', 'report', 'flaky', 'strict', 'slow', 'gone', 'Cased']),
    );
    await worker.declare(
      { Name: 'mail' },
      { Name: 'report' },
      { Name: 'slow', LeaseSeconds: 60 },
      { Name: 'flaky', Retries: { Limit: 2, Delay: 0.05, Factor: 1 } },
      {
        Name: 'strict',
        Parameters: { type: 'object', properties: { n: { type: 'integer', default: 7 } } },
      },
    );
  });
  afterAll(() => server?.stop());

  async function workerToken(definitions: string[], associateId?: number): Promise<ApiClient> {
    return server.admin.withToken(['worker'], {
      Definitions: definitions,
      ...(associateId === undefined ? {} : { AssociateId: associateId }),
    });
  }
  const moves = async (id: number): Promise<string[]> => {
    const audit = await server.admin.json('GET', `/BatchTask/${id}/Audit`);
    return audit.map((entry: { From: string | null; To: string }) => `${entry.From ?? ''}>${entry.To}`);
  };
  const started = async (name: string): Promise<{ id: number; lease: string }> => {
    const id = await server.admin.start({ Name: name });
    const { Lease, Task } = await worker.next(name);
    expect(Task.Id).toBe(id);
    return { id, lease: Lease };
  };

  describe('the life of a task', () => {
    test('acquired, renewed, succeeded: the history has every transition', async () => {
      const id = await server.admin.start({ Name: 'mail', ParameterObject: { to: 'anna' } });
      const acquired = await worker.next('mail');
      expect(acquired).toMatchObject({
        Attempt: 1,
        LeaseSeconds: 2,
        Checkpoint: null,
        Failures: 0,
        Losses: 0,
        Parameters: { to: 'anna' },
        Task: {
          Id: id,
          Name: 'mail',
          State: 'Started',
          StartCount: 1,
          TableRight: { Mask: 'Select, Update' },
        },
      });
      const renewed = await worker.on(acquired.Lease, 'Renew', {
        ProgressPercent: 40.7,
        ProgressDescription: 'Writing',
      });
      expect(renewed.body).toEqual({ Stop: false, Reason: '', LeaseSeconds: 2 });
      expect(await server.admin.task(id)).toMatchObject({
        ProgressPercent: 40,
        ProgressDescription: 'Writing',
      });
      const ended = await worker.on(acquired.Lease, 'Succeed', { Result: { sent: 1 } });
      expect(ended.body).toEqual({ State: 'Succeeded', NextRunInSeconds: null });
      expect(await server.admin.task(id)).toMatchObject({
        State: 'Succeeded',
        Result: '{"sent":1}',
        ProgressPercent: 100,
        StartCount: 1,
      });
      expect(await moves(id)).toEqual(['>New', 'New>Aquired', 'Aquired>Started', 'Started>Succeeded']);
      const audit = await server.admin.json('GET', `/BatchTask/${id}/Audit`);
      expect(audit[1].Node).toBe('worker:1:by hand');
    });

    test('bodies that may be missing are; an internal task leaves nothing', async () => {
      expect(await server.admin.start({ Name: 'mail', IsInternalTask: true })).toBe(0);
      const { Lease, Task } = await worker.next('mail');
      expect((await worker.on(Lease, 'Renew')).status).toBe(200);
      expect((await worker.on(Lease, 'Log', { Lines: [{ Message: 'inside' }] })).status).toBe(204);
      expect((await worker.on(Lease, 'Succeed')).body.State).toBe('Succeeded');
      expect((await server.admin.call('GET', `/BatchTask/${Task.Id}`)).status).toBe(404);
      const { rows } = await sql<{ n: number }>`
        select (select count(*) from batchline.task_log where task_id = ${Task.Id})::int
          + (select count(*) from batchline.task_audit where task_id = ${Task.Id})::int as n`.execute(
        server.database.sql,
      );
      expect(rows[0]?.n).toBe(0);
    });

    test('parameters are coerced by the declared schema; what misses it never starts', async () => {
      const refused = await server.admin.call('POST', '/BatchTask', {
        Name: 'strict',
        ParameterObject: { n: 'many' },
      });
      expect(refused.status).toBe(400);
      await server.admin.start({ Name: 'STRICT', ParameterObject: { N: '5' } });
      const acquired = await worker.next('strict');
      expect(acquired.Parameters).toEqual({ n: 5 });
      await worker.on(acquired.Lease, 'Succeed');
    });

    test('a failed run comes back after the delay that it says or the definition has, then is Failed', async () => {
      const { id, lease } = await started('flaky');
      const first = await worker.on(lease, 'Fail', { Message: 'no luck', DelaySeconds: 0.2 });
      expect(first.body).toEqual({ State: 'New', NextRunInSeconds: 0.2 });
      const second = await worker.next('flaky');
      expect(second).toMatchObject({ Attempt: 2, Failures: 1 });
      expect((await worker.on(second.Lease, 'Fail', { Message: 'no luck' })).body.State).toBe('New');
      const third = await worker.next('flaky');
      const last = await worker.on(third.Lease, 'Fail', { Message: 'no luck\u0000', ProgressPercent: 60 });
      expect(last.body).toEqual({ State: 'Failed', NextRunInSeconds: null });
      expect(await server.admin.task(id)).toMatchObject({
        Result: 'no luck\uFFFD',
        StartCount: 3,
        ProgressPercent: 60,
      });
    });

    test('a failure that no retry would mend is final', async () => {
      const { lease } = await started('flaky');
      const ended = await worker.on(lease, 'Fail', { Message: 'never', Retry: false });
      expect(ended.body.State).toBe('Failed');
    });

    test('a task that is given back runs again, and counts as no failure; unbegun it counts as no start', async () => {
      const { id, lease } = await started('mail');
      expect((await worker.on(lease, 'Return', { Began: false })).body).toEqual({
        State: 'New',
        NextRunInSeconds: 0,
      });
      expect(await server.admin.task(id)).toMatchObject({
        StartCount: 0,
        LastStarted: '0001-01-01T00:00:00',
      });
      const again = await worker.next('mail');
      expect(again).toMatchObject({ Attempt: 2, Failures: 0, Losses: 0, Task: { Id: id, StartCount: 1 } });
      expect((await worker.on(again.Lease, 'Return')).body.State).toBe('New');
      const third = await worker.next('mail');
      expect(third).toMatchObject({ Attempt: 3, Task: { StartCount: 2 } });
      await worker.on(third.Lease, 'Succeed');
    });
  });

  describe('waiting', () => {
    test('a worker that waits is woken when a task is started, and each task goes to one', async () => {
      const waiting = [1, 2, 3].map((n) =>
        new HandWorker(worker.api, `w${n}`).acquire(['report', 'mail'], { Limit: 5, WaitSeconds: 30 }),
      );
      await delay(50); // they are queued or poll: both are right
      const begun = performance.now();
      const ids = [await server.admin.start({ Name: 'report' }), await server.admin.start({ Name: 'mail' })];
      ids.push(await server.admin.start({ Name: 'report' }));
      const tasks: { Lease: string; Task: { Id: number } }[] = [];
      while (tasks.length < 3) tasks.push(...(await Promise.race(waiting.splice(0, 1))));
      expect(performance.now() - begun, 'woken, not polled').toBeLessThan(25_000);
      expect(tasks.map((task) => task.Task.Id).sort()).toEqual([...ids].sort());
      for (const task of tasks) await worker.on(task.Lease, 'Succeed');
      // Those that still wait are sent away when the server stops; here a task each.
      for (const left of waiting) {
        await server.admin.start({ Name: 'mail' });
        for (const task of await left) await worker.on(task.Lease, 'Succeed');
      }
    });

    test('without waiting, or when the time is over, the answer is empty', async () => {
      expect(await worker.acquire('report')).toEqual([]);
      expect(await worker.acquire('report', { WaitSeconds: 0.1 })).toEqual([]);
    });

    test('the wait of a call can be ended, by its own associate alone', async () => {
      const path = '/Workers/Acquire?Call=a-call_1';
      const body = { Worker: 'leaver', Definitions: ['slow'], WaitSeconds: 30 };
      const other = await workerToken(['slow'], (await server.associate('other')).associateId);
      const theirs = other.call('POST', path, body);
      const begun = performance.now();
      const waiting = worker.api.call('POST', path, body);
      expect(await worker.endWait(path, waiting)).toMatchObject({ status: 200, body: { Tasks: [] } });
      expect(performance.now() - begun, 'ended, not over').toBeLessThan(25_000);
      const id = await server.admin.start({ Name: 'slow' });
      const [acquired] = (await theirs).body.Tasks;
      expect(acquired.Task.Id).toBe(id);
      await new HandWorker(other).on(acquired.Lease, 'Succeed');
      const statusOf = async (): Promise<unknown> => {
        const workers: { Name: string; AssociateId: number; Status: string }[] = await server.admin.json(
          'GET',
          '/Workers',
        );
        return workers
          .filter(({ Name }) => Name === 'leaver')
          .map(({ Status }) => Status)
          .sort();
      };
      expect(await statusOf()).toEqual(['Running', 'Running']);
      await worker.api.call('DELETE', `${path}&Worker=leaver`);
      expect(await statusOf()).toEqual(['Draining', 'Running']);
      await worker.api.call('POST', path, { ...body, WaitSeconds: 0 });
      expect(await statusOf()).toEqual(['Running', 'Running']);
      for (const method of ['POST', 'DELETE']) {
        const answer = await worker.api.call(
          method,
          '/Workers/Acquire?Call=a.b',
          method === 'POST' ? body : undefined,
        );
        expect(answer).toMatchObject({ status: 400, body: { Message: expect.stringContaining('Call') } });
      }
    });

    test('a waiting worker whose connection breaks gets nothing', async () => {
      const gone = new AbortController();
      const waiting = fetch(`${server.url}/api/v1/Workers/Acquire`, {
        method: 'POST',
        headers: { Authorization: worker.api.authorization, 'Content-Type': 'application/json' },
        body: JSON.stringify({ Worker: 'leaver', Definitions: ['slow'], WaitSeconds: 30 }),
        signal: gone.signal,
      });
      await delay(100);
      gone.abort();
      await expect(waiting).rejects.toThrow();
      const id = await server.admin.start({ Name: 'slow' });
      const acquired = await worker.next('slow');
      expect(acquired.Task.Id).toBe(id);
      await worker.on(acquired.Lease, 'Succeed');
    });

    test('what is claimed for a worker whose connection breaks meanwhile goes back at once, as if never begun', async () => {
      // The lease is a minute: only a hand-back brings it back in time.
      const id = await server.admin.start({ Name: 'slow' });
      const locked = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      const locking = server.database.sql.transaction().execute(async (trx) => {
        // A claim skips locked rows; it waits when it writes its audit rows.
        await sql`lock table batchline.task_audit in exclusive mode`.execute(trx);
        locked.resolve();
        await release.promise;
      });
      await locked.promise;
      const body = JSON.stringify({ Worker: 'leaver', Definitions: ['slow'] });
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      socket.write(
        `POST /api/v1/Workers/Acquire HTTP/1.1\r\nHost: x\r\nAuthorization: ${worker.api.authorization}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      // PostgreSQL shows when the claim waits; the embedded database has one connection, on which the
      // call waits as a whole.
      const waiting = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      while (kind === 'postgres' && (await waiting.execute(server.database.sql)).rows.length === 0)
        await delay(10);
      socket.destroy();
      await once(socket, 'close');
      // The server has heard of the end when it has answered another connection.
      await fetch(`${server.url}/health/live`);
      release.resolve();
      await locking;
      const acquired = await worker.next('slow');
      expect(acquired.Task).toMatchObject({ Id: id, StartCount: 1 });
      if (kind === 'postgres') {
        expect(acquired.Attempt).toBe(2);
        const audit = await server.admin.json('GET', `/BatchTask/${id}/Audit`);
        expect(audit[3]).toMatchObject({ To: 'New', Reason: 'Returned to the queue by its worker.' });
      }
      await worker.on(acquired.Lease, 'Succeed');
    });
  });

  describe('a lease', () => {
    const late: [string, unknown][] = [
      ['Renew', { ProgressPercent: 99 }],
      ['Checkpoint', { Value: 'late' }],
      ['Log', { Lines: [{ Message: 'late' }] }],
      ['Succeed', { Result: 'late' }],
      ['Fail', { Message: 'late' }],
      ['Return', {}],
    ];
    const refused = async (lease: string): Promise<void> => {
      for (const [call, body] of late) {
        const answer = await worker.on(lease, call, body);
        expect({ call, status: answer.status }).toEqual({ call, status: 409 });
        expect(answer.body.Message).toMatch(OVER);
      }
      const digest = createHash('sha256').update('late').digest('base64');
      const file = await worker.file(lease, 'late.txt', 'late', { 'Content-Digest': `sha-256=:${digest}:` });
      expect(file.status).toBe(409);
    };

    test('that is not renewed is lost: another worker continues from the checkpoint, and the first can not write', async () => {
      const { id, lease } = await started('mail');
      expect((await worker.on(lease, 'Checkpoint', { Value: { done: 3 } })).status).toBe(204);
      const second = await new HandWorker(worker.api, 'second').next('mail');
      expect(second).toMatchObject({ Attempt: 2, Losses: 1, Checkpoint: { done: 3 }, Task: { Id: id } });
      await refused(lease);
      expect(await server.admin.task(id)).toMatchObject({ State: 'Started', Result: '', FileName: '' });
      expect((await worker.on(second.Lease, 'Succeed', { Result: 'second' })).status).toBe(200);
      await refused(second.Lease);
      expect(await server.admin.task(id)).toMatchObject({ Result: 'second', ProgressPercent: 100 });
      const [taken] = (await server.admin.json('GET', `/BatchTask/${id}/Audit`)).slice(3);
      expect(taken.Reason).toMatch(/worker:1:by hand was lost/);
    });

    test('that is renewed is kept past its length', async () => {
      const { id, lease } = await started('mail');
      const until = performance.now() + 3000;
      while (performance.now() < until) {
        // Each waits a third of the lease at the server.
        expect((await worker.on(lease, 'Renew', { WaitSeconds: 30 })).body).toMatchObject({ Stop: false });
      }
      expect(await server.admin.task(id)).toMatchObject({ State: 'Started', StartCount: 1 });
      expect((await worker.on(lease, 'Succeed')).status).toBe(200);
    });

    test('returns a stop immediately, and the task is Failed by the stop with any outcome of the run', async () => {
      const { id, lease } = await started('slow');
      const waiting = worker.on(lease, 'Renew', { WaitSeconds: 20 });
      await delay(50);
      const begun = performance.now();
      expect(await server.admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
      const { body } = await waiting;
      expect(performance.now() - begun, 'heard, not waited for').toBeLessThan(15_000);
      expect(body).toMatchObject({ Stop: true, Reason: expect.stringMatching(/^Stopped by admin/) });
      expect((await worker.on(lease, 'Succeed', { Result: 'nearly' })).body.State).toBe('Failed');
      expect((await server.admin.task(id)).Result).toMatch(/^Stopped by admin/);
    });

    test('of a stopped task is not renewed: a worker that does not notice loses the task', async () => {
      const { id, lease } = await started('mail');
      await server.admin.json('POST', `/BatchTask/${id}/Stop`);
      for (;;) {
        const renewed = await worker.on(lease, 'Renew');
        if (renewed.status === 409) break;
        expect(renewed.body.Stop).toBe(true);
        await delay(50);
      }
      expect(await server.admin.task(id)).toMatchObject({
        State: 'Failed',
        Result: expect.stringMatching(/^Stopped by admin/),
      });
    });

    test('ends when the owner takes the task by PUT, which the worker hears at once', async () => {
      const { id, lease } = await started('slow');
      const waiting = worker.on(lease, 'Renew', { WaitSeconds: 20 });
      await delay(50);
      await server.admin.json('PUT', `/BatchTask/${id}`, { State: 'Succeeded', Response: 'by hand' });
      expect((await waiting).status).toBe(409);
      await refused(lease);
      expect(await server.admin.task(id)).toMatchObject({
        State: 'Succeeded',
        Response: 'by hand',
        Result: '',
      });
    });

    test('of a task that a client or the server runs can not be guessed', async () => {
      const id = await server.admin.start({ Name: 'gone' }).catch(() => undefined);
      expect(id).toBeUndefined();
      await worker.declare({ Name: 'gone' });
      const held = await server.admin.start({ Name: 'gone' });
      await server.admin.json('PUT', `/BatchTask/${held}`, { State: 'Started' });
      expect((await worker.on(`${held}.1`, 'Renew')).status).toBe(409);
      const own = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: 60 } });
      await server.admin.until(own, (task) => task.State === 'Started');
      const asAdmin = new HandWorker(server.admin);
      expect((await asAdmin.on(`${own}.1`, 'Succeed')).status).toBe(409);
      await server.admin.json('POST', `/BatchTask/${own}/Stop`);
    });

    test.each(['1', 'x.1', '1.99999999999', '-1.1'])('that is none is 400: %s', async (lease) => {
      expect((await worker.on(lease, 'Renew')).status).toBe(400);
    });

    test('bad input is 400 and changes nothing', async () => {
      const { id, lease } = await started('slow');
      for (const [call, body] of [
        ['Renew', { ProgressPercent: 101 }],
        ['Renew', { ProgressDescription: 'x'.repeat(255) }],
        ['Renew', { WaitSeconds: 31 }],
        ['Checkpoint', { Value: 'x'.repeat(1_048_576) }],
        ['Checkpoint', {}],
        ['Log', { Lines: [] }],
        ['Log', { Lines: [{ Level: 'loud', Message: 'x' }] }],
        ['Fail', {}],
        ['Succeed', { ProgressDescription: 'x'.repeat(255) }],
        ['Return', { Extra: 1 }],
      ] as [string, unknown][]) {
        const answer = await worker.on(lease, call, body);
        expect({ call, status: answer.status, body: answer.status === 400 || body }).toEqual({
          call,
          status: 400,
          body: true,
        });
      }
      expect(await server.admin.task(id)).toMatchObject({ State: 'Started', ProgressPercent: 0 });
      expect((await worker.on(lease, 'Succeed')).status).toBe(200);
    });
  });

  describe('log and file', () => {
    test('the log keeps the newest thousand lines, in order, with their attempts', async () => {
      const { id, lease } = await started('slow');
      for (let batch = 0; batch < 6; batch += 1) {
        const Lines = Array.from({ length: 200 }, (_, n) => ({ Message: `line ${batch * 200 + n}` }));
        expect((await worker.on(lease, 'Log', { Lines })).status).toBe(204);
      }
      await worker.on(lease, 'Log', {
        Lines: [{ Level: 'warn', Message: `NUL \u0000 ${'x'.repeat(5000)}` }],
      });
      const log = await server.admin.json('GET', `/BatchTask/${id}/Log`);
      expect(log).toHaveLength(1000);
      expect(log[0]).toMatchObject({ Message: 'line 201', Level: 'info', Attempt: 1 });
      expect(log.at(-1)).toMatchObject({
        Level: 'warn',
        Message: expect.stringMatching(/^NUL \uFFFD x+ … \(cut: 5006 characters, at most 4000 are kept\)$/),
      });
      expect(log.at(-1).Message).toHaveLength(4000);
      const after = await server.admin.json('GET', `/BatchTask/${id}/Log?After=${log[997].Id}`);
      expect(after.map((line: { Id: number }) => line.Id)).toEqual([log[998].Id, log[999].Id]);
      await worker.on(lease, 'Succeed');
      await server.admin.json('DELETE', `/BatchTask/${id}`);
      const { rows } = await sql`select 1 from batchline.task_log where task_id = ${id}`.execute(
        server.database.sql,
      );
      expect(rows).toEqual([]);
    });

    test('a file whose size and hash are right becomes FileName; a later one takes its place', async () => {
      const { id, lease } = await started('slow');
      for (const content of ['first', 'second, and longer']) {
        const digest = createHash('sha256').update(content).digest('base64');
        const headers = { 'Content-Digest': `sha-256=:${digest}:` };
        expect((await worker.file(lease, 'report.txt', content, headers)).status).toBe(204);
        expect(await server.admin.task(id)).toMatchObject({ FileName: 'report.txt' });
        expect((await server.admin.call('GET', `/BatchTask/${id}/File`)).text).toBe(content);
      }
      await worker.on(lease, 'Succeed');
    });

    test('a file with a wrong hash, without one, or with a bad name is refused, and nothing has changed', async () => {
      const { id, lease } = await started('slow');
      const digest = createHash('sha256').update('other').digest('base64');
      const wrong = await worker.file(lease, 'a.txt', 'content', { 'Content-Digest': `sha-256=:${digest}:` });
      expect(wrong.status).toBe(400);
      expect(wrong.body.Message).toMatch(/SHA-256/);
      expect((await worker.file(lease, 'a.txt', 'content', {})).status).toBe(400);
      expect((await worker.file(lease, 'a.txt', 'content', { 'Content-Digest': 'md5=:x:' })).status).toBe(
        400,
      );
      const right = createHash('sha256').update('content').digest('base64');
      const headers = { 'Content-Digest': `sha-256=:${right}:` };
      expect((await worker.file(lease, '..%2Fa.txt', 'content', headers)).status).toBe(400);
      expect(await server.admin.task(id)).toMatchObject({ FileName: '' });
      expect((await server.admin.call('GET', `/BatchTask/${id}/File`)).status).toBe(404);
      await worker.on(lease, 'Succeed');
    });
  });

  describe('definitions', () => {
    test('are visible to everyone, and accept starts without a worker', async () => {
      const found = (await server.admin.json('GET', '/Definitions')).find(
        (one: { Name: string }) => one.Name === 'strict',
      );
      expect(found).toMatchObject({ Isolate: 'worker', LeaseSeconds: 2, LastSeen: expect.any(String) });
      expect(found.Parameters.properties.n.default).toBe(7);
    });

    test('the latest declaration applies; a queued task that does not match the new schema fails with the reason', async () => {
      await worker.declare({ Name: 'Cased', Parameters: { type: 'object', $id: 'same' } });
      const id = await server.admin.start({ Name: 'cased', ParameterObject: { n: 'x' } });
      await worker.declare({
        Name: 'cased',
        Parameters: { type: 'object', $id: 'same', properties: { n: { type: 'integer' } } },
      });
      expect(await worker.acquire('CASED')).toEqual([]);
      expect(await server.admin.task(id)).toMatchObject({
        Name: 'Cased',
        State: 'Failed',
        Result: expect.stringContaining('must be integer'),
      });
    });

    test.each([
      ['a name of the server’s own', { Name: 'countdown' }, 409],
      ['a schema that is none', { Name: 'mail', Parameters: { type: 'nonsense' } }, 400],
      ['a name that can not be', { Name: 'a b' }, 400],
      ['a lease of nothing', { Name: 'mail', LeaseSeconds: 0 }, 400],
    ])('%s is refused', async (_, definition, status) => {
      const answer = await server.admin.call('POST', '/Workers/Definitions', {
        Definitions: [{ Description: 'x', ...definition }],
      });
      expect(answer.status).toBe(status);
      expect(answer.body.Message).toBeTruthy();
    });

    test('are removed by administrators, when no task of them is alive', async () => {
      await new HandWorker(server.admin).declare({ Name: 'removable' });
      const id = await server.admin.start({ Name: 'removable' });
      expect((await worker.api.call('DELETE', '/Workers/Definitions/removable')).status).toBe(403);
      expect((await server.admin.call('DELETE', '/Workers/Definitions/removable')).status).toBe(409);
      await server.admin.json('PUT', `/BatchTask/${id}`, { State: 'Failed' });
      expect((await server.admin.call('DELETE', '/Workers/Definitions/Removable')).status).toBe(204);
      expect((await server.admin.call('POST', '/BatchTask', { Name: 'removable' })).status).toBe(400);
      expect((await server.admin.call('DELETE', '/Workers/Definitions/removable')).status).toBe(404);
    });
  });

  describe('rights', () => {
    test('a worker’s token is made by administrators, for definitions that it names', async () => {
      const anna = await server.associate('anna');
      const make = (client: ApiClient, body: object) =>
        client.call('POST', '/Tokens', { Name: 'w', Scopes: ['worker'], ...body });
      expect((await make(anna, { Definitions: ['mail'] })).status).toBe(403);
      expect((await make(server.admin, {})).status).toBe(400);
      expect((await make(server.admin, { Scopes: ['read'], Definitions: ['mail'] })).status).toBe(400);
      const made = await make(server.admin, { Definitions: ['Mail'] });
      expect(made).toMatchObject({ status: 201, body: { Scopes: ['worker'], Definitions: ['mail'] } });
      // Her own sign-in can't run any tasks.
      expect((await new HandWorker(anna).acquireAnswer(['mail'])).status).toBe(403);
    });

    test('it updates tasks of its definitions, and neither starts, lists, stops nor deletes any', async () => {
      const mail = await server.admin.start({ Name: 'mail' });
      const other = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: 0 } });
      const { api } = worker;
      expect((await api.call('GET', `/BatchTask/${mail}`)).body).toMatchObject({
        Id: mail,
        TableRight: { Mask: 'Select, Update' },
        FieldProperties: {
          Response: { FieldRight: { Mask: 'Update' } },
          Context: { FieldRight: { Mask: 'Read' } },
        },
      });
      expect((await api.call('GET', `/BatchTask/${mail}/Log`)).status).toBe(200);
      expect((await api.call('GET', `/BatchTask/${other}`)).status).toBe(404);
      expect((await api.call('GET', '/BatchTask/All')).status).toBe(403);
      for (const [method, path, body] of [
        ['POST', '/BatchTask', { Name: 'mail' }],
        ['POST', `/BatchTask/${mail}/Restart`, undefined],
        ['POST', '/Agents/Batch/StopBatchJob', { Id: mail }],
        ['POST', '/Agents/Batch/DeleteBatchTask', { BatchTaskId: mail }],
        ['POST', `/BatchTask/${mail}/Stop`, undefined],
        ['DELETE', `/BatchTask/${mail}`, undefined],
        ['POST', '/Agents/Batch/GetAllBatchTaskInfosByName', { TaskName: 'mail' }],
        ['GET', '/Tokens', undefined],
        ['POST', '/Tokens', { Name: 'more', Scopes: ['worker'], Definitions: ['mail'] }],
        ['GET', '/Users', undefined],
      ] as [string, string, unknown][]) {
        expect({ path, status: (await api.call(method, path, body)).status }).toEqual({ path, status: 403 });
      }
      const merge = { 'Content-Type': 'application/merge-patch+json' };
      const texts = { Description: 'by PUT', Response: 'by the agent', Request: 'by PATCH' };
      for (const id of [mail, other]) {
        const statuses = [
          await api.call('PUT', `/BatchTask/${id}`, { Description: 'by PUT', Context: 'ignored' }),
          await api.call('POST', '/Agents/Batch/UpdateBatchTask', { Id: id, Response: 'by the agent' }),
          await api.call('PATCH', `/BatchTask/${id}`, { Request: 'by PATCH' }, merge),
        ].map(({ status, body }) => (body === null ? 'hidden' : status));
        expect(statuses).toEqual(id === mail ? [200, 200, 200] : [404, 'hidden', 404]);
        const after = await server.admin.task(id);
        expect(after).toMatchObject(
          id === mail ? { ...texts, Context: '' } : { Description: '', Response: '' },
        );
      }
      const held = await server.admin.start({ Name: 'mail' });
      for (const State of ['Started', 'New', 'Failed'])
        expect(await api.json('PUT', `/BatchTask/${held}`, { State })).toMatchObject({ State });
      // The scope `write` adds nothing on another associate's task.
      const { associateId: AssociateId } = await server.associate('writing-worker');
      const all = { Definitions: ['mail'], AssociateId };
      const writer = await server.admin.withToken(['read', 'write', 'worker'], all);
      for (const [method, path, status] of [
        ['PUT', '', 200],
        ['POST', '/Stop', 403],
        ['POST', '/Restart', 403],
        ['DELETE', '', 403],
      ] as const)
        expect([path, (await writer.call(method, `/BatchTask/${mail}${path}`, {})).status]).toEqual([
          path,
          status,
        ]);
      // A schedule of that name is not a task of that definition.
      const schedule = { Name: 'mail', Definition: 'mail', Cron: '0 0 1 1 *' };
      const { Id } = await server.admin.json('POST', '/Schedules', schedule);
      for (const method of ['GET', 'DELETE'])
        expect((await writer.call(method, `/Schedules/${Id}`)).status).toBe(404);
      expect((await server.admin.call('DELETE', `/Schedules/${Id}`)).status).toBe(204);
      const narrow = new HandWorker(await workerToken(['report']));
      expect((await narrow.acquireAnswer(['mail'])).status).toBe(403);
      expect((await narrow.acquireAnswer(['nothing'])).status).toBe(403);
      const [acquired] = await worker.acquire('mail');
      expect((await narrow.on(acquired?.Lease ?? '', 'Succeed')).status).toBe(404);
      expect((await worker.on(acquired?.Lease ?? '', 'Succeed')).status).toBe(200);
      expect((await worker.acquireAnswer(['countdown'])).status).toBe(403);
      expect((await new HandWorker(server.admin).acquireAnswer(['countdown'])).status).toBe(409);
      expect((await new HandWorker(server.admin).acquireAnswer(['nothing'])).status).toBe(400);
    });

    test('the worker of a tenant runs that tenant’s tasks, even behind tasks of others', async () => {
      const tess = await server.associate('tess', { tenant: 'Cust1' });
      const tenants = new HandWorker(await workerToken(['report'], tess.associateId));
      const foreign: number[] = [];
      for (let n = 0; n < 3; n += 1) {
        foreign.push(await server.admin.start({ Name: 'report', DatabaseSerialNumber: 'Cust2' }));
      }
      expect(await tenants.acquire('report', { Limit: 10 })).toEqual([]);
      const waiting = tenants.acquire('report', { Limit: 10, WaitSeconds: 30 });
      await delay(50);
      const own = await tess.start({ Name: 'report' });
      const [acquired, ...more] = await waiting;
      expect(acquired?.Task).toMatchObject({ Id: own, DatabaseSerialNumber: 'Cust1' });
      expect(more).toEqual([]);
      expect((await tenants.on(acquired?.Lease ?? '', 'Succeed')).status).toBe(200);
      const theirs = await worker.acquire('report', { Limit: 10 });
      expect(theirs.map((task) => task.Task.Id).sort()).toEqual(foreign.sort());
      for (const { Lease } of theirs) {
        expect((await tenants.on(Lease, 'Renew')).status).toBe(404);
        await worker.on(Lease, 'Succeed');
      }
    });
  });
});
