import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPlace, DATABASES, type DatabaseKind, type Place } from '../support/databases.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { checkHistory, checkSchedule } from './history.ts';
import { readContents, storyOf, withDatabase } from './inspect.ts';
import { RunLog } from './run-log.ts';
import { query } from './waits.ts';

/*
 * The clock of a server's process jumps by hours while tasks run. The embedded database has the process's clock;
 * PostgreSQL has its own, by which everything goes there.
 */

const CLOCK = resolve(import.meta.dirname, '../support/shifted-clock.ts');
const HOURS = 5 * 3_600_000;
/** Long enough that nothing but a jump can end it, and looked at three times as often. */
const LEASE_SECONDS = 10;

let place: Place;
let log: RunLog;
let server: ServerProcess | undefined;

async function prepare(kind: DatabaseKind): Promise<void> {
  place = await createPlace(kind);
  log = new RunLog(join(place.folder, 'log'));
  shift(0);
}
const shift = (ms: number): void => writeFileSync(join(place.folder, 'clock'), String(ms));
async function serve(lease = String(LEASE_SECONDS)): Promise<ServerProcess> {
  server = await spawnServer(place, {
    ...log.env,
    BATCHLINE_LEASE_SECONDS: lease,
    NODE_OPTIONS: `--import ${CLOCK}`,
    CLOCK_FILE: join(place.folder, 'clock'),
  });
  return server;
}
afterEach(async () => {
  server?.child.kill('SIGKILL');
  server = undefined;
  await place?.remove();
});

describe.each(DATABASES)('when the clock of a server on %s jumps', (kind) => {
  beforeEach(() => prepare(kind));

  test("forwards and back by hours, runs keep their tasks, and schedules and delays follow the database's clock", async () => {
    const { admin } = await serve();
    const isOwnClock = kind === 'embedded';
    const running = await admin.start({ Name: 'patient' });
    await log.until(() => log.has('begin', running, 1));
    const delayed = await admin.json('POST', '/BatchTask?DelaySeconds=3600', { Name: 'short' });
    const { Id: schedule, NextRuns } = await admin.json('POST', '/Schedules', {
      Name: 'each second',
      Definition: 'short',
      Cron: '* * * * * *',
      TimeZone: 'UTC',
    });
    const first = new Date(`${NextRuns[0].slice(0, 19)}Z`);
    const fired = async (): Promise<number> =>
      (await admin.json('GET', `/BatchTask?$filter=${encodeURIComponent("name is 'short'")}&$top=1000`)).value
        .length;
    const firesAgain = async (more: number): Promise<void> => {
      const wanted = (await fired()) + more;
      while ((await fired()) < wanted) await delay(100);
    };
    /** Until the recovery has looked for lost runs, by a clock of the test's own: it does so three times a lease. */
    const untilLooked = async (): Promise<void> => {
      await delay(LEASE_SECONDS * 400);
    };

    await firesAgain(1);
    shift(HOURS);
    await untilLooked();
    await firesAgain(1);
    // By the embedded database's clock the hour is over.
    if (isOwnClock) expect(await admin.ended(delayed)).toMatchObject({ State: 'Succeeded' });
    else expect(await admin.task(delayed)).toMatchObject({ State: 'New' });
    shift(0);
    await untilLooked();
    // Schedules whose due time has been taken wait for the next one; elsewhere nothing has changed.
    if (!isOwnClock) await firesAgain(1);
    const until = new Date();
    if (!isOwnClock) {
      const lastRun = async () =>
        Date.parse(`${(await admin.json('GET', `/Schedules/${schedule}`)).LastRun}Z`);
      while (!((await lastRun()) >= until.getTime())) await delay(100);
    }
    await admin.json('POST', `/Schedules/${schedule}/Pause`);
    log.letGo(running, 1);
    expect(await admin.ended(running)).toMatchObject({ State: 'Succeeded', StartCount: 1 });
    expect(await server?.stop()).toBe(0);

    await withDatabase(place, async (database) => {
      const contents = await readContents(database);
      for (const story of contents.stories.values()) {
        if (story.id === delayed && !isOwnClock) continue;
        checkHistory(story);
        log.checkRuns(story);
        expect(story.losses, `task ${story.id}`).toBe(0);
      }
      expect(storyOf(contents, running).startCount).toBe(1);
      // Each due time once, none left out and none early, although the server's clock was hours ahead meanwhile.
      if (!isOwnClock) await checkSchedule(database, 'each second', { first, last: until, everyMs: 1000 });
    });
  });
});

test("when PostgreSQL's own clock jumps back by hours, a lost run is still rescued after its lease", async () => {
  await prepare('postgres');

  const first = await serve('3');
  const lost = await first.admin.start({ Name: 'patient' });
  await log.until(() => log.has('begin', lost, 1));
  await first.kill();
  log.dead(first.child.pid);
  // Rows written just now are in the future after the clock was moved backwards.
  await query(
    place,
    "update batchline.task set lease_until = lease_until + interval '5 h', updated = updated + interval '5 h'",
  );
  const { admin } = await serve('3');
  await log.until(() => log.has('begin', lost, 2));
  log.letGo(lost, 2);
  log.letGo(lost, 3); // on a busy machine a lease of 3 seconds can end once more
  expect(await admin.ended(lost)).toMatchObject({ State: 'Succeeded' });
  expect(await server?.stop()).toBe(0);
});
