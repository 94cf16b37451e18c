import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Database } from '../db/database.ts';
import { Health, writeHealth, writeHealthSummary } from './health.ts';

const log = pino({ level: 'silent' });

/** A database that executes statements by calling `execute`. */
function databaseThat(execute: () => Promise<unknown>): Database {
  const executor = {
    transformQuery: (node: unknown) => node,
    compileQuery: () => ({}),
    executeQuery: execute,
    withPlugins: () => executor,
  };
  return { sql: { getExecutor: () => executor } } as unknown as Database;
}

const answering = databaseThat(async () => ({ rows: [{ '?column?': 1 }] }));

test('is not ready while it starts, ready while it serves, and not ready again while it stops', async () => {
  const health = new Health(log);
  const seen: object[] = [];
  const report = async (): Promise<void> => void seen.push(writeHealth(await health.report(), String));
  await report();
  health.serve(answering);
  await report();
  health.stop();
  await report();
  health.serve(answering); // stopping is terminal
  await report();
  expect(seen).toEqual([
    { Status: 'not ready', Reason: 'The server is starting.' },
    { Status: 'ready' },
    { Status: 'not ready', Reason: 'The server is stopping.' },
    { Status: 'not ready', Reason: 'The server is stopping.' },
  ]);
});

test('is not ready if the database fails or does not respond', async () => {
  for (const execute of [
    () => Promise.reject(new Error('away')),
    () => new Promise<never>(() => undefined),
  ]) {
    const health = new Health(log);
    health.serve(databaseThat(execute));
    expect(writeHealthSummary(await health.report(), String)).toEqual({
      Status: 'not ready',
      Reason: 'The database does not answer.',
      UptimeSeconds: expect.any(Number),
      DatabaseMilliseconds: null,
    });
  }
});

test('shares one query between concurrent reports', async () => {
  let queries = 0;
  const health = new Health(log);
  health.serve(
    databaseThat(async () => {
      queries += 1;
      return { rows: [] };
    }),
  );
  const reports = await Promise.all([health.report(), health.report(), health.report()]);
  expect(reports.every((report) => report.isReady)).toBe(true);
  expect(queries).toBe(1);
});

test('is not ready while the disk of the database is full', async () => {
  let free = 100;
  const health = new Health(log);
  health.serve(answering, { freeBytes: () => free, neededBytes: 50 });
  expect((await health.report()).isReady).toBe(true);
  free = 49;
  expect(writeHealth(await health.report(), String)).toEqual({
    Status: 'not ready',
    Reason: 'The disk of the database is full.',
  });
  free = 50;
  expect((await health.report()).isReady).toBe(true);
});
