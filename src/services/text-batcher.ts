import type { Kysely } from 'kysely';
import { Batcher } from '../core/batcher.ts';
import type { BatchTask } from '../core/task.ts';
import { changeManyTexts, type TextChange } from '../db/queries/task-write.ts';
import type { Schema } from '../db/schema.ts';

const MAX_BATCH = 100;

/**
 * Writes changes of texts (the PUTs that leave State as it is). Those that wait at the same moment are written and
 * made durable by one statement, each under its own conditions; two of one task, one after the other
 * (docs/decisions/0018-changes-together.md).
 */
export class TextWriter {
  readonly #batcher: Batcher<TextChange, BatchTask | undefined>;

  constructor(db: Kysely<Schema>) {
    this.#batcher = new Batcher((changes) => changeManyTexts(db, changes), {
      maxItems: MAX_BATCH,
      keyOf: ({ id }) => id,
    });
  }

  /**
   * Resolves when the change is durable.
   *
   * @returns the task as it is then; `undefined` where nothing has changed (`changeManyTexts` tells when)
   */
  write(change: TextChange): Promise<BatchTask | undefined> {
    return this.#batcher.add(change);
  }
}
