import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { ApiClient } from '../test/support/api-client.ts';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import { REQUEST } from './batchline-parts.ts';
import type { BulkJob } from './bulk-batchline.ts';
import { figuresOf, interleave, type Report, ratioOf } from './figures.ts';
import { ADMIN, type Bench, inProcess, SERVER_ENV, startServerProcess } from './processes.ts';

/** Tasks per call: as many as the server accepts. */
const TASKS = 10_000;
/** Calls per measurement. */
const CALLS = 3;
const TARGET = { row: "bulk start, tasks a second / the database's own COPY of the same rows", min: 0.4 };
/** The tables that a start writes, those that others refer to first. */
const TABLES = ['binary_object', 'task', 'task_audit'];

const CARRIER = {
  Name: REQUEST.name,
  Description: REQUEST.description,
  ParameterObject: REQUEST.parameterObject,
};

/** Tasks per second of bulk starts, compared with the database's own COPY of the same rows into all their tables. */
export async function measureBulk(bench: Bench): Promise<Report> {
  const databaseUrl = await createDatabase(bench.postgresUrl, 'bench_bulk');
  const env = { DATABASE_URL: databaseUrl, BATCHLINE_DATA: join(bench.folder, 'bulk') };
  const limit = { BATCHLINE_BODY_LIMIT_BYTES: '4000000' };
  const server = await startServerProcess(bench, { ...env, ...limit });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const admin = await ApiClient.signIn(server.url, ADMIN.login, ADMIN.password);
    const { authorization } = await admin.withToken(['read', 'write', 'admin']);
    await admin.json('POST', `/Definitions/${CARRIER.Name}/Pause`);
    const line = JSON.stringify(CARRIER);
    const lines = { type: 'application/x-ndjson', body: `${line}\n`.repeat(TASKS) };
    const list = {
      type: 'application/json',
      body: `{"Action":"Start","Tasks":[${Array.from({ length: TASKS }, () => line).join()}]}`,
    };
    const post = async ({ type, body }: typeof lines): Promise<void> => {
      const headers = { authorization, 'content-type': type };
      const answer = await fetch(`${server.url}/api/v1/BatchTask/Bulk`, { method: 'POST', headers, body });
      if (answer.status !== 200)
        throw new Error(`Bulk was answered with ${answer.status}: ${await answer.text()}`);
      await answer.text();
    };
    const clear = async (): Promise<void> => {
      await client.query(`truncate ${TABLES.map((table) => `batchline.${table}`).join()} cascade`);
      await client.query('checkpoint');
    };
    const perSecond = async (work: (call: number) => Promise<void>): Promise<number> => {
      await clear();
      const began = performance.now();
      for (let call = 0; call < CALLS; call += 1) await work(call);
      return (TASKS * CALLS) / ((performance.now() - began) / 1000);
    };

    const folder = join(bench.folder, 'copies');
    await mkdir(folder);
    // PostgreSQL, which runs as another user, writes and reads the files itself.
    await chmod(bench.folder, 0o755);
    await chmod(folder, 0o777);
    const fileOf = (table: string, call: number): string => join(folder, `${table}-${call}`);
    for (let call = 0; call < CALLS; call += 1) {
      await clear();
      await post(call === 0 ? list : lines);
      for (const table of TABLES) await client.query(`copy batchline.${table} to '${fileOf(table, call)}'`);
    }
    const copy = async (call: number): Promise<void> => {
      await client.query('begin');
      for (const table of TABLES) await client.query(`copy batchline.${table} from '${fileOf(table, call)}'`);
      await client.query('commit');
    };
    const job = { env: { ...SERVER_ENV, ...env }, tasks: TASKS, calls: CALLS };
    const rounds = await interleave(bench.rounds, {
      'JSON Lines over HTTP': () => perSecond(() => post(lines)),
      'list over HTTP': () => perSecond(() => post(list)),
      service: async () => {
        await clear();
        return inProcess<BulkJob, number>(bench, 'bulk-batchline.ts', job);
      },
      'COPY from files': () => perSecond(copy),
    });
    return {
      title: `Bulk starts on PostgreSQL, ${CALLS} calls of ${TASKS.toLocaleString('en')} tasks`,
      unit: 'tasks/s',
      figures: figuresOf(rounds),
      results: [
        ratioOf(rounds, 'JSON Lines over HTTP', 'COPY from files', TARGET),
        ratioOf(rounds, 'list over HTTP', 'COPY from files', TARGET),
        ratioOf(rounds, 'service', 'COPY from files', TARGET),
      ],
    };
  } finally {
    await client.end();
    await server.stop();
    await dropDatabase(databaseUrl);
  }
}
