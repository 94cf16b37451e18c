import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { boundedText, MAX_LOG_LINE_LENGTH } from '../core/run-texts.ts';
import { appendLog, MAX_LOG_LINES, type RunLogLine } from '../db/queries/task-log.ts';
import type { Schema } from '../db/schema.ts';
import { outsideRun } from './run.ts';

const FLUSH_MS = 500;

/** Makes a line storable: truncates it to `MAX_LOG_LINE_LENGTH` and replaces characters that can't be stored. */
export function logText(text: string): string {
  return String(boundedText(text, MAX_LOG_LINE_LENGTH));
}

/** Buffers the log lines of the runs of this process, and writes them in batches. */
export class RunLog {
  readonly #db: Kysely<Schema>;
  readonly #log: Logger;
  #lines: RunLogLine[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Kysely<Schema>, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** Adds a line. Drops the oldest buffered lines if the database is too slow, to bound the memory. */
  add(line: RunLogLine): void {
    this.#lines.push({ ...line, message: logText(line.message) });
    if (this.#lines.length > 10 * MAX_LOG_LINES) this.#lines.splice(0, MAX_LOG_LINES);
    this.#timer ??= outsideRun(() => setTimeout(() => void this.flush(), FLUSH_MS));
  }

  /** Writes all buffered lines. Call it before the outcome of a run is written. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) {
      this.#writing = this.#writing
        .then(() => appendLog(this.#db, lines))
        .catch((error: unknown) =>
          this.#log.warn(
            { event: 'task_log.write_failed', err: error, lines: lines.length },
            'failed to write task logs',
          ),
        );
    }
    await this.#writing;
  }
}
