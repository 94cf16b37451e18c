import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { startWorker, type WorkerProcess } from '../../../src/server.ts';
import { createPlace, type Place } from '../../support/databases.ts';
import { TEST_ENV } from '../../support/test-server.ts';

/* What idle workers ask of PostgreSQL. The clock of the process is simulated, so that only statements count, not speed. */

const LOG = pino({ level: 'silent' });
const HANDLERS = { BATCHLINE_HANDLERS: join(import.meta.dirname, 'fixtures/handlers.ts') };
const SECONDS = 60;

let place: Place;
const workers: WorkerProcess[] = [];
let statements: string[] = [];
let pending = 0;

beforeAll(async () => {
  place = await createPlace('postgres');
  const query = pg.Client.prototype.query;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    statements.push(String((args[0] as { text?: string }).text ?? args[0]));
    const answer: unknown = Reflect.apply(query, this, args);
    if (answer instanceof Promise) {
      pending += 1;
      const done = (): void => {
        pending -= 1;
      };
      answer.then(done, done);
    }
    return answer as never;
  });
});
afterAll(async () => {
  vi.useRealTimers();
  await Promise.all(workers.map((worker) => worker.stop()));
  vi.restoreAllMocks();
  await place?.remove();
});

/** Lets statements in progress end, and everything that follows from them. */
async function settle(): Promise<void> {
  let quiet = 0;
  while (quiet < 3) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = pending === 0 ? quiet + 1 : 0;
  }
}

/** Statements of all workers in a simulated minute. */
async function minute(): Promise<string[]> {
  statements = [];
  for (let ms = 0; ms < SECONDS * 1000; ms += 50) {
    await vi.advanceTimersByTimeAsync(50);
    await settle();
  }
  return statements;
}

test('an idle worker executes less than a statement a second, and each of several less than half of that', async () => {
  const config = (): ReturnType<typeof readConfig> => readConfig({ ...TEST_ENV, ...place.env, ...HANDLERS });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  workers.push(await startWorker(config(), LOG));
  await minute(); // the work of starts is over after it
  const alone = await minute();
  expect(alone.some((text) => text.includes('for update'))).toBe(true); // its polls, under the simulated clock
  expect(alone.length, alone.join('\n')).toBeLessThanOrEqual(SECONDS);
  for (let count = 1; count < 4; count += 1) workers.push(await startWorker(config(), LOG));
  await minute();
  const together = await minute();
  expect(together.length / 4, together.join('\n')).toBeLessThanOrEqual(SECONDS / 2);
});
