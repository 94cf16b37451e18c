import type { TextLimits } from '../domain/limits.ts';
import type { Definitions } from '../engine/definitions.ts';
import type { Registry } from '../engine/registry.ts';
import type { TaskQueue } from '../engine/task-queue.ts';
import type { Files } from '../files/files.ts';
import type { Database } from '../store/database.ts';
import type { TextWriter } from './text-writer.ts';

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
