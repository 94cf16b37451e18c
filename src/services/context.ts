import type { TextLimits } from '../core/limits.ts';
import type { Database } from '../db/database.ts';
import type { Files } from '../files/files.ts';
import type { Definitions } from '../queue/definitions.ts';
import type { Registry } from '../queue/registry.ts';
import type { TaskQueue } from '../queue/task-queue.ts';
import type { StartBatcher } from './start-batcher.ts';
import type { TextWriter } from './text-batcher.ts';

/** Dependencies of the services. */
export interface TaskDeps {
  readonly database: Database;
  readonly queue: TaskQueue;
  readonly registry: Registry;
  readonly definitions: Definitions;
  readonly files: Files;
  readonly texts: TextWriter;
  readonly starts: StartBatcher;
  readonly textLimits: TextLimits;
  /** Maximum number of tasks in a list. */
  readonly listLimit: number;
  /** The tenant of tasks that don't specify one. */
  readonly serialNumber: string;
}
