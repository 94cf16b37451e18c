import pino, { type Logger } from 'pino';
import type { BatchTask } from '../core/task.ts';

/** A line that a run logs, apart from where it goes. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

const LEVELS: Readonly<Record<number, LogLine['level']>> = {
  10: 'debug',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'error',
};

/** A pino logger whose lines are told instead of printed. */
export function forwardingLog(forward: (line: LogLine) => void): Logger {
  return pino(
    { level: 'debug', base: null, timestamp: false },
    {
      write(line: string) {
        const { level, msg, ...fields } = JSON.parse(line) as { level: number; msg?: string };
        forward({ level: LEVELS[level] ?? 'info', message: msg, fields });
      },
    },
  );
}

/** The line as one text: its message, and its fields as JSON where it has some. */
export function lineText({ message, fields }: LogLine): string {
  const rest = Object.keys(fields).length === 0 ? '' : JSON.stringify(fields);
  return [message ?? '', rest].filter((part) => part !== '').join(' ');
}

/** What every line that a run logs names: the same fields in the server and in workers outside it. */
export function logFieldsOf(
  { id: taskId, attempt, name: definition, tenant }: BatchTask,
  traceId: string | undefined,
): Record<string, string | number> {
  const fields = { taskId, attempt, definition, tenant };
  return traceId === undefined ? fields : { ...fields, trace_id: traceId };
}
