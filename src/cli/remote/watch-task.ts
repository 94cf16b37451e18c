import { setTimeout as delay } from 'node:timers/promises';
import type { Carrier } from '#client';
import { hasEnded, type StoredState } from '../../core/task-state.ts';
import { oneLine, severalLines } from '../output.ts';
import type { ExitCode } from '../usage.ts';
import type { Connection } from './connection.ts';

type Task = Carrier<'BatchTaskInfo'>;

/** How often the task is asked for, in milliseconds. */
const INTERVAL = 300;
const BAR_WIDTH = 30;
/** Of a terminal that does not tell its width. */
const USUAL_WIDTH = 80;

/**
 * Shows a task until it has ended: a bar on a terminal; elsewhere, and with `json`, a line with each change.
 *
 * @returns 7 where it has failed
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
    const isOver = hasEnded(task.State as StoredState);
    const line = bar ? barOf(task) : lineOf(task);
    if (line !== shown) {
      if (bar)
        process.stdout.write(`\r\x1b[K${oneLine(line).slice(0, process.stdout.columns || USUAL_WIDTH)}`);
      else console.log(oneLine(json === true ? JSON.stringify(task) : line));
      shown = line;
    }
    if (isOver) {
      if (bar) process.stdout.write('\n');
      if (json !== true && task.Result !== '') console.log(severalLines(task.Result));
      return task.State === 'Failed' ? 7 : 0;
    }
    await delay(INTERVAL);
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
