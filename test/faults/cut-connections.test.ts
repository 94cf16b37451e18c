import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest';
import type { Answer } from '../support/api-client.ts';
import { createPlace, type Place } from '../support/databases.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { checkAttempts, checkChain, inspect, storyOf } from './inspect.ts';
import { RunLog } from './run-log.ts';
import { BY_SIGNAL_ONLY, expectSignalsBack } from './stop-by-signal.ts';
import { allEnded, query } from './waits.ts';

const STEPS = 10;
const CUTS = 3;

let place: Place;
let log: RunLog;
let servers: ServerProcess[] = [];

beforeEach(async () => {
  place = await createPlace('postgres');
  log = new RunLog(join(place.folder, 'log'));
});
afterEach(async () => {
  for (const { child } of servers) if (child.exitCode === null && child.signalCode === null) child.kill(9);
  servers = [];
  await place?.remove();
});

async function serve(env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await spawnServer(place, { ...log.env, ...env });
  servers.push(server);
  return server;
}

/** Cuts every connection of the servers; resolves when they are gone. @returns how many there were */
async function cut(): Promise<number> {
  const rows = await query(
    place,
    "select pg_terminate_backend(pid, 60_000) from pg_stat_activity where datname = current_database() and application_name like 'batchline%'",
  );
  return rows.length;
}

test('when all its connections are cut during work, the server recovers and nothing is lost', async () => {
  // A claim whose response was lost has no run: its lease must expire before the task is rescued.
  const { admin, child, stop, output } = await serve({ BATCHLINE_LEASE_SECONDS: '5', LOG_LEVEL: 'warn' });
  onTestFailed(() => void process.stderr.write(output()));
  const acknowledged: number[] = [];
  let cutting = true;
  const starter = async (n: number): Promise<void> => {
    for (let i = n; cutting; i += 1) {
      const info =
        i % 3 === 0 ? { Name: 'steps', ParameterObject: { steps: STEPS, pause: 10 } } : { Name: 'short' };
      const answer = await admin.call('POST', '/BatchTask', info);
      // A call that meets the cut may fail, but never without an answer, and what is acknowledged counts.
      if (answer.status === 200) acknowledged.push(answer.body);
      else expect(answer, answer.text).toMatchObject({ status: 503, body: { Error: true } });
    }
  };
  const starters = [starter(0), starter(1), starter(2)];
  for (let n = 1; n <= CUTS; n += 1) {
    const before = { acknowledged: acknowledged.length, ended: log.ended() };
    await log.until(() => acknowledged.length >= before.acknowledged + 10 && log.ended() >= before.ended + 5);
    expect(await cut()).toBeGreaterThan(1);
  }
  cutting = false;
  await Promise.all(starters);
  await allEnded(admin);
  expect(child.exitCode).toBeNull();
  expect(await stop()).toBe(0);
  const contents = await inspect(place);
  for (const id of acknowledged) storyOf(contents, id);
  for (const story of contents.stories.values()) {
    checkChain(story);
    checkAttempts(story);
    log.checkRuns(story);
    // A checkpoint that met the cut fails its run, which is tried again.
    expect(story.state, `task ${story.id}: ${story.result}`).toBe('Succeeded');
  }
  expect(contents.liveJobs).toEqual([]);
});

test('signals between servers come back after the cut', async () => {
  const servers = [await serve(BY_SIGNAL_ONLY), await serve(BY_SIGNAL_ONLY)] as const;
  const breakAll = async (): Promise<void> => {
    expect(await cut()).toBeGreaterThan(2);
  };
  const onRefused = ({ status, text }: Answer): void => expect(status, text).toBe(503);
  await expectSignalsBack({ place, log, servers, breakAll, onRefused });
});
