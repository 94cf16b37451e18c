import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { DefinitionLimits } from '../../src/core/limits.ts';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN } from '../support/associates.ts';
import { createPlace, type DatabaseKind, type Place } from '../support/databases.ts';
import { Cluster, type Fault } from './cluster.ts';
import { IS_LONG } from './form.ts';
import { checkDelay, checkHistory, checkLimits, checkPriorities, checkSchedule } from './history.ts';
import { readContents, storyOf, type TaskStory, withDatabase } from './inspect.ts';
import { RunLog } from './run-log.ts';
import { allEnded } from './waits.ts';

/*
 * Everything at once: tasks of all kinds, in the servers and in workers outside them, while processes are killed,
 * stopped and suspended at random. The history must then contain no violation.
 */

/** Number of tasks in the large run. */
const TASKS = Number(process.env.BATCHLINE_FAULT_TASKS ?? (IS_LONG ? 10_000 : 240));
/** One fault for so many tasks; five at least. */
const TASKS_A_FAULT = IS_LONG ? 200 : 50;
/** Seed of the faults; printed, so that a run can be repeated. */
const SEED = Number(process.env.BATCHLINE_FAULT_SEED ?? Math.floor(Math.random() * 0x7fffffff));
const LEASE_SECONDS = 2;
const STEPS = 5;
const TENANTS = ['north', 'south', 'west'];
const LONGEST_MS = 600_000 + 300 * TASKS;

const REMOTE = ['quick', 'pausing', 'counting', 'fails-once', 'hopeless', 'limited', 'rated', 'ticking'];
const LIMITS: Readonly<Record<string, DefinitionLimits>> = {
  limited: { concurrent: 4, perTenant: 2 },
  rated: { rate: { runs: 5, seconds: 0.7 } },
  'remote-limited': { concurrent: 3, perTenant: 2 },
  'remote-rated': { rate: { runs: 4, seconds: 0.5 } },
  ranked: { concurrent: 1 },
};

/** Start options of a task of the mix, and its delay in seconds. */
interface Start {
  readonly body: Readonly<Record<string, unknown>>;
  readonly delaySeconds?: number;
  readonly priority?: number;
}

/** The nth task: mostly short ones; in each twenty some that last, count, compute, fail, are limited or delayed. */
function nthStart(n: number): Start {
  const place = Math.floor(n / 2) % 10;
  const side = n % 2 === 0 ? '' : 'remote-';
  const task = (name: string, ParameterObject?: object): Start => ({
    body: { Name: side + name, ParameterObject, DatabaseSerialNumber: TENANTS[n % 3] },
  });
  const round = Math.floor(n / 20);
  if (place === 0) return task('pausing', { ms: 100 + (round % 5) * 100 });
  if (place === 1)
    return { ...task(round % 2 === 0 ? 'counting' : 'quick', { steps: STEPS, pause: 20 }), delaySeconds: 1 };
  if (place === 2)
    return side === '' && round % 2 === 0
      ? task('computing', { steps: STEPS, pause: 10 })
      : task('counting', { steps: STEPS, pause: 10 });
  if (place === 3) return task('fails-once');
  if (place === 4) return task('limited', { ms: 100 });
  if (place === 5) return task(round % 2 === 0 ? 'rated' : 'hopeless');
  return task('quick');
}

let place: Place | undefined;
let cluster: Cluster | undefined;
let log: RunLog | undefined;
afterEach(async () => {
  log?.close();
  await cluster?.abandon();
  cluster = undefined;
  await place?.remove();
  place = undefined;
});

/** Calls as often as it takes until there is an answer of a server that is up, or the test is over. */
async function insist(admin: ApiClient, method: string, path: string, body?: unknown, key?: string) {
  for (;;) {
    const headers = key === undefined ? {} : { 'Idempotency-Key': key };
    const answer = await admin.call(method, path, body, headers).catch(() => undefined);
    if (answer !== undefined && answer.status < 300) return answer.body;
    if (answer !== undefined && answer.status < 500)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    if (cluster === undefined) throw new Error('The test is over.');
    await delay(50);
  }
}

const started = (admin: ApiClient, key: string, { body, delaySeconds = 0, priority = 0 }: Start) =>
  insist(admin, 'POST', `/BatchTask?DelaySeconds=${delaySeconds}&Priority=${priority}`, body, key);

/** Tokens of so many workers; the last one may run the tasks of one tenant only. */
async function workerTokens(admin: ApiClient, count: number): Promise<string[]> {
  const Definitions = REMOTE.map((name) => `remote-${name}`);
  const password = 'only for the north';
  const bound = { Login: 'north', Password: password, Roles: ['administrator'] };
  await admin.json('POST', '/Users', { ...bound, DatabaseSerialNumber: TENANTS[0] });
  const north = await ApiClient.signIn(admin.url, 'north', password);
  const tokens = [];
  for (let n = 1; n <= count; n += 1) {
    const ask = { Name: `worker ${n}`, Scopes: ['worker'], Definitions };
    const { Token } = await (n < count ? admin : north).json('POST', '/Tokens', ask);
    tokens.push(Token);
  }
  return tokens;
}

/** Injects faults into the processes, spread over the ends of the runs, and returns them. */
async function storm(running: Cluster, log: RunLog, tasks: number): Promise<string[]> {
  const count = Math.max(5, Math.round(tasks / TASKS_A_FAULT));
  const fault = fc.record({
    index: fc.nat({ max: 999 }),
    fault: fc.constantFrom<Fault>('kill', 'kill', 'kill', 'stop', 'freeze'),
  });
  const events = [];
  for (const [n, event] of fc.sample(fault, { seed: SEED, numRuns: count }).entries()) {
    await log.until(() => log.ended() >= ((n + 1) * tasks * 0.9) / (count + 1));
    events.push(await running.befall(event.index, event.fault));
  }
  return events;
}

describe.each<{ kind: DatabaseKind; servers: number; workers: number; tasks: number }>([
  { kind: 'postgres', servers: IS_LONG ? 3 : 2, workers: IS_LONG ? 5 : 3, tasks: TASKS },
  { kind: 'embedded', servers: 1, workers: IS_LONG ? 3 : 2, tasks: Math.max(34, Math.ceil(TASKS / 12)) },
])('$servers servers on $kind and $workers workers', ({ kind, servers, workers, tasks }) => {
  const title = `end each of ${tasks} tasks once, whatever befalls the processes (BATCHLINE_FAULT_SEED=${SEED})`;
  test(title, { timeout: LONGEST_MS }, async ({ annotate }) => {
    place = await createPlace(kind);
    const runs = new RunLog(join(place.folder, 'log'));
    log = runs;
    cluster = await Cluster.start({ place, log: runs, servers, leaseSeconds: LEASE_SECONDS });
    const signedIn = await ApiClient.signIn(cluster.url, ADMIN.login, ADMIN.password);
    await cluster.startWorkers(await workerTokens(signedIn, workers));
    const admin = await signedIn.withToken(['read', 'write', 'admin']);
    for (const name of ['remote-limited', 'remote-rated', 'ranked'])
      await admin.json('PUT', `/Definitions/${name}/Limits`, limitsBody(LIMITS[name] ?? {}));
    await admin.json('POST', '/Definitions/ranked/Pause');
    const schedules = await Promise.all(
      [
        { Name: 'each second', Definition: 'ticking', Cron: '* * * * * *', everyMs: 1000 },
        { Name: 'each other second', Definition: 'remote-ticking', Cron: '*/2 * * * * *', everyMs: 2000 },
      ].map(async ({ everyMs, ...body }) => {
        const { Id, NextRuns } = await admin.json('POST', '/Schedules', { ...body, TimeZone: 'UTC' });
        return { id: Id, name: body.Name, everyMs, first: new Date(`${NextRuns[0].slice(0, 19)}Z`) };
      }),
    );

    // From here on processes come and go.
    const befalling = storm(cluster, runs, tasks);
    befalling.catch(() => undefined); // heard below
    const acknowledged = new Map<number, Start>();
    const starts = [
      ...Array.from({ length: 20 }, (_, n) => ({ body: { Name: 'ranked' }, priority: (n * 7) % 20 })),
      ...Array.from({ length: tasks - 20 }, (_, n) => nthStart(n)),
    ];
    const ranked: Promise<unknown>[] = [];
    let next = 0;
    const starter = async (): Promise<void> => {
      for (let n = next++; n < starts.length; n = next++) {
        const start = starts[n] as Start;
        const answer = started(admin, `task-${n}`, start);
        if (n < 20) ranked.push(answer);
        acknowledged.set(await answer, start);
      }
    };
    const starting = Promise.all(Array.from({ length: 6 }, starter));
    await Promise.race([starting, runs.until(() => acknowledged.size >= 40)]);
    await Promise.all(ranked);
    await insist(admin, 'POST', '/Definitions/ranked/Resume');
    await starting;
    const events = await befalling;
    // All due times until now are taken before the schedules are paused.
    const until = new Date();
    for (const { id } of schedules) {
      const lastRun = async () => Date.parse(`${(await insist(admin, 'GET', `/Schedules/${id}`)).LastRun}Z`);
      while (!((await lastRun()) >= until.getTime())) await delay(50);
      await insist(admin, 'POST', `/Schedules/${id}/Pause`);
    }
    await allEnded(admin, () => cluster === undefined);
    await cluster.stop();

    await withDatabase(place, async (database) => {
      const contents = await readContents(database);
      expect(acknowledged.size, 'each start has a task of its own').toBe(tasks);
      for (const [id, start] of acknowledged) {
        const story = storyOf(contents, id);
        expect(story.name).toBe(start.body.Name);
        if (start.delaySeconds !== undefined) checkDelay(story, start.delaySeconds);
      }
      for (const story of contents.stories.values()) {
        checkHistory(story);
        runs.checkRuns(story);
        checkEnd(story);
        if (/counting|computing/.test(story.name)) runs.checkSteps(story.id, STEPS);
      }
      expect(contents.liveJobs, 'tasks that have ended and would be delivered again').toEqual([]);
      const most: Record<string, number> = {};
      for (const [name, limits] of Object.entries(LIMITS))
        most[name] = await checkLimits(database, name, limits);
      checkPriorities([...contents.stories.values()].filter((story) => story.name === 'ranked'));
      let fired = 0;
      for (const { name, first, everyMs } of schedules)
        fired += await checkSchedule(database, name, { first, last: until, everyMs });
      expect(contents.stories.size, 'nothing was started twice').toBe(tasks + fired);
      const stories = [...contents.stories.values()];
      const losses = stories.reduce((sum, story) => sum + story.losses, 0);
      await annotate(JSON.stringify({ events, losses, fired, most }));
    });
  });
});

function limitsBody({ concurrent, perTenant, rate }: DefinitionLimits): object {
  return {
    Concurrent: concurrent ?? null,
    PerTenant: perTenant ?? null,
    Rate: rate === undefined ? null : { Runs: rate.runs, Seconds: rate.seconds },
  };
}

/** Checks the outcome of a task of the mix: only its last run's writes are visible. */
function checkEnd(story: TaskStory): void {
  const about = `task ${story.id}, ${story.name}`;
  const last = story.audit.at(-1)?.attempt;
  if (story.name.endsWith('hopeless')) {
    const result = `attempt ${last} fails`;
    expect(story, about).toMatchObject({ state: 'Failed', failures: 3, result });
    return;
  }
  expect(story.state, about).toBe('Succeeded');
  expect(story.failures, about).toBeLessThanOrEqual(story.name.endsWith('fails-once') ? 1 : 0);
  if (/counting|computing/.test(story.name))
    expect(story, about).toMatchObject({ result: `${STEPS} steps`, checkpoint: STEPS });
  else expect(story.result, about).toBe(`attempt ${last}`);
}
