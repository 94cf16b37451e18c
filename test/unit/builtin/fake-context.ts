import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Ajv } from 'ajv';
import { Kysely, PGliteDialect, sql } from 'kysely';
import { pino } from 'pino';
import type { Static, TSchema } from 'typebox';
import type { BatchTask } from '../../../src/core/task.ts';
import { importTables } from '../../../src/db/migrations/0017-import-tables.ts';
import { childrenOver } from '../../../src/sdk/children.ts';
import type {
  RunServices,
  RunTransaction,
  TaskContext,
  TaskDefinition,
} from '../../../src/sdk/define-task.ts';
import type { Json } from '../../../src/sdk/errors.ts';
import { PermanentError } from '../../../src/sdk/errors.ts';

/** A temporary folder that is gone after the test. */
export interface TempFolder extends AsyncDisposable {
  readonly path: string;
}

export async function tempFolder(): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), 'batchline-builtin-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A real PostgreSQL in memory, with the schema that migrations make. */
export async function openDatabase(): Promise<Kysely<unknown>> {
  const database = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite: new PGlite() }) });
  await sql`create schema batchline_data`.execute(database);
  await sql`create schema batchline`.execute(database);
  await importTables.up(database);
  return database;
}

export const TASK: BatchTask = {
  id: 7,
  tenant: 'T1',
  name: 'test',
  ownerId: 1,
  isInternal: false,
  detailsTable: 0,
  detailsRecord: 0,
  parameters: null,
  created: new Date('2024-01-02T03:04:05Z'),
  updated: new Date('2024-01-02T03:04:06Z'),
  lastStarted: null,
  startCount: 1,
  context: '',
  result: '',
  resultMessage: null,
  state: 'Started',
  description: '',
  response: '',
  request: '',
  progressDescription: '',
  progressMessage: null,
  progressPercent: 0,
  fileName: '',
  cancellation: 'CanCancel',
  attempt: 1,
  failures: 0,
  losses: 0,
  parentId: null,
  updatedCount: 0,
};

const ajv = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: true, strict: false });

/**
 * Parameters as the engine reads them: coerced, with their defaults.
 *
 * @throws Error if the schema refuses them
 */
export function parametersOf<S extends TSchema>(definition: TaskDefinition<S>, given: object): Static<S> {
  const value = structuredClone(given);
  const validate = ajv.compile(JSON.parse(JSON.stringify(definition.parameters)) as object);
  if (!validate(value)) throw new Error(ajv.errorsText(validate.errors));
  return value as Static<S>;
}

/** Context of a run; everything has a harmless default. */
export interface FakeOptions<P> {
  readonly parameters: P;
  readonly folder?: string;
  readonly database?: Kysely<unknown>;
  readonly lastCheckpoint?: Json | undefined;
  readonly allowPrivateAddresses?: boolean;
  readonly tasks?: readonly BatchTask[];
  readonly taskId?: number;
  readonly traceHeaders?: Readonly<Record<string, string>>;
  /** Called before each commit of a transaction or a checkpoint of its own; throws to kill the run there. */
  readonly beforeCommit?: (number: number) => void;
  /** Called after each commit and each checkpoint; throws to kill the run there. */
  readonly afterCheckpoint?: (number: number) => void;
}

/** A run's context without a server: what the run told is kept in memory. */
export interface FakeContext<P> extends TaskContext<P> {
  readonly told: { percent: number; text: string | undefined }[];
  /** The last checkpoint, of this run or of the one before. */
  checkpointed: Json | undefined;
  readonly abort: (reason: unknown) => void;
  /** The names of the result files that were asked for. */
  readonly files: string[];
}

const noChildren = (): Promise<never> => Promise.reject(new Error('This test has no children.'));

export function fakeContext<P>(options: FakeOptions<P>): FakeContext<P> {
  const controller = new AbortController();
  let transactions = 0;
  let checkpoints = 0;
  const keep = (value: Json): void => {
    context.checkpointed = JSON.parse(JSON.stringify(value)) as Json;
    options.afterCheckpoint?.(++checkpoints);
  };
  const services: RunServices = {
    get database() {
      if (options.database === undefined) throw new Error('This test has no database.');
      return options.database;
    },
    async transaction<T>(work: (tx: RunTransaction) => Promise<T>): Promise<T> {
      let pending: Json | undefined;
      const result = await services.database.transaction().execute(async (trx) => {
        const value = await work({
          sql: trx,
          checkpoint: (json) => {
            pending = json;
            return Promise.resolve();
          },
        });
        options.beforeCommit?.(++transactions);
        return value;
      });
      if (pending !== undefined) keep(pending);
      return result;
    },
    inputFile: (name) =>
      options.folder === undefined
        ? Promise.reject(new PermanentError(`There is no file ${name}.`))
        : Promise.resolve(join(options.folder, name)),
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    async *tasks(filter) {
      for (const task of options.tasks ?? []) {
        if (filter.name !== undefined && task.name !== filter.name) continue;
        if (filter.state !== undefined && task.state !== filter.state) continue;
        yield task;
      }
    },
  };
  const context: FakeContext<P> = {
    parameters: options.parameters,
    task: { ...TASK, id: options.taskId ?? TASK.id },
    attempt: 1,
    signal: controller.signal,
    log: pino({ level: 'silent' }),
    traceHeaders: options.traceHeaders ?? {},
    lastCheckpoint: options.lastCheckpoint,
    checkpointed: options.lastCheckpoint,
    told: [],
    files: [],
    abort: (reason) => controller.abort(reason),
    progress(percent, text) {
      if (!(percent >= 0 && percent <= 100)) throw new RangeError(`${percent} is not a percentage`);
      context.told.push({ percent: Math.trunc(percent), text: text && String(text) });
    },
    async checkpoint(value) {
      options.beforeCommit?.(++transactions);
      keep(value);
    },
    resultFile(name) {
      if (options.folder === undefined) throw new Error('This test has no folder.');
      context.files.push(name);
      return Promise.resolve({ name, path: join(options.folder, name) });
    },
    children: childrenOver({
      start: noChildren,
      wait: noChildren,
      summary: noChildren,
      page: noChildren,
    }),
    services,
  };
  return context;
}
