import type { Kysely } from 'kysely';
import { Batcher } from '../core/batcher.ts';
import type { BatchTask } from '../core/task.ts';
import { getTasks } from '../db/queries/task.ts';
import type { Schema } from '../db/schema.ts';

const MAX_BATCH = 50;

/**
 * Reads single tasks. One statement reads the tasks of all calls that arrive during another one
 * (docs/decisions/0054-reads-together.md). Each call sees what was committed before it, because its statement begins later.
 */
export class TaskReader {
  readonly #batcher: Batcher<number, BatchTask | undefined>;

  constructor(db: Kysely<Schema>) {
    this.#batcher = new Batcher((ids) => getTasks(db, ids), { maxItems: MAX_BATCH });
  }

  /** Returns the task with this id, or `undefined`. It does not check rights. */
  read(id: number): Promise<BatchTask | undefined> {
    return this.#batcher.add(id);
  }
}
