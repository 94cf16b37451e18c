import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { type PostgresPair, startPostgresPair } from '../support/postgres-pair.ts';
import { debianPostgres } from '../support/postgres-server.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { checkHistory } from './history.ts';
import { inspect, storyOf } from './inspect.ts';
import { RunLog } from './run-log.ts';
import { allEnded } from './waits.ts';

/*
 * The primary is lost under load; the standby, which has every commit that was acknowledged, takes its place behind the
 * same address. The balancer does what HAProxy or a virtual address does for an operator.
 */

const STEPS = 5;
/** Debian's package where it is installed, as in CI; elsewhere the PostgreSQL that all tests have. */
const DEBIAN = debianPostgres();

let pair: PostgresPair;
let address: Balancer;
let folder: string;
let log: RunLog;
let inFront: string;
let servers: ServerProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchline-test-'));
  log = new RunLog(join(folder, 'log'));
  pair = await startPostgresPair(DEBIAN);
  inFront = pair.primary;
  address = await startBalancer(() => [inFront]);
});
afterEach(async () => {
  for (const { child } of servers) if (child.exitCode === null && child.signalCode === null) child.kill(9);
  servers = [];
  log.close();
  await address?.close();
  await pair?.stop();
  await rm(folder, { recursive: true, force: true });
});

const place = (url: string) => ({ env: { DATABASE_URL: url, BATCHLINE_DATA: join(folder, 'data') } });

/** Starts tasks continuously until it is stopped. Starts that return an id are acknowledged. */
class Load {
  readonly acknowledged: number[] = [];
  /** Responses while the database is unreachable. */
  refused = 0;
  readonly #ending = new AbortController();
  readonly #starters: Promise<void>[];

  constructor(clients: readonly ApiClient[]) {
    this.#starters = clients.map((client, n) => this.#start(client, n));
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#starters);
  }

  async #start(client: ApiClient, first: number): Promise<void> {
    for (let n = first; !this.#ending.signal.aborted; n += 1) {
      const counts = n % 3 === 0;
      const ParameterObject = counts ? { steps: STEPS, pause: 20 } : undefined;
      const answer = await client.call('POST', '/BatchTask', {
        Name: counts ? 'counting' : 'quick',
        ParameterObject,
      });
      if (answer.status === 200) this.acknowledged.push(answer.body);
      else {
        // Exactly this, whichever responses of the database were lost.
        expect(answer, answer.text).toMatchObject({ status: 503, body: { Error: true } });
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        this.refused += 1;
        await delay(20);
      }
    }
  }
}

test(`when the primary (${DEBIAN ?? 'of npm'}) is lost under load and its standby promoted, two servers recover and nothing acknowledged is lost`, async () => {
  const url = `postgres://postgres@127.0.0.1:${new URL(address.url).port}/postgres`;
  const env = {
    FAULTS_FOLDER: log.folder,
    BATCHLINE_HANDLERS: join(import.meta.dirname, 'fixtures/storm.ts'),
    // A claim whose response was lost has no run: its lease must expire before the task is rescued.
    BATCHLINE_LEASE_SECONDS: '4',
    LOG_LEVEL: 'warn',
  };
  servers = await Promise.all([spawnServer(place(url), env), spawnServer(place(url), env)]);
  onTestFailed(() => {
    for (const { output } of servers) process.stderr.write(output().slice(-5000));
  });
  const [one, other] = servers as [ServerProcess, ServerProcess];
  const load = new Load([one.admin, other.admin, one.admin, other.admin]);
  await log.until(() => load.acknowledged.length >= 40 && log.ended() >= 10 && log.running() > 0);

  await pair.killPrimary();
  const lost = load.refused;
  await log.until(() => load.refused >= lost + 10);
  inFront = pair.standby; // it only reads yet
  const reading = load.refused;
  await log.until(() => load.refused >= reading + 10);
  const before = load.acknowledged.length;
  await pair.promote();
  await log.until(() => load.acknowledged.length >= before + 40);
  for (const { admin } of servers) await admin.start({ Name: 'quick' });
  await load.end();
  await allEnded(one.admin);
  expect(await Promise.all(servers.map((server) => server.stop()))).toEqual([0, 0]);

  const contents = await inspect({ ...place(pair.standby), folder, remove: async () => undefined });
  expect(new Set(load.acknowledged).size).toBe(load.acknowledged.length);
  for (const id of load.acknowledged) storyOf(contents, id);
  for (const story of contents.stories.values()) {
    checkHistory(story);
    log.checkRuns(story);
    expect(story.state, `task ${story.id}: ${story.result}`).toBe('Succeeded');
    if (story.name === 'counting') log.checkSteps(story.id, STEPS);
  }
  // Neither the calls of the runs nor their ends have failed by it.
  expect([...contents.stories.values()].filter((story) => story.failures > 0)).toEqual([]);
  expect(contents.liveJobs).toEqual([]);
});
