import { createReadStream } from 'node:fs';
import { type BatchlineClient, ignoredBy } from '#client';
import { OperatorError } from '../../core/errors.ts';
import { type ExitCode, escapeLine, print } from '../output.ts';
import { type Connection, type ConnectionOptions, connect } from './connection.ts';

/** Options of `task bulk-start`. */
export interface BulkStartOptions extends ConnectionOptions {
  readonly at?: string;
  /** In seconds. */
  readonly delay?: number;
  readonly priority?: string;
  readonly key?: string;
  readonly dryRun?: boolean;
}

/** Lines that are sent in one call. */
export interface Chunk {
  /** The numbers of its first and last line; the file begins with line 1. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Number of lines that are not blank. */
  readonly tasks: number;
  readonly text: string;
}

/** Maximum number of lines in a call. The server accepts 10,000 tasks. */
const MAX_LINES = 5000;
/** Maximum length of the lines in a call, in UTF-16 code units; at most 6 MiB in UTF-8. The server accepts 8 MiB. */
const MAX_LENGTH = 2 * 1024 * 1024;

/**
 * `batchline task bulk-start FILE`: starts a task for each line of a file and prints the ids. Each call starts all of its
 * lines or none.
 */
export async function bulkStart(file: string, options: BulkStartOptions): Promise<ExitCode> {
  const connection = await connect(options);
  const ids: number[] = [];
  let refused = 0;
  let lastLine = 0;
  try {
    for await (const chunk of chunksOf(readText(file))) {
      const outcome = await send(connection, chunk, options);
      lastLine = chunk.lastLine;
      if (options.dryRun === true) refused += chunk.tasks - outcome.valid;
      for (const id of outcome.ids) ids.push(id);
      if (options.json !== true && outcome.ids.length > 0) console.log(outcome.ids.join('\n'));
      showProgress(`${options.dryRun === true ? 'Checked' : 'Started'} lines 1 to ${lastLine}`);
    }
  } catch (error) {
    // Started tasks stay started, so their ids are printed before the error.
    if (options.json === true && ids.length > 0) print({ Ids: ids }, true, '');
    endProgress();
    if (lastLine > 0 && options.dryRun !== true)
      console.error(`The tasks of lines 1 to ${lastLine} are started.`);
    throw error;
  }
  endProgress();
  if (options.dryRun === true)
    console.error(refused === 0 ? 'All lines are valid.' : `Invalid lines: ${refused}`);
  else if (options.json === true) print({ Ids: ids }, true, '');
  return refused === 0 ? 0 : 1;
}

/** Starts or checks the tasks of a chunk. Prints the lines that a dry run refuses. */
async function send(
  { client, answer }: Connection,
  { firstLine, text }: Chunk,
  { at, delay, priority, key, dryRun }: BulkStartOptions,
): Promise<{ readonly ids: readonly number[]; readonly valid: number }> {
  type Body = NonNullable<Parameters<BatchlineClient['POST']>[1]>['body'];
  const call = client.POST('/api/v1/BatchTask/Bulk', {
    params: {
      query: {
        FirstLine: String(firstLine),
        ...(dryRun === true ? { DryRun: 'true' } : {}),
        ...(at === undefined ? {} : { StartAt: at }),
        ...(delay === undefined ? {} : { DelaySeconds: String(delay) }),
        ...(priority === undefined ? {} : { Priority: priority }),
      },
      header: key === undefined ? {} : { 'Idempotency-Key': `${key}:${firstLine}` },
    },
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: text as unknown as Body & never,
    bodySerializer: (body: unknown) => body as string,
  });
  const outcome = await answer(call);
  if (outcome.Action !== 'Start') throw new Error(`The server answered with the action ${outcome.Action}.`);
  const ignored = ignoredBy((await call).response);
  if (ignored !== null) console.error(`The server ignored: ${ignored}`);
  for (const { Reason } of outcome.Refused) console.error(escapeLine(Reason, process.stderr));
  return { ids: outcome.Ids, valid: outcome.Done };
}

/** Divides a text into chunks of whole lines. Omits chunks of blank lines. */
export async function* chunksOf(parts: AsyncIterable<string>): AsyncGenerator<Chunk> {
  let firstLine = 1;
  let lines: string[] = [];
  let length = 0;
  let rest = '';
  const taken = (): Chunk | undefined => {
    const tasks = lines.filter((line) => line.trim() !== '').length;
    const chunk = { firstLine, lastLine: firstLine + lines.length - 1, tasks, text: lines.join('\n') };
    firstLine += lines.length;
    lines = [];
    length = 0;
    return tasks === 0 ? undefined : chunk;
  };
  for await (const part of parts) {
    const [first = '', ...others] = part.split('\n');
    rest += first;
    for (const next of others) {
      if (lines.length === MAX_LINES || (lines.length > 0 && length + rest.length > MAX_LENGTH)) {
        const chunk = taken();
        if (chunk !== undefined) yield chunk;
      }
      lines.push(rest);
      length += rest.length;
      rest = next;
    }
    if (rest.length > MAX_LENGTH)
      throw new OperatorError(
        'USAGE_INVALID',
        `line ${firstLine + lines.length} is longer than ${MAX_LENGTH} characters; each line must be a BatchTaskInfo in JSON`,
      );
  }
  if (rest !== '') lines.push(rest);
  const chunk = taken();
  if (chunk !== undefined) yield chunk;
}

/** Reads a file, or standard input for `-`, as UTF-8. */
async function* readText(file: string): AsyncGenerator<string> {
  const name = file === '-' ? 'standard input' : file;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of file === '-' ? process.stdin : createReadStream(file))
      yield decoder.decode(bytes as Buffer, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new OperatorError('USAGE_INVALID', `${name} is not UTF-8`, error);
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new OperatorError('USAGE_INVALID', `can't read ${name}: ${(error as Error).message}`, error);
  }
}

/** True if progress is shown: on a terminal, unless the ids are printed there. */
const showsProgress = process.stderr.isTTY && !process.stdout.isTTY;

function showProgress(text: string): void {
  if (showsProgress) process.stderr.write(`\r\x1b[K${text}`);
}

function endProgress(): void {
  if (showsProgress) process.stderr.write('\n');
}
