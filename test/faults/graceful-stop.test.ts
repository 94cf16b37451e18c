import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPlace, DATABASES, type Place } from '../support/databases.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { checkAttempts, checkChain, inspect, storyOf } from './inspect.ts';
import { RunLog } from './run-log.ts';

let place: Place;
let log: RunLog;
let servers: ServerProcess[] = [];

async function serve(): Promise<ServerProcess> {
  const server = await spawnServer(place, { ...log.env, BATCHLINE_THREAD_POOL_SIZE: '4' });
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const { child } of servers) if (child.exitCode === null && child.signalCode === null) child.kill(9);
  servers = [];
  await place?.remove();
});

describe.each(DATABASES)('a server on %s that is asked to stop', (kind) => {
  beforeEach(async () => {
    place = await createPlace(kind);
    log = new RunLog(join(place.folder, 'log'));
  });

  test('lets runs finish within the grace period, hands back the others, and continues them after the next start', async () => {
    const first = await serve();
    const start = (name: string, parameters?: object): Promise<number> =>
      first.admin.start({ Name: name, ParameterObject: parameters });
    const finishing = await start('finishing');
    const giving = await start('long', { ms: 600_000 });
    const counting = await start('steps', { steps: 100_000, pause: 20 });
    const deaf = await start('deaf');
    const deafThread = await start('deaf-thread');
    const all = [finishing, giving, counting, deaf, deafThread];
    await log.until(() => all.every((id) => log.has('begin', id, 1)));
    await first.admin.until(counting, (task) => task.ProgressDescription !== '');
    expect(await first.stop(), first.output()).toBe(0);
    expect(first.output()).toMatch(/Stopping: .*\n(.*\n)*Stopped\.\n$/);
    log.dead(first.child.pid);

    const stopped = await inspect(place);
    expect(storyOf(stopped, finishing)).toMatchObject({ state: 'Succeeded', result: 'finished in time' });
    const handedBack = [giving, counting, deaf, deafThread];
    for (const id of handedBack) {
      const story = storyOf(stopped, id);
      checkChain(story);
      checkAttempts(story);
      // It counts neither as a failure nor as a loss.
      expect(story).toMatchObject({ state: 'New', startCount: 1, failures: 0, losses: 0 });
      expect(story.audit.at(-1)).toMatchObject({
        from: 'Started',
        to: 'New',
        reason: expect.stringContaining('Returned to the queue'),
      });
    }
    expect(new Set(stopped.liveJobs)).toEqual(new Set(handedBack));
    const kept = Number(storyOf(stopped, counting).checkpoint);
    expect(kept).toBeGreaterThan(0);

    const second = await serve();
    await log.until(() => handedBack.every((id) => log.has('begin', id, 2)));
    for (const id of [deaf, deafThread]) {
      expect(await second.admin.ended(id)).toMatchObject({
        State: 'Succeeded',
        Result: 'attempt 2',
        StartCount: 2,
      });
    }
    for (const id of [giving, counting]) await second.admin.json('POST', `/BatchTask/${id}/Stop`);
    for (const id of [giving, counting])
      expect(await second.admin.ended(id)).toMatchObject({ State: 'Failed' });
    expect(await second.stop()).toBe(0);
    const ended = await inspect(place);
    for (const id of all) {
      checkChain(storyOf(ended, id));
      checkAttempts(storyOf(ended, id));
      log.checkRuns(storyOf(ended, id));
    }
    // The second run of the counting task continued from its checkpoint.
    expect(log.steps(counting).find((line) => line.event === 'resume' && line.attempt === 2)?.step).toBe(
      kept,
    );
    expect(ended.liveJobs).toEqual([]);
  });
});
