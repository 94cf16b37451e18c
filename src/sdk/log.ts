import pino, { type Logger } from 'pino';
import type { BatchTask } from '../core/task.ts';

/** A log line of a run. */
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

/** Returns a pino logger that passes its lines to a function instead of printing them. */
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

/** Formats a line as one text: its message, then its fields as JSON if there are any. */
export function lineText({ message, fields }: LogLine): string {
  const rest = Object.keys(fields).length === 0 ? '' : JSON.stringify(fields);
  return [message ?? '', rest].filter((part) => part !== '').join(' ');
}

/** Returns the fields of every log line of a run, the same in the server and in external workers. */
export function logFieldsOf(
  { id: taskId, attempt, name: definition, tenant }: BatchTask,
  traceId: string | undefined,
): Record<string, string | number> {
  const fields = { taskId, attempt, definition, tenant };
  return traceId === undefined ? fields : { ...fields, trace_id: traceId };
}
