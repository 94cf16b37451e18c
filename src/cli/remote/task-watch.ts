import { setTimeout as delay } from 'node:timers/promises';
import type { Carrier } from '#client';
import { hasEnded, type StoredState } from '../../core/task-state.ts';
import { type ExitCode, escapeLine, escapeText } from '../output.ts';
import { cutToWidth, timeText } from '../table.ts';
import { type Connection, type ConnectionOptions, connect } from './connection.ts';
import { readTask, readWaiting } from './task-reads.ts';

type Task = Carrier<'BatchTaskInfo'>;

const at = (id: number) => ({ path: { id } });

/** `batchline task watch ID`: follows a task until it ends. */
export async function watchTaskCommand(id: number, options: ConnectionOptions): Promise<ExitCode> {
  return watchTask(await connect(options), id, options);
}

/** Polling interval of `--follow`. */
const LOG_INTERVAL_MS = 500;

/** `batchline task logs ID`: prints the log of a task. */
export async function showLog(
  id: number,
  options: ConnectionOptions & { readonly follow?: boolean; readonly attempt?: number },
): Promise<ExitCode> {
  const connection = await connect(options);
  const { client, answer } = connection;
  const attempt = options.attempt === undefined ? {} : { Attempt: String(options.attempt) };
  let after = 0;
  for (;;) {
    // Reads the state before the log: if the task has ended, this page of the log is complete.
    const hasFinished =
      options.follow !== true || hasEnded((await readTask(connection, id)).State as StoredState);
    const found = await answer(
      client.GET('/api/v1/BatchTask/{id}/Log', {
        params: { ...at(id), query: { After: String(after), ...attempt } },
      }),
    );
    for (const line of found)
      console.log(
        escapeLine(
          options.json === true
            ? JSON.stringify(line)
            : `${timeText(line.At)} ${line.Level.padEnd(5)} ${line.Message}`,
        ),
      );
    after = found.at(-1)?.Id ?? after;
    if (hasFinished) return 0;
    await delay(LOG_INTERVAL_MS);
  }
}

/** Polling interval. */
const INTERVAL_MS = 300;
const BAR_WIDTH = 30;
/** Width of a terminal that doesn't report one. */
const DEFAULT_WIDTH = 80;

/**
 * Follows a task until it ends: with a progress bar on a terminal; otherwise, and with `json`, one line for each change.
 *
 * @returns 7 if the task failed
 */
export async function watchTask(
  connection: Connection,
  id: number,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const bar = json !== true && process.stdout.isTTY;
  let shown = '';
  for (;;) {
    const task = await readTask(connection, id);
    const hasFinished = hasEnded(task.State as StoredState);
    const reason = task.State === 'New' && json !== true ? await firstWait(connection, id) : '';
    const line = `${bar ? barOf(task) : lineOf(task)} ${reason}`.trimEnd();
    if (line !== shown) {
      if (bar)
        process.stdout.write(
          `\r\x1b[K${cutToWidth(escapeLine(line), process.stdout.columns || DEFAULT_WIDTH)}`,
        );
      else console.log(escapeLine(json === true ? JSON.stringify(task) : line));
      shown = line;
    }
    if (hasFinished) {
      if (bar) process.stdout.write('\n');
      if (json !== true && task.Result !== '') console.log(escapeText(task.Result));
      return task.State === 'Failed' ? 7 : 0;
    }
    await delay(INTERVAL_MS);
  }
}

/** The first reason why a task waits; empty if it is only its position in the queue, which changes all the time. */
async function firstWait(connection: Connection, id: number): Promise<string> {
  const [first] = (await readWaiting(connection, id))?.WaitsFor ?? [];
  return first === undefined || ['Queue', 'Due', 'Running', 'Ended'].includes(first.Reason) ? '' : first.Text;
}

function lineOf({ Id, Name, State, ProgressPercent, ProgressDescription }: Task): string {
  return `${Id} ${Name} ${State} ${ProgressPercent} % ${ProgressDescription}`.trimEnd();
}

function barOf({ State, ProgressPercent, ProgressDescription }: Task): string {
  const done = Math.round((BAR_WIDTH * Math.min(ProgressPercent, 100)) / 100);
  const bar = '█'.repeat(done) + '░'.repeat(BAR_WIDTH - done);
  return `${bar} ${String(ProgressPercent).padStart(3)} % ${State} ${ProgressDescription}`;
}
