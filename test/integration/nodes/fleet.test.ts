import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { type Server, startServer, startWorker, type WorkerProcess } from '../../../src/server.ts';
import { ApiClient } from '../../support/api-client.ts';
import { createPlace, type Place } from '../../support/databases.ts';
import { TEST_ENV } from '../../support/test-server.ts';

/* A server and twelve workers on one PostgreSQL. Counts their claims, not their speed. */

const WORKERS = 12;
const TASKS = 40;
const LOG = pino({ level: 'silent' });
const HANDLERS = { BATCHLINE_HANDLERS: join(import.meta.dirname, 'fixtures/handlers.ts') };

let place: Place;
let server: Server;
let client: ApiClient;
const workers: WorkerProcess[] = [];
let claims = 0;
let heartbeats = 0;

beforeAll(async () => {
  place = await createPlace('postgres');
  const query = pg.Client.prototype.query;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const text = String((args[0] as { text?: string }).text ?? args[0]);
    if (text.includes('asked as materialized')) claims += 1;
    const answer: unknown = Reflect.apply(query, this, args);
    if (text.includes('insert into batchline.worker_process') && answer instanceof Promise)
      answer.then(() => (heartbeats += 1));
    return answer as never;
  });
  const config = (): ReturnType<typeof readConfig> =>
    readConfig({ ...TEST_ENV, ...place.env, ...HANDLERS, BATCHLINE_DATABASE_POOL_SIZE: '3' });
  for (let count = 0; count < WORKERS; count += 1) workers.push(await startWorker(config(), LOG));
  server = await startServer(config(), LOG, { runs: false });
  client = await ApiClient.signIn(server.url, 'admin', 'correct horse');
  await vi.waitFor(() => expect(heartbeats).toBeGreaterThanOrEqual(WORKERS), 20_000);
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await Promise.all(workers.map((worker) => worker.stop()));
  vi.restoreAllMocks();
  await place?.remove();
});

async function runTasks(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const id = await client.start({ Name: 'kept', ParameterObject: { word: 'run' } });
    expect((await client.ended(id)).Result).toBe('run by a worker');
  }
}

test('a start wakes one of many idle workers', async () => {
  await runTasks(1);
  claims = 0;
  await runTasks(TASKS);
  expect(claims).toBeGreaterThanOrEqual(TASKS);
  // A slow machine lets the server wake further workers for some of the tasks. Without targets it is one claim per worker.
  expect(claims).toBeLessThan((TASKS * WORKERS) / 3);
});

test('workers that have disappeared without a trace don’t keep tasks waiting', async () => {
  const db = server.database.sql;
  const lost = Array.from({ length: 40 }, (_, n) => `lost-${n}`);
  await sql`
    insert into batchline.worker_process (node_id, names, slots, seen)
    select id, array['kept'], array[1], now() + interval '1 hour' from unnest(${lost}::text[]) as id`.execute(
    db,
  );
  await sql`
    delete from batchline.worker_process where not node_id = any(${lost}::text[]) and node_id <> (
      select min(w.node_id) from batchline.worker_process as w where not w.node_id = any(${lost}::text[])
    )`.execute(db);
  claims = 0;
  await runTasks(10);
  expect(claims).toBeGreaterThanOrEqual(10);
});

test('a stopped worker leaves the list of workers', async () => {
  const count = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from batchline.worker_process where names <> '{}' and node_id not like 'lost-%'`.execute(
      server.database.sql,
    );
    return rows[0]?.count ?? 0;
  };
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  expect(await count()).toBe(0);
});
