import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { type Caller, SCOPES } from '../src/core/access.ts';
import type { Database } from '../src/db/database.ts';
import { openDatabase } from '../src/db/open.ts';
import { IS_ACTIVE } from '../src/db/queries/task.ts';
import { Files } from '../src/files/files.ts';
import { openStore } from '../src/files/open.ts';
import { Definitions } from '../src/queue/definitions.ts';
import { loadHandlers, Registry } from '../src/queue/registry.ts';
import { TaskQueue } from '../src/queue/task-queue.ts';
import { TaskRunner } from '../src/queue/worker.ts';
import type { BulkItems } from '../src/services/bulk-start.ts';
import { StartBatcher } from '../src/services/start-batcher.ts';
import { TaskReader } from '../src/services/task-reader.ts';
import { TextWriter } from '../src/services/text-batcher.ts';

/** The caller who starts the tasks. */
export const CALLER: Caller = {
  associateId: 1,
  login: 'bench',
  roles: ['administrator'],
  tenant: null,
  scopes: SCOPES,
};

/** A start of the no-op definition. */
export const REQUEST = {
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
} as const;

/** This many starts of the no-op definition, for a bulk start. */
export function startsOf(length: number): BulkItems {
  return { length, placeOf: (index) => `Tasks[${index}]`, read: () => ({ request: REQUEST, options: {} }) };
}

/** The components of src/server.ts without HTTP. The engine starts when it is created. */
export async function openParts(env: Readonly<Record<string, string>>) {
  const config = readConfig(env);
  const log = pino({ level: config.logLevel });
  const registry = new Registry(config.leaseSeconds);
  await loadHandlers(registry, config.handlers);
  const database = await openDatabase(config, log);
  const queue = new TaskQueue();
  queue.add(registry.names());
  const definitions = new Definitions(registry, database.sql, queue, config.leaseSeconds);
  const store = await openStore(config.files, join(config.dataFolder, 'scratch'), config.uploadLimit);
  const files = new Files(config, database.sql, store, log);
  const parts = {
    ...config,
    database,
    queue,
    registry,
    definitions,
    files,
    reader: new TaskReader(database.sql),
    texts: new TextWriter(database.sql),
    starts: new StartBatcher(database, queue),
  };
  return {
    parts,
    database,
    makeEngine: () => new TaskRunner(parts, config, log),
    async close() {
      await database.close();
    },
  };
}

/** True if a task is queued or running. Reads two small indexes. */
export async function anyLeft(database: Database): Promise<boolean> {
  const { rows } = await sql<{ left: boolean }>`
    select exists (select from batchline.task where state = 1)
      or exists (select from batchline.task as t where ${IS_ACTIVE}) as left`.execute(database.sql);
  return rows[0]?.left ?? true;
}
