import { join } from 'node:path';
import { ApiClient } from '../test/support/api-client.ts';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import type { Report } from './figures.ts';
import { fillTasks } from './fill-tasks.ts';
import { ADMIN, type Bench, startServerProcess } from './processes.ts';

/** A database filled with ended tasks. */
export interface History {
  /** Number of tasks. */
  readonly size: number;
  /** Environment of servers on it. */
  readonly env: Readonly<Record<string, string>>;
  /** Login of the associate who owns 2,000 of them. Her password is the administrator's. */
  readonly ownerLogin: string;
}

/** Measures in databases with histories of different sizes; the first is the reference. */
export async function* measureAmong(
  bench: Bench,
  sizes: readonly number[],
  measurements: readonly ((bench: Bench, histories: readonly History[]) => Promise<Report>)[],
): AsyncGenerator<Report> {
  const urls: string[] = [];
  try {
    const histories: History[] = [];
    for (const size of sizes) {
      const databaseUrl = await createDatabase(bench.postgresUrl, `bench_history_${size}`);
      urls.push(databaseUrl);
      histories.push(await fill(bench, databaseUrl, size));
    }
    for (const measure of measurements) yield await measure(bench, histories);
  } finally {
    for (const url of urls) await dropDatabase(url);
  }
}

async function fill(bench: Bench, databaseUrl: string, size: number): Promise<History> {
  const env = { DATABASE_URL: databaseUrl, BATCHLINE_DATA: join(bench.folder, `history-${size}`) };
  const ownerLogin = 'owner';
  const ownerId = await createOwner(bench, env, ownerLogin);
  await fillTasks(databaseUrl, { count: size, ownerId });
  return { size, env, ownerLogin };
}

/** Creates the tables and the associate. The server has stopped before the database is filled, because its jobs would wait for locks. */
async function createOwner(bench: Bench, env: Record<string, string>, login: string): Promise<number> {
  const server = await startServerProcess(bench, env, ['--no-worker']);
  try {
    const admin = await ApiClient.signIn(server.url, ADMIN.login, ADMIN.password);
    await admin.json('POST', '/Users', { Login: login, Password: ADMIN.password });
    return (await ApiClient.signIn(server.url, login, ADMIN.password)).associateId;
  } finally {
    await server.stop();
  }
}
