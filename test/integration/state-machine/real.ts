import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { recordOf } from '../../conformance/helpers.ts';
import type { Answer, ApiClient } from '../../support/api-client.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import type { CallerName, ModelTask } from './model.ts';

const HANDLERS = join(import.meta.dirname, '../fixtures/model-handlers.ts');

/** The server under test, with all callers. */
export interface Real {
  readonly server: TestServer;
  readonly callers: Readonly<Record<CallerName, ApiClient>>;
  /** Where waiting runs look for their word. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts a server on which nothing changes that the test has not asked for: its one thread is taken, leases last. */
export async function startReal(kind: DatabaseKind): Promise<Real> {
  const server = await startTestServer(kind, {
    env: {
      BATCHLINE_HANDLERS: HANDLERS,
      BATCHLINE_THREAD_POOL_SIZE: '1',
      BATCHLINE_CONCURRENCY: '200',
      BATCHLINE_LEASE_SECONDS: '3600',
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'batchline-words-'));
  const blocker = await server.admin.start({ Name: 'thread-blocker' });
  await server.admin.until(blocker, (task) => task.State === 'Started');
  const [alice, bob] = await Promise.all([server.associate('alice'), server.associate('bob')]);
  return {
    server,
    callers: { alice, bob, admin: server.admin, reader: await alice.withToken(['read']) },
    folder,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Determines the outcome of the task's run. */
export async function giveWord(real: Real, task: ModelTask, word: 'return' | 'throw'): Promise<void> {
  // An attempt is a start, by the server or by hand.
  await writeFile(join(real.folder, `${task.id}-${task.startCount}`), word);
}

/** The expected response for the task. */
export function infoOf(real: Real, task: ModelTask): Record<string, unknown> {
  return {
    Id: task.id,
    Name: task.definition,
    AssociateId: task.owner === 'system' ? 0 : real.callers[task.owner].associateId,
    State: task.state,
    StartCount: task.startCount,
    Result: task.result,
    Description: task.description,
    Response: task.response,
    Request: task.request,
  };
}

/** Waits until the server is idle; then its tasks match the model. */
export async function expectSettled(real: Real, task: ModelTask): Promise<void> {
  const info = await real.server.admin.until(
    task.id,
    ({ State, StartCount }) =>
      (State === task.state && StartCount === task.startCount) || StartCount > task.startCount,
  );
  expect(info).toMatchObject(infoOf(real, task));
}

/** Makes a call that must be refused with this status, and checks that it has changed nothing of these tasks. */
export async function expectRefused(
  real: Real,
  tasks: readonly ModelTask[],
  status: number,
  call: () => Promise<Answer>,
): Promise<void> {
  const ids = tasks.map((task) => task.id);
  const before = await recordOf(real.server, ...ids);
  const answer = await call();
  expect({ status: answer.status, body: answer.body }, answer.text).toMatchObject({
    status,
    body: { Error: true, Message: expect.any(String) },
  });
  expect(await recordOf(real.server, ...ids)).toEqual(before);
}
