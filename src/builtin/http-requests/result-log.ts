import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { message } from '../../core/message.ts';
import type { TaskContext } from '../../sdk/define-task.ts';
import { PermanentError } from '../../sdk/errors.ts';
import { ResumableFile } from '../../sdk/resumable-file.ts';
import { FinishedSet } from './finished-set.ts';

const count = Type.Integer({ minimum: 0 });

const CheckpointSchema = Type.Object({
  /** Ranges of finished requests. */
  finished: Type.Array(Type.Tuple([count, count])),
  failed: count,
  /** The length of the result file. */
  bytes: count,
});

type Checkpoint = Static<typeof CheckpointSchema>;

/**
 * The result file together with what is finished. Lines that come while a write is under way share the next
 * one, so that many requests at once cost few writes.
 */
export class ResultLog {
  readonly finished: FinishedSet;
  readonly #ctx: TaskContext;
  readonly #file: ResumableFile;
  #failed: number;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  private constructor(ctx: TaskContext, file: ResumableFile, before: Checkpoint) {
    this.#ctx = ctx;
    this.#file = file;
    this.#failed = before.failed;
    this.finished = new FinishedSet(before.finished as [number, number][]);
  }

  /**
   * Opens the file as the last checkpoint has it.
   *
   * @throws PermanentError where the checkpoint is not one of this definition
   */
  static async open(ctx: TaskContext, name: string): Promise<ResultLog> {
    const before = ctx.lastCheckpoint ?? { finished: [], failed: 0, bytes: 0 };
    if (!Check(CheckpointSchema, before)) {
      throw new PermanentError(
        message`The checkpoint of an earlier run is not one of this definition; start a new task.`,
      );
    }
    const { path } = await ctx.resultFile(name);
    const file = await ResumableFile.open(path, before.bytes);
    const log = new ResultLog(ctx, file, before);
    if (file.lost) {
      const error = `The lines of the ${log.finished.size} requests before this one were lost with the file.`;
      ctx.log.warn({ path, finished: log.finished.size }, error);
      file.append(`${JSON.stringify({ index: null, error })}\n`);
    }
    return log;
  }

  /** How many requests have failed. */
  get failed(): number {
    return this.#failed;
  }

  /** Adds the line of a finished request; both are durable when it resolves. */
  add(index: number, line: { readonly error: string | null }): Promise<void> {
    this.finished.add(index);
    if (line.error !== null) this.#failed++;
    this.#file.append(`${JSON.stringify(line)}\n`);
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      this.#writing = this.#write();
      return this.#writing;
    });
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #write(): Promise<void> {
    // Taken together with the lines that sync writes: nothing else runs between the two.
    const state = { finished: this.finished.toRanges(), failed: this.#failed };
    const bytes = await this.#file.sync();
    await this.#ctx.checkpoint({ ...state, bytes });
  }
}
