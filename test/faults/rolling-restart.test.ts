import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN } from '../support/associates.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { createPlace, type Place } from '../support/databases.ts';
import { CLI, type ServerProcess, spawnServer } from '../support/server-process.ts';
import { TEST_ENV } from '../support/test-server.ts';
import { spawnWorker, type WorkerProcess } from '../support/worker-process.ts';
import { checkHistory } from './history.ts';
import { inspect, storyOf } from './inspect.ts';
import { RunLog } from './run-log.ts';
import { allEnded } from './waits.ts';

/*
 * Two servers that run no tasks and two workers on the database, each of them stopped and started again while tasks are
 * started and run. Workers offer what they run, so that the servers need none of its modules.
 */

const STEPS = 5;
const POOL = 4;
const MAX_WAITING = 40;

let place: Place;
let log: RunLog;
let balancer: Balancer;
let servers: ServerProcess[] = [];
let workers: WorkerProcess[] = [];
/** True if no more tasks should be started. */
let isOver: boolean;
let watcher: pg.Client;

beforeEach(async () => {
  place = await createPlace('postgres');
  log = new RunLog(join(place.folder, 'log'));
  isOver = false;
  watcher = new pg.Client({ connectionString: place.env.DATABASE_URL });
  balancer = await startBalancer(() => servers.map((server) => server.url));
});
afterEach(async () => {
  isOver = true;
  await watcher?.end();
  for (const { child } of [...servers, ...workers])
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  servers = [];
  workers = [];
  log.close();
  await balancer?.close();
  await place?.remove();
});

const ENV = { BATCHLINE_DATABASE_POOL_SIZE: String(POOL), LOG_LEVEL: 'warn' };

const serve = (): Promise<ServerProcess> => spawnServer(place, ENV, ['--no-worker']);

function work(): Promise<WorkerProcess> {
  const handlers = { BATCHLINE_HANDLERS: join(import.meta.dirname, 'fixtures/storm.ts') };
  const folder = { FAULTS_FOLDER: log.folder };
  return spawnWorker(process.execPath, [CLI, 'work'], {
    ...TEST_ENV,
    ...ENV,
    ...place.env,
    ...handlers,
    ...folder,
    BATCHLINE_CONCURRENCY: '6',
  });
}

/** Maximum number of connections of one process, over all samples. */
async function watchConnections(): Promise<number> {
  const { rows } = await watcher.query<{ most: number }>(
    "select count(*)::int as most from pg_stat_activity where datname = current_database() and application_name like 'batchline%'",
  );
  return rows[0]?.most ?? 0;
}

/** The nth task: a short one, a pause that ends on a stop, or a count with checkpoints. */
function nthTask(n: number): Record<string, unknown> {
  if (n % 5 === 0) return { Name: 'pausing', ParameterObject: { ms: 1000 } };
  if (n % 5 === 1) return { Name: 'counting', ParameterObject: { steps: STEPS, pause: 20 } };
  return { Name: 'quick' };
}

/** Starts a task by a key, as often as it takes until it is acknowledged. */
async function startOnce(admin: ApiClient, n: number): Promise<number> {
  for (;;) {
    const key = { 'Idempotency-Key': `task-${n}` };
    const answer = await admin.call('POST', '/BatchTask', nthTask(n), key).catch(() => undefined);
    if (answer?.status === 200) return answer.body;
    // A restart costs a call no more than its connection, or the answer that the server is stopping.
    if (answer !== undefined)
      expect(answer, answer.text).toMatchObject({ status: 503, body: { Error: true } });
    await delay(10);
  }
}

test('servers and workers are restarted one after the other under load: nothing is lost, doubled or counted as failed', async () => {
  servers = [await serve()];
  [servers[1], workers[0], workers[1]] = await Promise.all([serve(), work(), work()]);
  onTestFailed(() => {
    for (const one of [...servers, ...workers]) process.stderr.write(one.output().slice(-3000));
  });
  const admin = await (await ApiClient.signIn(balancer.url, ADMIN.login, ADMIN.password)).withToken([
    'read',
    'write',
  ]);
  await watcher.connect();
  let mostConnections = 0;

  const acknowledged = new Map<number, number>();
  let next = 0;
  const starter = async (): Promise<void> => {
    for (let n = next++; !isOver; n = next++) {
      acknowledged.set(n, await startOnce(admin, n));
      // Limited, so that all started tasks can run before the test times out.
      await log.until(() => isOver || acknowledged.size < log.ended() + MAX_WAITING);
    }
  };
  const starting = Promise.all([starter(), starter(), starter()]);
  starting.catch(() => undefined); // heard below
  const goOn = async (): Promise<void> => {
    const before = { started: acknowledged.size, ended: log.ended() };
    const hasGoneOn = log.until(
      () => acknowledged.size >= before.started + 15 && log.ended() >= before.ended + 15 && log.running() > 0,
    );
    await Promise.race([hasGoneOn, starting]); // a start that fails ends the test
    mostConnections = Math.max(mostConnections, await watchConnections());
  };

  for (let round = 0; round < 2; round += 1) {
    await goOn();
    const [server] = servers.splice(0, 1); // the balancer sends it nothing new
    const [worker] = workers.splice(0, 1);
    const ended = [server?.stop(), worker?.end('SIGTERM')];
    expect(await Promise.all(ended), 'the exit codes of a server and a worker').toEqual([0, 0]);
    log.dead(worker?.child.pid);
    const [newServer, newWorker] = await Promise.all([serve(), work()]);
    servers.push(newServer);
    workers.push(newWorker);
  }
  await goOn();
  isOver = true;
  await starting;
  await allEnded(admin);
  expect(await Promise.all(workers.map((worker) => worker.end('SIGTERM')))).toEqual([0, 0]);
  expect(await Promise.all(servers.map((server) => server.stop()))).toEqual([0, 0]);

  const contents = await inspect(place);
  expect(contents.stories.size, 'one task a key').toBe(acknowledged.size);
  for (const [n, id] of acknowledged) expect(storyOf(contents, id).name).toBe(nthTask(n).Name);
  let handedBack = 0;
  for (const story of contents.stories.values()) {
    checkHistory(story);
    log.checkRuns(story);
    if (story.name === 'counting') log.checkSteps(story.id, STEPS);
    // Interrupted runs are handed back, which counts neither as a failure nor as a lost run.
    expect(story, `task ${story.id}`).toMatchObject({ state: 'Succeeded', failures: 0, losses: 0 });
    handedBack += story.audit.filter(({ reason }) => reason.startsWith('Returned to the queue')).length;
  }
  expect(handedBack).toBeGreaterThan(0);
  expect(contents.liveJobs).toEqual([]);
  // Each of the four has its pool and one connection for signals.
  expect(mostConnections).toBeGreaterThan(4);
  expect(mostConnections).toBeLessThanOrEqual(4 * (POOL + 1));
});
