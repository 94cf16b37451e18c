import type { TextLimits } from '../core/limits.ts';
import type { Database } from '../db/database.ts';
import type { Files } from '../files/files.ts';
import type { Definitions } from '../queue/definitions.ts';
import type { Registry } from '../queue/registry.ts';
import type { TaskQueue } from '../queue/task-queue.ts';
import type { TextWriter } from './text-batcher.ts';

/** What the operations on tasks work with. */
export interface TaskDeps {
  readonly database: Database;
  readonly queue: TaskQueue;
  readonly registry: Registry;
  readonly definitions: Definitions;
  readonly files: Files;
  readonly texts: TextWriter;
  readonly textLimits: TextLimits;
  /** The most tasks in one list. */
  readonly listLimit: number;
  /** The tenant of tasks that name none. */
  readonly serialNumber: string;
}
