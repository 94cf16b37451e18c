import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { type Caller, SCOPES } from '../src/domain/caller.ts';
import { Definitions } from '../src/engine/definitions.ts';
import { Engine } from '../src/engine/engine.ts';
import { JobQueue } from '../src/engine/job-queue.ts';
import { loadHandlers } from '../src/engine/load-handlers.ts';
import { Registry } from '../src/engine/registry.ts';
import { Files } from '../src/files/files.ts';
import { openStore } from '../src/files/open-store.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { startTask } from '../src/tasks/start-task.ts';
import { TextWriter } from '../src/tasks/text-writer.ts';
import { noopRuns } from './handlers.ts';
import { eachPerSecond } from './load.ts';
import { answerWith } from './processes.ts';

/** Tasks to start and to drain. */
export interface DrainJob {
  readonly env: Readonly<Record<string, string>>;
  readonly tasks: number;
  /** Starts under way at once. */
  readonly atOnce: number;
  /** Jobs in one fetch of bare pg-boss. */
  readonly batchSize: number;
}

/** Tasks or jobs a second. */
export interface DrainRates {
  readonly start: number;
  readonly drain: number;
}

const CALLER: Caller = {
  associateId: 1,
  login: 'bench',
  roles: ['administrator'],
  tenant: null,
  scopes: SCOPES,
};

await answerWith(async (job: DrainJob): Promise<DrainRates> => {
  // The parts of src/server.ts, but the engine starts only when everything waits.
  const config = readConfig(job.env);
  const log = pino({ level: config.logLevel });
  const registry = new Registry(config.leaseSeconds);
  await loadHandlers(registry, config.handlers);
  const database = await openDatabase(config, log);
  const queue = await JobQueue.open(database, log);
  await queue.ensure(registry.names());
  const definitions = new Definitions(registry, database.sql, queue, config.leaseSeconds);
  const store = await openStore(config.files, join(config.dataFolder, 'scratch'), config.uploadLimit);
  const files = new Files(config, database.sql, store, log);
  const texts = new TextWriter(database.sql);
  const parts = { ...config, database, queue, registry, definitions, files, texts };
  const request = {
    name: 'bench-noop',
    associateId: 0,
    isSystemTask: false,
    isInternalTask: false,
    detailsTable: 0,
    detailsRecord: 0,
    parameterObject: { for: 'drain' },
    databaseSerialNumber: '',
    context: '',
    description: 'A task that does nothing',
    response: '',
    request: '',
    fileName: '',
  };
  const start = await eachPerSecond(Array.from({ length: job.tasks }), job.atOnce, () =>
    startTask(parts, CALLER, request),
  );

  const engine = new Engine(parts, config, log);
  const started = performance.now();
  await engine.start();
  while (noopRuns.begun < job.tasks) await delay(5);
  while (await anyLeft(database)) await delay(5);
  const seconds = (performance.now() - started) / 1000;

  await checkRecord(database, job.tasks);
  await engine.stop();
  await queue.stop();
  await database.close();
  return { start, drain: job.tasks / seconds };
});

/** Whether a task waits or runs: a look into two small indexes. */
async function anyLeft(database: Database): Promise<boolean> {
  const { rows } = await sql<{ left: boolean }>`
    select exists (select from batchline.task where state = 1)
      or exists (select from batchline.task where lease_until is not null) as left`.execute(database.sql);
  return rows[0]?.left ?? true;
}

/** The life cycle must be complete: every task Succeeded after one run, with its four audit rows, its job completed. */
async function checkRecord(database: Database, tasks: number): Promise<void> {
  const { rows } = await sql<{ succeeded: number; audit: number; jobs: number }>`select
    (select count(*) from batchline.task where state = 4 and start_count = 1 and attempt = 1)::int as succeeded,
    (select count(*) from batchline.task_audit)::int as audit,
    (select count(*) from batchline_engine.job where state = 'completed')::int as jobs`.execute(database.sql);
  const expected = JSON.stringify({ succeeded: tasks, audit: 4 * tasks, jobs: tasks });
  const found = JSON.stringify(rows[0]);
  if (found !== expected) throw new Error(`the drain has left ${found} and not ${expected}`);
}
