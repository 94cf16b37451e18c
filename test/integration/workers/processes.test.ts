import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { HandWorker } from './protocol-client.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

let place: Place;
let servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  servers = [];
  await place?.remove();
});

async function serve(
  kind: (typeof DATABASES)[number],
  env: Record<string, string> = {},
): Promise<TestServer> {
  const server = await startTestServer(kind, { place, env: { BATCHLINE_LEASE_SECONDS: '60', ...env } });
  servers.push(server);
  return server;
}

async function stop(server: TestServer): Promise<void> {
  servers = servers.filter((one) => one !== server);
  await server.stop();
}

const workerOf = async (admin: ApiClient): Promise<HandWorker> =>
  new HandWorker(await admin.withToken(['worker'], { Definitions: ['steps', 'mail'] }));

describe.each(DATABASES)('a server on %s that stops and starts', (kind) => {
  test('ends the waits of its workers and leaves them their leases; a definition of its own comes first', async () => {
    place = await createPlace(kind);
    const first = await serve(kind);
    let worker = await workerOf(first.admin);
    await worker.declare({ Name: 'steps', LeaseSeconds: 60 }, { Name: 'mail' });
    const id = await first.admin.start({ Name: 'steps', ParameterObject: { steps: 1 } });
    const { Lease } = await worker.next('steps');
    await sql`update batchline.worker_definition set last_seen = '2000-01-01' where name = 'mail'`.execute(
      first.database.sql,
    );
    const waiting = worker.acquireAnswer(['mail'], { WaitSeconds: 30 });
    const watching = worker.on(Lease, 'Renew', { ProgressPercent: 5, WaitSeconds: 20 });
    // Both are under way.
    await first.admin.until(id, (task) => task.ProgressPercent === 5);
    const lastSeen = async (): Promise<string> => {
      const all: { Name: string; LastSeen: string }[] = await first.admin.json('GET', '/Definitions');
      return all.find((one) => one.Name === 'mail')?.LastSeen ?? '';
    };
    while ((await lastSeen()).startsWith('2000')) await delay(20);
    await stop(first);
    expect(await waiting).toMatchObject({ status: 200, body: { Tasks: [] } });
    expect(await watching).toMatchObject({ status: 200, body: { Stop: false } });

    const second = await serve(kind, { BATCHLINE_HANDLERS: HANDLERS });
    worker = await workerOf(second.admin);
    expect((await worker.on(Lease, 'Checkpoint', { Value: 7 })).status).toBe(204);
    expect((await worker.on(Lease, 'Succeed', { Result: 'outlived' })).body.State).toBe('Succeeded');
    expect(await second.admin.task(id)).toMatchObject({ Result: 'outlived', StartCount: 1 });
    // `steps` runs in this server: workers get the conflict, and its tasks run.
    const refused = await worker.acquireAnswer(['steps']);
    expect(refused).toMatchObject({
      status: 409,
      body: { Message: expect.stringContaining('runs in the server') },
    });
    const own = await second.admin.start({ Name: 'steps', ParameterObject: { steps: 1 } });
    expect((await second.admin.ended(own)).State).toBe('Succeeded');
    // `mail` was declared earlier: it accepts starts although no worker has asked for its tasks since.
    expect(await second.admin.task(await second.admin.start({ Name: 'mail' }))).toMatchObject({
      State: 'New',
    });
  });
});

describe('two servers on one PostgreSQL', () => {
  test('know what is declared at either; a worker at one is woken by a start and a stop at the other', async () => {
    place = await createPlace('postgres');
    const here = await serve('postgres');
    const there = await serve('postgres');
    const worker = await workerOf(here.admin);
    await worker.declare({ Name: 'mail', LeaseSeconds: 60 });
    const waiting = worker.acquire('mail', { WaitSeconds: 30 });
    const id = await there.admin.start({ Name: 'mail' });
    const [acquired] = await waiting;
    expect(acquired?.Task.Id).toBe(id);
    const watching = worker.on(acquired?.Lease ?? '', 'Renew', { WaitSeconds: 20 });
    expect(await there.admin.json('POST', `/BatchTask/${id}/Stop`)).toBe(true);
    expect((await watching).body.Stop).toBe(true);
    // The lease holds at either.
    const elsewhere = await workerOf(there.admin);
    expect((await elsewhere.on(acquired?.Lease ?? '', 'Fail', { Message: 'stopped' })).body.State).toBe(
      'Failed',
    );
    await there.admin.json('PUT', `/BatchTask/${id}`, { State: 'New' });
    expect((await elsewhere.next('mail')).Task.Id).toBe(id);
    // As does the end of a wait.
    const call = '/Workers/Acquire?Call=here';
    const body = { Worker: 'leaver', Definitions: ['mail'], WaitSeconds: 30 };
    const begun = performance.now();
    const leaving = worker.api.call('POST', call, body);
    expect((await elsewhere.endWait(call, leaving)).body).toEqual({ Tasks: [] });
    expect(performance.now() - begun, 'ended, not over').toBeLessThan(25_000);
  });
});
