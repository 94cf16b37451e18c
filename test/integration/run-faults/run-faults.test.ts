import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';
import { CLI, type ServerProcess, spawnServer } from '../../support/server-process.ts';
import { spawnWorker, type WorkerProcess } from '../../support/worker-process.ts';

const HANDLERS = join(import.meta.dirname, 'handlers.ts');

const FAULTS: readonly [string, RegExp][] = [
  ['a forgotten promise', /Unhandled rejection in the run: forgotten/],
  ['a forgotten promise at the very end', /Unhandled rejection in the run: at the end/],
  ['an async function without await', /Unhandled rejection in the run: not awaited/],
  ['a timer', /Uncaught exception in the run: in a timer/],
  ['an event', /Uncaught exception in the run: in an event/],
  ['a callback', /Uncaught exception in the run: in a callback: ENOENT/],
  ['a BigInt', /Uncaught exception in the run: 10n/],
  ['process.exit', /A run called process\.exit\(3\)/],
  ['process.exit in a timer', /A run called process\.exit\(3\)/],
];
const IN_THE_SERVER: readonly [string, RegExp][] = [
  ['abort in the server', /A run called process\.abort\(\)/],
  ['kill in the server', /A run called process\.kill\(/],
];

/** Runs every fault beside a neighbour; each must fail its own task alone, in one run. */
async function checkFaults(
  server: ServerProcess,
  Name: string,
  faults: readonly [string, RegExp][],
): Promise<void> {
  const started = await Promise.all(
    faults.map(async ([how, result]) => ({
      how,
      result,
      id: await server.admin.start({ Name, ParameterObject: { how } }),
    })),
  );
  for (const { how, result, id } of started) {
    const { State, StartCount, Result } = await server.admin.ended(id);
    expect({ how, State, StartCount, Result }).toEqual({
      how,
      State: 'Failed',
      StartCount: 1,
      Result: expect.stringMatching(result),
    });
  }
}

describe.each(DATABASES)('errors that runs let escape on %s', (kind) => {
  let place: Place;
  let server: ServerProcess;
  let neighbour: number;
  beforeAll(async () => {
    place = await createPlace(kind);
    const env = {
      BATCHLINE_HANDLERS: HANDLERS,
      BATCHLINE_THREAD_POOL_SIZE: '2',
      BATCHLINE_LEASE_SECONDS: '3',
      LOG_LEVEL: 'warn',
    };
    server = await spawnServer(place, { ...env, BATCHLINE_METRICS: 'open' });
    neighbour = await server.admin.start({ Name: 'neighbour' });
    await server.admin.until(neighbour, (task) => task.State === 'Started');
  });
  afterAll(async () => {
    await server?.kill();
    await place?.remove();
  });

  test.each([
    ['fault', [...FAULTS, ...IN_THE_SERVER]],
    ['fault-in-thread', FAULTS],
  ] as const)('fail their own run of %s and no other', async (name, faults) => {
    await checkFaults(server, name, faults);
    expect(await server.admin.task(neighbour)).toMatchObject({ State: 'Started', StartCount: 1 });
  });

  test.each(['fault', 'fault-in-thread'])('of %s after its end are in its log', async (Name) => {
    const id = await server.admin.start({ Name, ParameterObject: { how: 'after the end' } });
    expect(await server.admin.ended(id)).toMatchObject({ State: 'Succeeded', Result: 'ended before' });
    const log = async (): Promise<{ Level: string; Message: string }[]> => {
      // An idle thread is suspended; its timers fire during its next run.
      const next = [1, 2].map(() => server.admin.start({ Name, ParameterObject: { how: 'returns' } }));
      for (const run of await Promise.all(next)) await server.admin.ended(run);
      return server.admin.json('GET', `/BatchTask/${id}/Log`);
    };
    await expect
      .poll(log, { timeout: 20_000 })
      .toMatchObject([{ Level: 'error', Message: 'Uncaught exception in the run: after the end' }]);
    expect(await server.admin.task(id)).toMatchObject({ State: 'Succeeded', Result: 'ended before' });
  });

  test('are counted and logged with their task', async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const counts = ['fault', 'fault-in-thread'].flatMap((name) =>
      ['unhandled_rejection', 'uncaught_exception'].map((fault) =>
        Number(
          new RegExp(
            `^batchline_run_faults_total\\{definition="${name}",kind="${fault}"\\} (\\d+)$`,
            'm',
          ).exec(metrics)?.[1],
        ),
      ),
    );
    expect(counts.every((count) => count >= 3)).toBe(true);
    expect(server.output()).toMatch(/"taskId":\d+.*"event":"run.stray_error","kind":"unhandled rejection"/);
  });
});

describe('a definition that ends its process', () => {
  let place: Place;
  let server: ServerProcess | undefined;
  afterAll(async () => {
    await server?.kill();
    await place?.remove();
  });

  test('four times in a row is paused, with a reason', async () => {
    place = await createPlace('embedded');
    for (let crash = 1; crash <= 4; crash += 1) {
      server = await spawnServer(place, { BATCHLINE_HANDLERS: HANDLERS });
      const id = crash === 1 ? await server.admin.start({ Name: 'neighbour' }) : 1;
      await server.admin.until(id, (task) => task.State === 'Started' && task.StartCount === crash);
      await server.kill();
    }
    server = await spawnServer(place, { BATCHLINE_HANDLERS: HANDLERS });
    expect(await server.admin.json('GET', '/Definitions/neighbour')).toMatchObject({
      Paused: true,
      PausedReason: 'It crashed its process 4 times in a row.',
    });
    expect(await server.admin.json('GET', '/Definitions/fault')).toMatchObject({ Paused: false });
    await server.admin.json('POST', '/Definitions/neighbour/Resume');
    expect(await server.admin.json('GET', '/Definitions/neighbour')).toMatchObject({
      Paused: false,
      PausedReason: null,
    });
  });
});

describe('errors that runs let escape in a worker outside', () => {
  let place: Place;
  let server: ServerProcess;
  let worker: WorkerProcess;
  beforeAll(async () => {
    place = await createPlace('embedded');
    server = await spawnServer(place, { BATCHLINE_LEASE_SECONDS: '3' });
    const { Token } = await server.admin.json('POST', '/Tokens', {
      Name: 'worker',
      Scopes: ['worker'],
      Definitions: ['fault', 'neighbour'],
    });
    worker = await spawnWorker(process.execPath, [CLI, 'work'], {
      BATCHLINE_HANDLERS: join(import.meta.dirname, 'worker-handlers.ts'),
      BATCHLINE_URL: server.url,
      BATCHLINE_TOKEN: Token,
      BATCHLINE_CONCURRENCY: '20',
    });
  });
  afterAll(async () => {
    await worker?.end('SIGKILL');
    await server?.kill();
    await place?.remove();
  });

  test('fail their own run and no other', async () => {
    const neighbour = await server.admin.start({ Name: 'neighbour' });
    await server.admin.until(neighbour, (task) => task.State === 'Started');
    await checkFaults(server, 'fault', FAULTS);
    expect(await server.admin.task(neighbour)).toMatchObject({ State: 'Started', StartCount: 1 });
    expect(await worker.end('SIGTERM')).toBe(0);
  });
});
