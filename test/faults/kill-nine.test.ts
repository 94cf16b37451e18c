import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Answer, ApiClient } from '../support/api-client.ts';
import { createPlace, DATABASES, type Place } from '../support/databases.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { checkHistory } from './history.ts';
import { inspect, storyOf } from './inspect.ts';
import { RunLog } from './run-log.ts';
import { allEnded } from './waits.ts';

let place: Place;
let log: RunLog;
let servers: ServerProcess[] = [];

/** Starts a server of the test on its place; it is killed after the test at the latest. */
async function serve(env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await spawnServer(place, { ...log.env, BATCHLINE_LEASE_SECONDS: '4', ...env });
  servers.push(server);
  return server;
}

/** Lease of a server that must keep its runs even on a busy machine. It checks for lost runs three times as often. */
const PATIENT = { BATCHLINE_LEASE_SECONDS: '15' };

async function killNine(server: ServerProcess): Promise<void> {
  await server.kill();
  log.dead(server.child.pid);
}

afterEach(async () => {
  for (const { child } of servers) if (child.exitCode === null && child.signalCode === null) child.kill(9);
  servers = [];
  await place?.remove();
});

const STEPS = 10;

/** The nth task of the mix: mostly short ones, some that last, count, fail once, or use a thread. */
function nthTask(n: number): Record<string, unknown> {
  const kind = n % 10;
  if (kind === 0) return { Name: 'long', ParameterObject: { ms: String(2000 + (n % 3) * 1000) } };
  if (kind === 2 || kind === 3) return { Name: 'steps', ParameterObject: { steps: STEPS, pause: 30 } };
  if (kind === 5) return { Name: 'flaky' };
  if (kind === 7) return { Name: 'thread-steps', ParameterObject: { steps: STEPS, pause: 10 } };
  return { Name: 'short' };
}

/**
 * Starts tasks, four at once, until there are enough or the server is gone; notes the acknowledged ones.
 *
 * @returns whether the server exited in the meantime
 */
async function startMany(admin: ApiClient, acknowledged: number[], most: number): Promise<boolean> {
  let left = most;
  let gone = false;
  const starter = async (): Promise<void> => {
    while (left > 0 && !gone) {
      left -= 1;
      const answer = await admin.call('POST', '/BatchTask', nthTask(left)).catch(() => undefined);
      if (answer === undefined) gone = true;
      else {
        expect(answer).toMatchObject({ status: 200 });
        acknowledged.push(answer.body);
      }
    }
  };
  await Promise.all([starter(), starter(), starter(), starter()]);
  return gone;
}

describe.each(DATABASES)('a server on %s that is killed', (kind) => {
  beforeEach(async () => {
    place = await createPlace(kind);
    log = new RunLog(join(place.folder, 'log'));
  });

  test('twice in the middle of its work loses nothing that it has acknowledged, and runs nothing twice at once', async () => {
    const acknowledged: number[] = [];
    const first = await serve();
    // These run until the test's word, however busy the machine is: each kill takes their runs.
    const lasting = await Promise.all(
      Array.from({ length: 5 }, () => first.admin.start({ Name: 'patient' })),
    );
    acknowledged.push(...lasting);
    const runIn = ({ child }: ServerProcess): boolean =>
      lasting.every((id) => log.begun().some((line) => line.task === id && line.pid === child.pid));
    // Starts continue until the server is killed, so that some are being acknowledged at that moment.
    const starting = startMany(first.admin, acknowledged, Number.POSITIVE_INFINITY);
    await log.until(() => acknowledged.length >= 80 && log.ended() >= 30 && runIn(first));
    await killNine(first);
    expect(await starting).toBe(true);

    // In the middle of the recovery: the lost runs have begun again, and more is being started.
    const second = await serve();
    const before = acknowledged.length;
    const startingMore = startMany(second.admin, acknowledged, Number.POSITIVE_INFINITY);
    await log.until(() => acknowledged.length >= before + 40 && runIn(second));
    await killNine(second);
    expect(await startingMore).toBe(true);

    const third = await serve();
    await startMany(third.admin, acknowledged, Math.max(0, 200 - acknowledged.length));
    await log.until(() => runIn(third));
    for (const { task, attempt } of log.begun()) if (lasting.includes(task)) log.letGo(task, attempt);
    await allEnded(third.admin);
    expect(await third.stop()).toBe(0);

    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);
    const contents = await inspect(place);
    for (const id of acknowledged) expect(storyOf(contents, id).state, `task ${id}`).toBe('Succeeded');
    // The others were being started when the server died; what exists of them is whole.
    for (const story of contents.stories.values()) {
      expect(story.state, `task ${story.id}`).toBe('Succeeded');
      checkHistory(story);
      log.checkRuns(story);
      if (story.name.endsWith('steps')) log.checkSteps(story.id, STEPS);
    }
    expect(contents.liveJobs, 'tasks that have ended and would be delivered again').toEqual([]);
    for (const id of lasting)
      expect(storyOf(contents, id).losses, 'runs that were lost').toBeGreaterThanOrEqual(2);
  });
});

/** Tasks of a bulk start: two statements. */
const BULK = 1200;

describe.each(DATABASES)('bulk starts on %s', (kind) => {
  beforeEach(async () => {
    place = await createPlace(kind);
    log = new RunLog(join(place.folder, 'log'));
  });

  const start = (admin: ApiClient, key: string): Promise<Answer> => {
    const Tasks = Array.from({ length: BULK }, () => ({ Name: 'short', Description: key }));
    return admin.call('POST', '/BatchTask/Bulk', { Action: 'Start', Tasks }, { 'Idempotency-Key': key });
  };
  const countOf = async (admin: ApiClient, key: string): Promise<number> => {
    const filter = encodeURIComponent(`description eq '${key}'`);
    const list = await admin.json('GET', `/Archive/BatchTasks?$inlineCount=True&$top=1&$filter=${filter}`);
    return list['odata.count'];
  };

  test('are whole or absent after a kill, and repeated once', async () => {
    const first = await serve();
    await first.admin.json('POST', '/Definitions/short/Pause');
    const acknowledged = new Map<string, readonly number[]>();
    const keys: string[] = [];
    const starter = async (): Promise<void> => {
      for (;;) {
        const key = `bulk-${keys.length}`;
        keys.push(key);
        const answer = await start(first.admin, key).catch(() => undefined);
        if (answer === undefined) return;
        expect(answer).toMatchObject({ status: 200, body: { Done: BULK } });
        acknowledged.set(key, answer.body.Ids);
      }
    };
    const starting = Promise.all([starter(), starter()]);
    await log.until(() => acknowledged.size >= 4);
    await killNine(first);
    await starting;

    const second = await serve();
    for (const key of keys) {
      const count = await countOf(second.admin, key);
      expect([acknowledged.has(key) ? BULK : 0, BULK], key).toContain(count);
      const { status, body } = await start(second.admin, key);
      expect([status, body.Done]).toEqual([200, BULK]);
      if (acknowledged.has(key)) expect(body.Ids).toEqual(acknowledged.get(key));
      expect(await countOf(second.admin, key)).toBe(BULK);
    }
    expect(await second.stop()).toBe(0);
    const { stories } = await inspect(place);
    expect(stories.size).toBe(keys.length * BULK);
    for (const { id, state, audit } of stories.values())
      expect([state, audit.map(({ to }) => to)], `task ${id}`).toEqual(['New', ['New']]);
  });
});

describe('two servers on one PostgreSQL', () => {
  beforeEach(async () => {
    place = await createPlace('postgres');
    log = new RunLog(join(place.folder, 'log'));
  });

  const pidOf = (task: number, attempt: number): number | undefined =>
    log.begun().find((line) => line.task === task && line.attempt === attempt)?.pid;

  test('when one is killed, the other brings its tasks back after their lease', async () => {
    const [one, other] = [
      await serve({ BATCHLINE_CONCURRENCY: '6' }),
      await serve({ BATCHLINE_CONCURRENCY: '6' }),
    ];
    const ids = await Promise.all(
      Array.from({ length: 12 }, () => one.admin.start({ Name: 'long', ParameterObject: { ms: '2500' } })),
    );
    await log.until(() => log.running() === 12);
    const orphans = ids.filter((id) => pidOf(id, 1) === one.child.pid);
    expect(orphans, 'each of the two has its share').toHaveLength(6);
    await killNine(one);
    await allEnded(other.admin);
    expect(await other.stop()).toBe(0);
    const contents = await inspect(place);
    for (const id of ids) {
      const story = storyOf(contents, id);
      checkHistory(story);
      log.checkRuns(story);
      const again = orphans.includes(id);
      // On a busy machine a lease can end early once more; then that run counts as lost, too.
      expect(story).toMatchObject({ state: 'Succeeded', startCount: story.losses + 1 });
      expect(story.losses).toBeGreaterThanOrEqual(again ? 1 : 0);
      if (again) expect(pidOf(id, 2)).toBe(other.child.pid);
    }
    expect(contents.liveJobs).toEqual([]);
  });

  test("one that was suspended past its lease can't write anything when it resumes", async () => {
    const slow = await serve();
    const finished = await slow.admin.start({ Name: 'patient' });
    const running = await slow.admin.start({ Name: 'patient' });
    await log.until(() => log.has('begin', finished, 1) && log.has('begin', running, 1));
    const other = await serve(PATIENT);
    slow.child.kill('SIGSTOP');
    await log.until(() => log.has('begin', finished, 2) && log.has('begin', running, 2));
    log.letGo(finished, 2);
    const before = await other.admin.ended(finished);
    expect(before).toMatchObject({ State: 'Succeeded', Result: 'attempt 2', StartCount: 2 });

    for (const id of [finished, running]) log.letGo(id, 1);
    slow.child.kill('SIGCONT');
    await log.until(() => log.has('end', finished, 1) && log.has('end', running, 1));
    expect(await slow.stop(), 'everything that it had to write is written or refused').toBe(0);

    expect(await other.admin.task(finished)).toEqual(before);
    expect(await other.admin.task(running)).toMatchObject({ State: 'Started', Result: '', StartCount: 2 });
    log.letGo(running, 2);
    await other.admin.ended(running);
    expect(await other.stop()).toBe(0);
    const contents = await inspect(place);
    for (const id of [finished, running]) {
      expect(outcomes(id)).toEqual({ 1: 'lost', 2: 'kept' });
      const story = storyOf(contents, id);
      expect(story).toMatchObject({
        state: 'Succeeded',
        result: 'attempt 2',
        checkpoint: 'by attempt 2',
        progressDescription: 'progress of attempt 2',
      });
      expectTakenOver(story);
    }
  });

  test.each(['end', 'checkpoint'])(
    'a late %s of a blocked run is refused while the new run continues',
    async (late) => {
      const blocked = await serve();
      const id = await blocked.admin.start({ Name: 'stuck', ParameterObject: { late } });
      await log.until(() => log.has('begin', id, 1));
      const other = await serve(PATIENT);
      await log.until(() => log.has('begin', id, 2));
      // The blocked process does its late write before any heartbeat can tell it that the task is lost.
      log.letGo(id, 1);
      await log.until(() => log.has('end', id, 1));
      expect(await blocked.stop()).toBe(0);
      expect(await other.admin.task(id)).toMatchObject({ State: 'Started', Result: '', StartCount: 2 });
      log.letGo(id, 2);
      expect(await other.admin.ended(id)).toMatchObject({ State: 'Succeeded', Result: 'attempt 2' });
      expect(await other.stop()).toBe(0);
      if (late === 'checkpoint') expect(outcomes(id)).toEqual({ 1: 'lost' });
      const contents = await inspect(place);
      const story = storyOf(contents, id);
      expect(story.checkpoint).toBeNull();
      expectTakenOver(story);
      expect(contents.liveJobs).toEqual([]);
    },
  );

  function outcomes(task: number): Record<number, string> {
    const own = log.checkpoints().filter((line) => line.task === task);
    return Object.fromEntries(own.map((line) => [line.attempt, line.outcome]));
  }
});

/** Checks that the first attempt wrote nothing after its claim, and that another process brought the task back. */
function expectTakenOver(story: ReturnType<typeof storyOf>): void {
  checkHistory(story);
  const [claim, start, takenBack, ...more] = story.audit.slice(1);
  expect([claim, start, takenBack].map((entry) => [entry?.from, entry?.to, entry?.attempt])).toEqual([
    ['New', 'Aquired', 1],
    ['Aquired', 'Started', 1],
    ['Started', 'New', 1],
  ]);
  expect(takenBack?.reason).toContain('was lost');
  expect(takenBack?.node).not.toBe(claim?.node);
  expect(more.map((entry) => entry.attempt)).toEqual([2, 2, 2]);
  for (const entry of more) expect(entry.node).not.toBe(claim?.node);
}
