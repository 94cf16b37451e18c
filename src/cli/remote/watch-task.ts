import { setTimeout as delay } from 'node:timers/promises';
import type { Carrier } from '#client';
import { hasEnded, type StoredState } from '../../core/task-state.ts';
import { escapeLine, escapeText } from '../output.ts';
import type { ExitCode } from '../usage.ts';
import type { Connection } from './connection.ts';

type Task = Carrier<'BatchTaskInfo'>;

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
  { client, answer }: Connection,
  id: number,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const bar = json !== true && process.stdout.isTTY;
  let shown = '';
  for (;;) {
    const task = (await answer(client.GET('/api/v1/BatchTask/{id}', { params: { path: { id } } }))) as Task;
    const hasFinished = hasEnded(task.State as StoredState);
    const line = bar ? barOf(task) : lineOf(task);
    if (line !== shown) {
      if (bar)
        process.stdout.write(`\r\x1b[K${escapeLine(line).slice(0, process.stdout.columns || DEFAULT_WIDTH)}`);
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

function lineOf({ Id, Name, State, ProgressPercent, ProgressDescription }: Task): string {
  return `${Id} ${Name} ${State} ${ProgressPercent} % ${ProgressDescription}`.trimEnd();
}

function barOf({ State, ProgressPercent, ProgressDescription }: Task): string {
  const done = Math.round((BAR_WIDTH * Math.min(ProgressPercent, 100)) / 100);
  const bar = '█'.repeat(done) + '░'.repeat(BAR_WIDTH - done);
  return `${bar} ${String(ProgressPercent).padStart(3)} % ${State} ${ProgressDescription}`;
}
