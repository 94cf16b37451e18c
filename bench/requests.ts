import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { getTask } from '../src/db/queries/task.ts';
import { changeTexts } from '../src/db/queries/task-write.ts';
import { ApiClient } from '../test/support/api-client.ts';
import { createDatabase, dropDatabase } from '../test/support/postgres-server.ts';
import type { BareJob } from './bare-fastify.ts';
import { figuresOf, interleave, type Report, ratioOf, type Target } from './figures.ts';
import { eachPerSecond, type Load } from './load.ts';
import { ADMIN, type Bench, inProcess, type RunningServer, startServerProcess } from './processes.ts';
import type { RequestsJob } from './requests-load.ts';
import { statementOf } from './statements.ts';

const TASKS = 1000;
const LOAD: Load = { connections: 50, warmSeconds: 0.7, seconds: 2 };
const AN_ID = 2_000_000_000;
const TARGETS: Readonly<Record<string, Target>> = {
  GET: { row: 'GET over HTTP / bare Fastify with one SELECT', min: 0.85 },
  Start: { row: 'starts over HTTP, 50 connections / bare Fastify with one INSERT', min: 0.9 },
};

const TEXTS = {
  description: 'The description of a task, as an associate would write it',
  response: 'x'.repeat(100),
  request: 'y'.repeat(100),
};

/** PUT, GET and Start per second, compared with a bare Fastify on the same database that runs one statement per call. */
export async function measureRequests(bench: Bench): Promise<Report> {
  const databaseUrl = await createDatabase(bench.postgresUrl, 'bench_requests');
  const server = await startServerProcess(bench, {
    DATABASE_URL: databaseUrl,
    BATCHLINE_DATA: join(bench.folder, 'requests'),
  });
  let bare: RunningServer | undefined;
  try {
    const admin = await ApiClient.signIn(server.url, ADMIN.login, ADMIN.password);
    const client = await admin.withToken(['read', 'write', 'admin']);
    const ids: number[] = [];
    await eachPerSecond(Array.from({ length: TASKS }), 50, async () =>
      ids.push(await client.start({ Name: 'bench-noop' })),
    );
    await Promise.all(ids.map((id) => client.ended(id)));
    // Tasks started from here on stay queued, so that only the starts are measured.
    await client.json('POST', '/Definitions/bench-noop/Pause');
    bare = await startBare(bench, databaseUrl, client.associateId);

    const change = JSON.stringify({
      Description: TEXTS.description,
      Response: TEXTS.response,
      Request: TEXTS.request,
    });
    const toEach = (body: string): RequestsJob['requests'] =>
      ids.map((id) => ({ path: `/api/v1/BatchTask/${id}`, body }));
    const calls: Record<string, Pick<RequestsJob, 'method' | 'requests'>> = {
      PUT: { method: 'PUT', requests: toEach(change) },
      GET: { method: 'GET', requests: toEach('') },
      Start: { method: 'POST', requests: [{ path: '/api/v1/BatchTask', body: '{"Name":"bench-noop"}' }] },
    };
    const measurements: Record<string, () => Promise<number>> = {};
    for (const [name, call] of Object.entries(calls)) {
      const job = { ...LOAD, ...call, authorization: client.authorization };
      for (const [side, url] of [
        ['batchline', server.url],
        ['bare Fastify', bare.url],
      ] as const)
        measurements[`${name}, ${side}`] = () =>
          inProcess<RequestsJob, number>(bench, 'requests-load.ts', { ...job, url });
    }
    const rounds = await interleave(bench.rounds, measurements);
    return {
      title: `Requests on PostgreSQL, ${LOAD.connections} connections`,
      unit: '1/s',
      figures: figuresOf(rounds),
      results: Object.keys(calls).map((name) =>
        ratioOf(rounds, `${name}, batchline`, `${name}, bare Fastify`, TARGETS[name]),
      ),
    };
  } finally {
    await bare?.stop();
    await server.stop();
    await dropDatabase(databaseUrl);
  }
}

async function startBare(bench: Bench, databaseUrl: string, actorId: number): Promise<RunningServer> {
  const job: BareJob = {
    databaseUrl,
    anId: AN_ID,
    put: await statementOf((db) => changeTexts(db, AN_ID, TEXTS, actorId)),
    get: await statementOf((db) => getTask(db, AN_ID)),
    // The row alone; a start also writes an audit row.
    start: {
      text: `insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context,
          state, description, response, request, file_name, cancellation)
        values ('batchline', 'bench-noop', $1, false, 0, 0, '', 1, '', '', '', '', 0) returning id`,
      values: [actorId],
    },
  };
  const { profileFolder } = bench;
  const execArgv = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = fork(join(import.meta.dirname, 'bare-fastify.ts'), { execArgv });
  const exited = once(child, 'exit');
  child.send({ job });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
