import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { message } from '../../core/message.ts';
import type { TaskContext } from '../../sdk/define-task.ts';
import { PermanentError } from '../../sdk/errors.ts';
import { ResumableFile } from '../../sdk/resumable-file.ts';

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
 * The result file and the set of finished requests. Lines that are added during a write are written together afterwards, so
 * that many concurrent requests need few writes.
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
   * Opens the file at the last checkpoint.
   *
   * @throws PermanentError if the checkpoint does not belong to this definition
   */
  static async open(ctx: TaskContext, name: string): Promise<ResultLog> {
    const before = ctx.lastCheckpoint ?? { finished: [], failed: 0, bytes: 0 };
    if (!Check(CheckpointSchema, before)) {
      throw new PermanentError(
        message`The checkpoint of an earlier run does not belong to this definition; start a new task.`,
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

  /** Number of failed requests. */
  get failed(): number {
    return this.#failed;
  }

  /** Adds the line of a finished request. Line and checkpoint are durable when the promise resolves. */
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
    // Read synchronously with the lines that sync takes, so that both match.
    const state = { finished: this.finished.toRanges(), failed: this.#failed };
    const bytes = await this.#file.sync();
    await this.#ctx.checkpoint({ ...state, bytes });
  }
}

/** A range of indexes; `to` is exclusive. */
export type Range = [from: number, to: number];

/** The finished requests, as ranges. There are few ranges, because requests are started in order. */
export class FinishedSet {
  readonly #ranges: Range[] = [];
  #size = 0;

  constructor(ranges: readonly Range[] = []) {
    for (const [from, to] of ranges) {
      for (let index = from; index < to; index++) this.add(index);
    }
  }

  /** Number of finished requests. */
  get size(): number {
    return this.#size;
  }

  has(index: number): boolean {
    return this.#ranges.some(([from, to]) => from <= index && index < to);
  }

  add(index: number): void {
    if (this.has(index)) return;
    this.#size++;
    let at = this.#ranges.findIndex(([from]) => from > index);
    if (at === -1) at = this.#ranges.length;
    const before = this.#ranges[at - 1];
    const after = this.#ranges[at];
    if (before?.[1] === index && after?.[0] === index + 1) {
      before[1] = after[1];
      this.#ranges.splice(at, 1);
    } else if (before?.[1] === index) {
      before[1]++;
    } else if (after?.[0] === index + 1) {
      after[0]--;
    } else {
      this.#ranges.splice(at, 0, [index, index + 1]);
    }
  }

  /** Returns a copy of the ranges, in order. */
  toRanges(): Range[] {
    return this.#ranges.map(([from, to]) => [from, to]);
  }
}
