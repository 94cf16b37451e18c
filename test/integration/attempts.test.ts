import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../support/databases.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { HandWorker } from './workers/protocol-client.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/attempt-handlers.ts');
const INNER = {
  Class: 'AggregateError',
  Message: 'two boxes are lost',
  Errors: [
    { Class: 'RangeError', Message: 'box 1' },
    { Class: null, Message: 'box 2', Stack: null },
  ],
};

describe.each(DATABASES)('the attempts of a task on %s', (kind) => {
  let server: TestServer;
  let worker: HandWorker;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: HANDLERS, BATCHLINE_LEASE_SECONDS: '2' },
    });
    worker = new HandWorker(await server.admin.withToken(['worker'], { Definitions: ['deliver'] }), 'van 7');
    await worker.declare({ Name: 'deliver', Retries: { Limit: 1, Delay: 0, Lost: 1 } });
  });
  afterAll(() => server?.stop());

  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  const attempts = (id: number, query = ''): Promise<any[]> =>
    server.admin.json('GET', `/BatchTask/${id}/Attempts${query}`);
  const rowsOf = async (id: number): Promise<number> => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from batchline.task_attempt where task_id = ${id}`.execute(
      server.database.sql,
    );
    return rows[0]?.n ?? 0;
  };

  test.each(['ship', 'ship-in-thread'])('%s: every failed attempt keeps its whole error', async (name) => {
    const id = await server.admin.start({ Name: name });
    const task = await server.admin.ended(id);
    expect(task).toMatchObject({ State: 'Failed', StartCount: 2 });
    const [first, second, ...more] = await attempts(id);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      Number: 1,
      Outcome: 'Failed',
      Reason: expect.stringMatching(/^Run 1 of at most 2 failed/),
      NextDelaySeconds: expect.closeTo(0.05, 1),
      ProgressPercent: 40,
      ProgressDescription: 'Packed',
      Error: { Class: 'ShipmentError', Message: 'not shipped', Cause: INNER },
    });
    expect(first.Error.Stack).toMatch(/^\s+at .*attempt-handlers\.ts/);
    expect(first.Error.Cause.Errors[0].Stack).toMatch(/attempt-handlers\.ts/);
    expect(first.DurationSeconds).toBeGreaterThanOrEqual(0);
    expect(second).toMatchObject({ Number: 2, Outcome: 'Failed', NextDelaySeconds: null });
    expect(await attempts(id, '?After=1')).toEqual([second]);
    const german = await server.admin.call('GET', `/BatchTask/${id}/Attempts`, undefined, {
      'SO-Language': 'de',
    });
    expect(german.body[1].Reason).toBe('Der Lauf ist fehlgeschlagen.');
    const log = await server.admin.json('GET', `/BatchTask/${id}/Log?Attempt=2`);
    expect(log).toMatchObject([{ Attempt: 2, Message: 'packing' }]);
  });

  test('they stay after a restart, and go with the task', async () => {
    const id = await server.admin.start({ Name: 'ship' });
    await server.admin.ended(id);
    await server.admin.json('POST', `/BatchTask/${id}/Restart`);
    await server.admin.until(id, (task) => task.State === 'Failed' && task.StartCount === 4);
    expect((await attempts(id)).map((one) => one.Number)).toEqual([1, 2, 3, 4]);
    expect(await rowsOf(id)).toBe(4);
    await server.admin.json('DELETE', `/BatchTask/${id}`);
    expect(await rowsOf(id)).toBe(0);
  });

  test('the one in progress is the last, and a stop is not a failure', async () => {
    const id = await server.admin.start({ Name: 'patient' });
    await server.admin.until(id, (task) => task.State === 'Started');
    expect(await attempts(id)).toMatchObject([
      { Number: 1, Outcome: null, Ended: null, DurationSeconds: null, Reason: '', Error: null },
    ]);
    await server.admin.json('POST', `/BatchTask/${id}/Stop`);
    const { Result } = await server.admin.ended(id);
    expect(await attempts(id)).toMatchObject([{ Number: 1, Outcome: 'Stopped', Reason: Result }]);
  });

  test('a task that never began has none', async () => {
    const id = await server.admin.start({ Name: 'deliver' });
    expect(await attempts(id)).toEqual([]);
    await server.admin.json('POST', `/BatchTask/${id}/Stop`);
    expect(await attempts(id)).toEqual([]);
  });

  test('a parent that waits for its children ends its attempt, and another continues', async () => {
    const id = await server.admin.start({ Name: 'parent' });
    expect(await server.admin.ended(id)).toMatchObject({ State: 'Succeeded', Result: 'both' });
    expect((await attempts(id)).map((one) => one.Outcome)).toEqual(['Waiting', 'Succeeded']);
  });

  test('a task that a client runs by hand has attempts too', async () => {
    const id = await server.admin.start({ Name: 'deliver' });
    await server.admin.json('PUT', `/BatchTask/${id}`, { State: 'Started' });
    expect(await attempts(id)).toMatchObject([{ Number: 1, Worker: null, Outcome: null }]);
    await server.admin.json('PUT', `/BatchTask/${id}`, { State: 'New' });
    await server.admin.json('PUT', `/BatchTask/${id}`, { State: 'Started' });
    await server.admin.json('PUT', `/BatchTask/${id}`, { State: 'Succeeded' });
    expect(await attempts(id)).toMatchObject([
      { Number: 1, Outcome: 'HandedBack', Reason: 'Set to New by admin.' },
      { Number: 2, Outcome: 'Succeeded', Reason: 'Set to Succeeded by admin.' },
    ]);
  });

  test('a worker reports its error, in any language', async () => {
    const id = await server.admin.start({ Name: 'deliver' });
    const first = await worker.next('deliver');
    const error = {
      Class: 'smtplib.SMTPException',
      Message: 'no\u0000route',
      Stack: 'Traceback (most recent call last):\n  File "van.py", line 7',
      Cause: { Message: 'timed out' },
    };
    expect((await worker.on(first.Lease, 'Fail', { Message: 'short', Error: error })).status).toBe(200);
    const second = await worker.next('deliver');
    await worker.on(second.Lease, 'Fail', { Message: 'only a text' });
    expect(await server.admin.ended(id)).toMatchObject({ Result: 'only a text' });
    expect(await attempts(id)).toMatchObject([
      {
        Worker: expect.stringMatching(/^worker:\d+:van 7$/),
        Error: {
          Class: 'smtplib.SMTPException',
          Message: 'no\uFFFDroute',
          Stack: error.Stack,
          Cause: { Class: null, Message: 'timed out', Stack: null },
        },
      },
      { Error: { Class: null, Message: 'only a text', Stack: null } },
    ]);
  });

  test('an error with a cause of another form is refused, and the lease stays', async () => {
    await server.admin.start({ Name: 'deliver' });
    const { Lease } = await worker.next('deliver');
    const refused = await worker.on(Lease, 'Fail', {
      Message: 'x',
      Error: { Message: 'x', Cause: { a: 1 } },
    });
    expect(refused).toMatchObject({ status: 400 });
    expect(refused.body.Message).toMatch(/Error, or an error in it, has the wrong form/);
    expect((await worker.on(Lease, 'Succeed')).status).toBe(200);
  });

  test('handed back and expired attempts say so', async () => {
    const id = await server.admin.start({ Name: 'deliver' });
    const first = await worker.next('deliver');
    await worker.on(first.Lease, 'Return', { Began: false });
    await worker.next('deliver'); // and is never heard of again
    const third = await worker.next('deliver');
    await worker.on(third.Lease, 'Succeed', { Result: 'there' });
    const [returned, expired, done] = await attempts(id);
    expect(returned).toMatchObject({ Outcome: 'HandedBack', Started: null, NextDelaySeconds: 0 });
    expect(returned.Claimed).toMatch(/^20/);
    expect(expired).toMatchObject({ Outcome: 'Expired', Worker: returned.Worker, Error: null });
    expect(expired.Reason).toMatch(/was lost/);
    expect(done).toMatchObject({ Outcome: 'Succeeded', ProgressPercent: 100, Error: null });
  });

  test('the command line shows them, and the log of one', async () => {
    const id = await server.admin.start({ Name: 'ship' });
    await server.admin.ended(id);
    const { Token } = await server.admin.json('POST', '/Tokens', { Name: 'cli', Scopes: ['read'] });
    const env = { BATCHLINE_URL: server.url, BATCHLINE_TOKEN: Token };
    const shown = await runCli(['task', 'show', String(id)], env);
    expect(shown.stdout).toMatch(/^Attempt: +1, Failed$/m);
    expect(shown.stdout).toMatch(
      /^Error: +ShipmentError: not shipped; caused by AggregateError: two boxes are lost; caused by RangeError: box 1/m,
    );
    const json = JSON.parse((await runCli(['task', 'show', String(id), '--json'], env)).stdout);
    expect(json).toMatchObject({ Id: id, Attempts: [{ Number: 1 }, { Number: 2 }] });
    const logs = await runCli(['task', 'logs', String(id), '--attempt', '2', '--json'], env);
    expect(
      logs.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).Attempt),
    ).toEqual([2]);
  });
});
