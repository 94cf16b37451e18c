import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest';
import type { Answer } from '../support/api-client.ts';
import { createPlace, type Place } from '../support/databases.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { checkHistory } from './history.ts';
import { inspect, storyOf } from './inspect.ts';
import { RunLog } from './run-log.ts';
import { BY_SIGNAL_ONLY, expectSignalsBack } from './stop-by-signal.ts';
import { allEnded, untilListening } from './waits.ts';

/* The network between a server and its PostgreSQL has faults; nothing is restarted. */

const STEPS = 10;

let place: Place;
let proxy: FaultProxy;
let log: RunLog;
let servers: ServerProcess[] = [];

beforeEach(async () => {
  place = await createPlace('postgres');
  proxy = await startFaultProxy(Number(new URL(place.env.DATABASE_URL ?? '').port));
  log = new RunLog(join(place.folder, 'log'));
});
afterEach(async () => {
  log.close();
  for (const { child } of servers) if (child.exitCode === null && child.signalCode === null) child.kill(9);
  servers = [];
  await proxy?.close();
  await place?.remove();
});

/** Starts a server whose way to the database leads through the proxy. */
async function serve(env: Record<string, string>): Promise<ServerProcess> {
  const url = new URL(place.env.DATABASE_URL ?? '');
  url.port = String(proxy.port);
  const server = await spawnServer(place, {
    ...log.env,
    DATABASE_URL: url.href,
    BATCHLINE_DATABASE_TIMEOUT_SECONDS: '2',
    LOG_LEVEL: 'warn',
    ...env,
  });
  onTestFailed(() => void process.stderr.write(server.output()));
  servers.push(server);
  return server;
}

/** The response while the database is unreachable: 503 with Retry-After. */
function expectOutage(answer: Answer): void {
  expect(answer, answer.text).toMatchObject({
    status: 503,
    body: { Error: true, ErrorType: 'SoBusyException' },
  });
  expect(answer.headers.get('retry-after')).toBe('2');
  expect(answer.body.Message).toContain('The database is unreachable');
}

test('under any network fault, calls get responses, work resumes, and nothing is lost', async () => {
  // A claim whose response was lost has no run: its lease must expire before the task is rescued.
  const { admin, child, stop } = await serve({ BATCHLINE_LEASE_SECONDS: '5' });
  const acknowledged: number[] = [];
  let starting = true;
  const starter = async (n: number): Promise<void> => {
    for (let i = n; starting; i += 1) {
      const info =
        i % 3 === 0 ? { Name: 'steps', ParameterObject: { steps: STEPS, pause: 10 } } : { Name: 'short' };
      const answer = await admin.call('POST', '/BatchTask', info);
      if (answer.status === 200) acknowledged.push(answer.body);
      else expectOutage(answer);
    }
  };
  const starters = Promise.all([starter(0), starter(1)]);
  starters.catch(() => undefined); // heard below
  const goesOn = async (): Promise<void> => {
    const before = { acknowledged: acknowledged.length, ended: log.ended() };
    await log.until(() => acknowledged.length >= before.acknowledged + 5 && log.ended() >= before.ended + 5);
  };
  const ready = () => fetch(`${new URL(admin.url).origin}/health/ready`);

  await goesOn();
  proxy.set({ kind: 'slow', ms: 100 });
  await goesOn();
  proxy.set({ kind: 'clear' });
  expect(proxy.cut()).toBeGreaterThan(1);
  await goesOn();
  expect(proxy.halfClose()).toBeGreaterThan(1);
  await goesOn();
  // Those that are connected are lost without a word; new connections find their way.
  expect(proxy.lose()).toBeGreaterThan(1);
  await goesOn();
  for (const kind of ['silent', 'refused'] as const) {
    proxy.set({ kind });
    if (kind === 'refused') proxy.cut();
    // The calls are answered although nothing comes through all the while.
    expectOutage(await admin.call('GET', '/BatchTask/All'));
    expect((await ready()).status).toBe(503);
    proxy.set({ kind: 'clear' });
    await goesOn();
    expect((await ready()).status).toBe(200);
  }
  starting = false;
  await starters;
  await allEnded(admin);
  expect(child.exitCode).toBeNull();
  expect(await stop()).toBe(0);

  const contents = await inspect(place);
  for (const id of acknowledged) storyOf(contents, id);
  for (const story of contents.stories.values()) {
    checkHistory(story);
    log.checkRuns(story);
    if (story.name === 'steps') log.checkSteps(story.id, STEPS);
    expect(story.state, `task ${story.id}: ${story.result}`).toBe('Succeeded');
  }
  expect(contents.liveJobs).toEqual([]);
});

test('a server that has become deaf without a word notices it, and hears again', async () => {
  const servers = [await serve(BY_SIGNAL_ONLY), await serve(BY_SIGNAL_ONLY)] as const;
  const breakAll = async (): Promise<void> => {
    expect(proxy.lose()).toBeGreaterThan(2);
    await untilListening(place, 0);
  };
  await expectSignalsBack({ place, log, servers, breakAll, onRefused: expectOutage });
});
