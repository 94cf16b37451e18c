import type { Text } from '../core/message.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Why a run was told to end. */
export type RunEndReason = 'stopped' | 'shutdown' | 'lost' | 'waiting' | 'failed';

/** The reason of `signal`, and what a call of a run throws that has lost its task or waits for its children. */
export class RunEnded extends Error {
  readonly reason: RunEndReason;

  constructor(reason: RunEndReason) {
    super(
      {
        stopped: 'The task was stopped.',
        shutdown: 'The server is stopping.',
        lost: 'This run no longer holds the task.',
        failed: 'The run has failed by an error that its code has not caught.',
        waiting: 'The task waits for its children; it has another run when they have ended.',
      }[reason],
    );
    this.name = 'RunEnded';
    this.reason = reason;
  }
}

/** An error whose text can be a `message`, so that the task's Result is told to each reader in their language. */
export class TaskError extends Error {
  readonly text: Text;

  constructor(text: Text, options?: ErrorOptions) {
    super(String(text), options);
    this.name = 'TaskError';
    this.text = text;
  }
}

/** An error that no retry would mend: the task fails at once, whatever its retries. */
export class PermanentError extends TaskError {
  constructor(text: Text, options?: ErrorOptions) {
    super(text, options);
    this.name = 'PermanentError';
  }
}
