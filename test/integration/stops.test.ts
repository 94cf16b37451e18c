import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IS_INACTIVE, IS_STOPPED } from '../../src/db/queries/task.ts';
import type { ApiClient } from '../support/api-client.ts';
import { DATABASES } from '../support/databases.ts';
import { readExposition, total } from '../support/exposition.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { HandWorker } from './workers/protocol-client.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/attempt-handlers.ts');

describe.each(DATABASES)('a stop is not a failure on %s', (kind) => {
  let server: TestServer;
  let admin: ApiClient;
  /** The stopped tasks by what they did, and one that failed. */
  let stopped: Record<string, number>;
  let failed: number;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: HANDLERS, BATCHLINE_MONITORING_PORT: '0' },
    });
    admin = server.admin;
    // One that a stop ends before any attempt, in one, between two, by hand, and children of a stopped parent.
    const worker = new HandWorker(await admin.withToken(['worker'], { Definitions: ['deliver'] }), 'van');
    await worker.declare({ Name: 'deliver', Retries: { Limit: 3, Delay: 1000 } });
    const queued = await admin.json('POST', '/BatchTask?DelaySeconds=1000', { Name: 'ship' });
    const running = await admin.start({ Name: 'patient' });
    await admin.until(running, (task) => task.State === 'Started');
    const retried = await admin.start({ Name: 'deliver' });
    const { Lease } = await worker.next('deliver');
    await worker.on(Lease, 'Fail', { Message: 'no route' });
    const byHand = await admin.start({ Name: 'deliver' });
    await admin.json('PUT', `/BatchTask/${byHand}`, { State: 'Started' });
    const parent = await admin.start({ Name: 'patient-parent' });
    await admin.until(parent, (task) => /children have ended/.test(task.ProgressDescription));
    const { Children } = await admin.json('GET', `/BatchTask/${parent}/Children`);
    for (const id of [queued, running, retried, byHand, parent])
      expect(await admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
    const [one, two] = Children.map((child: { Task: { Id: number } }) => child.Task.Id);
    stopped = { queued, running, retried, byHand, parent, one, two };
    for (const id of Object.values(stopped)) await admin.ended(id);
    failed = await admin.start({ Name: 'ship' });
    await admin.ended(failed);
  });
  afterAll(() => server?.stop());

  const listed = async (filter: string): Promise<number[]> => {
    const query = new URLSearchParams({
      $filter: filter,
      $select: 'batchTaskId,stopped',
      $orderBy: 'batchTaskId',
    });
    const { value } = await admin.json('GET', `/BatchTask?${query}`);
    return value.map((row: { batchTaskId: number }) => row.batchTaskId);
  };
  const all = (): number[] => Object.values(stopped).toSorted((a, b) => a - b);

  test('in the list, which can be filtered, sorted and grouped by it', async () => {
    expect(await listed('stopped eq true')).toEqual(all());
    expect(await listed("state eq 'Failed' and stopped eq false")).toEqual([failed]);
    expect(await listed("state eq 'Failed'")).toEqual([...all(), failed]);
    const { value } = await admin.json(
      'GET',
      '/BatchTask?$select=batchTaskId,stopped&$orderBy=stopped desc,batchTaskId',
    );
    expect(value.at(-1)).toMatchObject({ batchTaskId: failed, stopped: false });
    expect(value[0]).toMatchObject({ batchTaskId: all()[0], stopped: true });
  });

  test('in the history and in events', async () => {
    for (const id of Object.values(stopped)) {
      const audit = await admin.json('GET', `/BatchTask/${id}/Audit`);
      const marked = audit.map((entry: { Stopped: boolean }) => entry.Stopped);
      expect(marked, String(id)).toEqual(
        marked.map((_: boolean, index: number) => index === marked.length - 1),
      );
    }
    const { Events } = await admin.json('GET', '/Events?After=0&State=Failed');
    const ends = Events.map((event: { TaskId: number; Stopped: boolean }) => [event.TaskId, event.Stopped]);
    expect(Object.fromEntries(ends)).toEqual({
      ...Object.fromEntries(all().map((id) => [id, true])),
      [failed]: false,
    });
  });

  test('in the statistics', async () => {
    const { Changes, Failures } = await admin.json('GET', '/Statistics');
    const sum = (what: 'Failed' | 'Stopped'): number =>
      Changes.reduce((count: number, change: Record<string, number>) => count + (change[what] ?? 0), 0);
    expect({ failed: sum('Failed'), stopped: sum('Stopped') }).toEqual({ failed: 1, stopped: all().length });
    expect(Failures).toMatchObject([{ Name: 'ship', Tasks: 1, LastId: failed }]);
  });

  test('in the metrics', async () => {
    const metrics = readExposition(await (await fetch(`${server.monitoringUrl}/metrics`)).text());
    const stops = (definition: string) => total(metrics, 'batchline_tasks_stopped_total', { definition });
    expect(['ship', 'deliver', 'patient', 'patient-parent'].map(stops)).toEqual([1, 2, 3, 1]);
    const runs = (outcome: string) => total(metrics, 'batchline_runs_total', { outcome });
    expect([runs('failed'), runs('stopped')]).toEqual([1, 3]);
  });

  test('among children, and in the attempts, which have no error', async () => {
    const { Children } = await admin.json('GET', `/BatchTask/${stopped.parent}/Children`);
    expect(Children).toMatchObject([{ Stopped: true }, { Stopped: true }]);
    expect(await admin.json('GET', `/BatchTask/${stopped.running}/Attempts`)).toMatchObject([
      { Outcome: 'Stopped', Error: null },
    ]);
    expect(await admin.json('GET', `/BatchTask/${stopped.queued}/Attempts`)).toEqual([]);
  });

  test('on the command line', async () => {
    const { Token } = await admin.json('POST', '/Tokens', { Name: 'cli', Scopes: ['read'] });
    const env = { BATCHLINE_URL: server.url, BATCHLINE_TOKEN: Token };
    const ids = async (...options: string[]): Promise<number[]> => {
      const { stdout } = await runCli(['task', 'list', '--json', ...options], env);
      return JSON.parse(stdout)
        .map((row: { batchTaskId: number }) => row.batchTaskId)
        .toSorted((a: number, b: number) => a - b);
    };
    expect(await ids('--state', 'Stopped')).toEqual(all());
    expect(await ids('--state', 'Failed')).toEqual([failed]);
    expect(await ids('--state', 'Failed', '--state', 'Stopped')).toEqual([...all(), failed]);
    const { stdout } = await runCli(['task', 'list', '--state', 'Stopped'], env);
    expect(stdout).toMatch(/\tStopped\t/);
    expect(stdout).not.toMatch(/\tFailed\t/);
  });

  test('until the task is restarted', async () => {
    const again = await admin.json('POST', '/BatchTask?DelaySeconds=1000', { Name: 'ship' });
    await admin.json('POST', `/BatchTask/${again}/Stop`);
    expect(await listed(`batchTaskId eq ${again} and stopped eq true`)).toEqual([again]);
    await admin.json('POST', `/BatchTask/${again}/Restart`);
    expect(await listed(`batchTaskId eq ${again} and stopped eq true`)).toEqual([]);
    await admin.ended(again);
    expect(await listed(`batchTaskId eq ${again} and state eq 'Failed' and stopped eq false`)).toEqual([
      again,
    ]);
  });

  test('in the data of 0.2.0, which has only the message of the stop', async () => {
    const id = await admin.json('POST', '/BatchTask?DelaySeconds=1000', { Name: 'ship' });
    await admin.json('POST', `/BatchTask/${id}/Stop`);
    const { sql: db } = server.database;
    await sql`update batchline.task set stop_note = null, stop_message = null where id = ${id}`.execute(db);
    await sql`update batchline.task_audit set stopped = null where task_id = ${id}`.execute(db);
    expect(await listed(`batchTaskId eq ${id} and stopped eq true`)).toEqual([id]);
    expect((await admin.json('GET', `/BatchTask/${id}/Audit`)).at(-1)).toMatchObject({
      To: 'Failed',
      Stopped: true,
    });
  });

  test('and an index has the stopped tasks, so that a list of them reads no others', async () => {
    const plan = await server.database.sql.transaction().execute(async (trx) => {
      await sql`set local enable_seqscan = off`.execute(trx);
      await sql`set local enable_bitmapscan = off`.execute(trx);
      return sql<{ 'QUERY PLAN': string }>`
        explain select t.id from batchline.task as t
        where t.tenant = 'batchline' and ${IS_INACTIVE} and ${IS_STOPPED}
        order by t.id desc limit 100`.execute(trx);
    });
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('task_stopped');
  });
});
