import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TaskTexts } from '../src/core/task.ts';
import { changeTexts } from '../src/db/queries/task-write.ts';
import { ApiClient } from '../test/support/api-client.ts';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import { figuresOf, interleave, type Report, type Result, ratioOf } from './figures.ts';
import { eachPerSecond, type Load } from './load.ts';
import { ADMIN, type Bench, inProcess, startServerProcess } from './processes.ts';
import type { UpdateJob } from './put-database.ts';
import type { RequestsJob } from './requests-load.ts';
import { statementOf } from './statements.ts';

const TASKS = 1000;
const LOAD: Load = { connections: 50, warmSeconds: 0.7, seconds: 2 };
const BODY_BYTES = 1024;
const TARGET = { row: "PUT / pgbench's UPDATE", min: 0.9 };

/** PUT requests per second, compared with the same UPDATE with `pg` and with pgbench, all over 50 connections. */
export async function measurePut(bench: Bench): Promise<Report> {
  const databaseUrl = await createDatabase(bench.postgresUrl, 'bench_put');
  const env = {
    DATABASE_URL: databaseUrl,
    BATCHLINE_DATA: join(bench.folder, 'put'),
  };
  const server = await startServerProcess(bench, env);
  try {
    const admin = await ApiClient.signIn(server.url, ADMIN.login, ADMIN.password);
    const client = await admin.withToken(['read', 'write', 'admin']);
    const ids: number[] = [];
    await eachPerSecond(Array.from({ length: TASKS }), 50, async () =>
      ids.push(await client.start({ Name: 'bench-noop', ParameterObject: { for: 'PUT' } })),
    );
    const tasks = await Promise.all(ids.map((id) => client.ended(id)));
    const put = (bodyOf: (task: Record<string, unknown>) => string): RequestsJob => ({
      ...LOAD,
      url: server.url,
      authorization: client.authorization,
      method: 'PUT',
      requests: tasks.map((task) => ({ path: `/api/v1/BatchTask/${task.Id}`, body: bodyOf(task) })),
    });
    const [small, whole] = [put(smallBody), put(wholeBody)];
    const update = await updateJob(databaseUrl, ids, client.associateId);
    const measurements: Record<string, () => Promise<number>> = {
      'PUT, 1 KB': () => inProcess(bench, 'requests-load.ts', small),
      'PUT, 4 KB as GET gave it': () => inProcess(bench, 'requests-load.ts', whole),
      'UPDATE by pg': () => inProcess(bench, 'put-database.ts', update),
    };
    const hasPgbench = await promisify(execFile)('pgbench', ['--version']).then(
      () => true,
      () => false,
    );
    if (hasPgbench) measurements['UPDATE by pgbench'] = () => pgbench(bench, update);
    const rounds = await interleave(bench.rounds, measurements);
    const results: Result[] = [];
    for (const to of Object.keys(measurements).filter((name) => name.startsWith('UPDATE'))) {
      const target = to.endsWith('pgbench') ? TARGET : undefined;
      results.push(ratioOf(rounds, 'PUT, 1 KB', to, target), ratioOf(rounds, 'PUT, 4 KB as GET gave it', to));
    }
    return {
      title: `PUT on PostgreSQL, ${LOAD.connections} connections, ${TASKS} tasks`,
      unit: '1/s',
      figures: figuresOf(rounds),
      results,
    };
  } finally {
    await server.stop();
    await dropDatabase(databaseUrl);
  }
}

/** The texts that every PUT and UPDATE writes. */
const TEXTS = {
  description: 'The description of a task, as an associate would write it',
  response: 'x'.repeat(100),
  request: 'y'.repeat(100),
} satisfies TaskTexts;
const TEXTS_ON_THE_WIRE = {
  Description: TEXTS.description,
  Response: TEXTS.response,
  Request: TEXTS.request,
};

/** The task as sent by a client that keeps the properties of BatchTaskInfo but not the rights: 1 KB. */
function smallBody({ FieldProperties, TableRight, ...info }: Record<string, unknown>): string {
  const body = { ...info, ...TEXTS_ON_THE_WIRE, Context: '' };
  return JSON.stringify({ ...body, Context: 'c'.repeat(BODY_BYTES - JSON.stringify(body).length) });
}

/** The task as returned by GET, including the rights. */
function wholeBody(info: Record<string, unknown>): string {
  return JSON.stringify({ ...info, ...TEXTS_ON_THE_WIRE });
}

/** The statement of `changeTexts`. */
async function updateJob(url: string, ids: readonly number[], actorId: number): Promise<UpdateJob> {
  const anId = 2_000_000_000;
  const statement = await statementOf((db) => changeTexts(db, anId, TEXTS, actorId));
  return { ...LOAD, ...statement, url, ids, idAt: statement.values.indexOf(anId) };
}

/** The rate of the same statement with pgbench: prepared, with the other values as literals. */
async function pgbench(bench: Bench, job: UpdateJob): Promise<number> {
  const statement = job.text
    .replaceAll(/\$(\d+)/g, (_, number: string) =>
      Number(number) - 1 === job.idAt ? ':id' : literal(job.values[Number(number) - 1]),
    )
    .replaceAll(/\s+/g, ' ');
  const file = join(bench.folder, 'put.pgbench');
  await writeFile(file, `\\set id random(${Math.min(...job.ids)}, ${Math.max(...job.ids)})\n${statement};\n`);
  const { hostname, port, username, pathname } = new URL(job.url);
  const { stdout } = await promisify(execFile)('pgbench', [
    ...['--no-vacuum', '--protocol=prepared', '--jobs=1', `--client=${job.connections}`],
    ...[`--time=${Math.round(job.seconds)}`, `--file=${file}`, `--host=${hostname}`, `--port=${port}`],
    ...[`--username=${username}`, pathname.slice(1)],
  ]);
  return Number(/tps = ([\d.]+) \(without/.exec(stdout)?.[1]);
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
