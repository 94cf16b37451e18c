import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { Files } from '../../src/files/files.ts';
import { openStore } from '../../src/files/open.ts';
import { Definitions } from '../../src/queue/definitions.ts';
import { loadHandlers, Registry } from '../../src/queue/registry.ts';
import { TaskQueue } from '../../src/queue/task-queue.ts';
import type { TaskDeps } from '../../src/services/access.ts';
import { StartBatcher } from '../../src/services/start-batcher.ts';
import { TaskReader } from '../../src/services/task-reader.ts';
import { TextWriter } from '../../src/services/text-batcher.ts';
import type { Place } from './databases.ts';
import { TEST_ENV } from './test-server.ts';

/** The components of a server without its background jobs: tests call the ones under test. */
export interface TestNode {
  readonly parts: TaskDeps;
  stop(): Promise<void>;
}

/** Opens a node on a place, with the definitions of a module. @param database an open one; the place's by default */
export async function openTestNode(place: Place, handlers: string, database?: Database): Promise<TestNode> {
  const log = pino({ level: 'silent' });
  const config = readConfig({ ...TEST_ENV, ...place.env });
  const registry = new Registry(config.leaseSeconds);
  await loadHandlers(registry, [handlers]);
  const opened = database ?? (await openDatabase(config, log));
  const queue = new TaskQueue();
  const definitions = new Definitions(registry, opened.sql, queue, config.leaseSeconds);
  await definitions.prepare();
  const store = await openStore(config.files, join(config.dataFolder, 'scratch'), config.uploadLimit);
  const files = new Files(config, opened.sql, store, log);
  const { textLimits, listLimit, serialNumber } = config;
  return {
    parts: {
      database: opened,
      queue,
      registry,
      definitions,
      files,
      reader: new TaskReader(opened.sql),
      texts: new TextWriter(opened.sql),
      starts: new StartBatcher(opened, queue),
      textLimits,
      listLimit,
      serialNumber,
    },
    async stop() {
      if (database === undefined) await opened.close();
    },
  };
}
