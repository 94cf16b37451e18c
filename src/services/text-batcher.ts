import type { Kysely } from 'kysely';
import { Batcher } from '../core/batcher.ts';
import type { BatchTask } from '../core/task.ts';
import { changeManyTexts, type TextChange } from '../db/queries/task-write.ts';
import type { Schema } from '../db/schema.ts';

const MAX_BATCH = 100;

/**
 * Writes changes of texts: PUTs that don't change State. One statement writes all concurrent changes, each under its own
 * conditions. Changes of the same task are written one after the other (docs/decisions/0018-changes-together.md).
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
   * Writes a change. Resolves when it is durable.
   *
   * @returns the updated task; `undefined` if nothing was changed (see `changeManyTexts`)
   */
  write(change: TextChange): Promise<BatchTask | undefined> {
    return this.#batcher.add(change);
  }
}
