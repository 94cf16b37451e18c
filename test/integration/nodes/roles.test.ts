import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { type Server, startServer, startWorker, type WorkerProcess } from '../../../src/server.ts';
import { ApiClient } from '../../support/api-client.ts';
import { ADMIN } from '../../support/associates.ts';
import { createPlace, type Place } from '../../support/databases.ts';
import { TEST_ENV } from '../../support/test-server.ts';

/* A server that runs no tasks and has no module of them, and workers on the same database. */

const HANDLERS = { BATCHLINE_HANDLERS: join(import.meta.dirname, 'fixtures/handlers.ts') };
const LOG = pino({ level: 'silent' });

let place: Place;
let api: Server;
let admin: ApiClient;
const workers: WorkerProcess[] = [];

const config = (env: Record<string, string> = {}) => readConfig({ ...TEST_ENV, ...place.env, ...env });

async function work(): Promise<void> {
  workers.push(await startWorker(config(HANDLERS), LOG));
}
async function stopWork(): Promise<void> {
  for (const worker of workers.splice(0)) await worker.stop();
}

beforeAll(async () => {
  place = await createPlace('postgres');
  api = await startServer(config(), LOG, { runs: false });
  admin = await ApiClient.signIn(api.url, ADMIN.login, ADMIN.password);
});
afterAll(async () => {
  await stopWork();
  await api?.stop();
  await place?.remove();
});

const KEPT = { Name: 'kept', ParameterObject: { word: 'said' } };

test('a server without runs leaves tasks to workers', async () => {
  const id = await admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
  expect(await admin.call('POST', '/BatchTask', KEPT)).toMatchObject({ status: 400 });
  const reasons = async (task: number): Promise<string[]> =>
    (await admin.json('GET', `/BatchTask/${task}/Waiting`)).WaitsFor.map(
      ({ Reason }: { Reason: string }) => Reason,
    );
  expect(await reasons(id)).toEqual(['NoWorker']);
  await work();
  const later = await admin.start({
    Name: 'countdown',
    DelaySeconds: 600,
    ParameterObject: { seconds: '0' },
  });
  expect(await reasons(later)).toEqual(['DelayedStart']);
  await admin.json('DELETE', `/BatchTask/${later}`);
  expect(await admin.ended(id)).toMatchObject({ State: 'Succeeded' });
  const audit = await admin.json('GET', `/BatchTask/${id}/Audit`);
  expect(audit.map(({ To }: { To: string }) => To)).toEqual(['New', 'Aquired', 'Started', 'Succeeded']);
  await stopWork();
});

test('what workers have offered is known to servers without its module, also while no worker is there', async () => {
  await work();
  await work();
  expect(await admin.ended(await admin.start(KEPT))).toMatchObject({ Result: 'said by a worker' });
  await stopWork();
  const waiting = await admin.start(KEPT);
  expect(await admin.task(waiting)).toMatchObject({ State: 'New' });
  expect(await admin.call('POST', '/BatchTask', { Name: 'kept', ParameterObject: {} })).toMatchObject({
    status: 400,
    body: { Message: expect.stringContaining('word') },
  });
  const definition = await admin.json('GET', '/Definitions/kept');
  expect(definition).toMatchObject({ Description: 'Says where it runs', Isolate: 'worker', Retries: 3 });
  expect(definition.LastSeen).not.toBeNull();
  await work();
  expect(await admin.ended(waiting)).toMatchObject({ State: 'Succeeded', StartCount: 1 });
});

test('servers keep to the retention of definitions that they do not have', async () => {
  expect(await admin.json('GET', '/Definitions/kept/Retention')).toMatchObject({ Succeeded: 'never' });
  const [kept, other] = [
    await admin.start(KEPT),
    await admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } }),
  ];
  await Promise.all([admin.ended(kept), admin.ended(other)]);
  await api.retention.removeOld(new Date(Date.now() + 1000 * 86_400_000));
  expect(await admin.task(kept)).toMatchObject({ State: 'Succeeded' });
  expect(await admin.call('GET', `/BatchTask/${other}`)).toMatchObject({ status: 404 });
});

test('a server that runs the same modules is not warned of workers outside', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const server = await startServer(config(HANDLERS), log);
  await server.stop();
  expect(lines).toEqual([]);
});
