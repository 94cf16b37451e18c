import { Refusal } from '../domain/errors.ts';
import type { Text } from '../domain/message.ts';
import { TaskError } from './define-task.ts';

/** What to tell of an error that a run has thrown: its message, as one of ours where it is. */
export function failureText(error: unknown): Text {
  if (error instanceof Refusal || error instanceof TaskError) return error.text;
  return error instanceof Error ? error.message || error.name : String(error);
}
