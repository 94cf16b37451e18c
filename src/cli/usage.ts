import { RequestError, type RequestErrorKind } from '../core/errors.ts';

/** Exit codes and their meaning, for scripts. 130 and 143 mean that a signal ended the process. */
export const EXIT_CODES = {
  0: 'success',
  1: 'the command failed, or a setting is invalid',
  2: 'the command line is invalid',
  3: 'not signed in, or not permitted',
  4: 'not found',
  5: 'not possible in the current state',
  6: 'the server is unreachable',
  7: 'the watched task failed',
  8: 'the database or the data folder needs repair; a restart does not help',
} as const;

/** Printed when the first signal stops a server or a worker. */
export const STOPPING =
  'Stopping: running tasks finish or return to the queue. Press Ctrl-C again to exit immediately.';

/** An exit code of `batchline`. */
export type ExitCode = keyof typeof EXIT_CODES;

const BY_STATUS: Readonly<Record<number, ExitCode>> = { 401: 3, 403: 3, 404: 4, 409: 5, 412: 5 };

const BY_KIND: Readonly<Partial<Record<RequestErrorKind, ExitCode>>> = {
  unauthenticated: 3,
  forbidden: 3,
  notFound: 4,
  conflict: 5,
  precondition: 5,
};

/** Returns the exit code for an error of the server or of a service: by its status or its kind, otherwise 1. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof RequestError) return BY_KIND[error.kind] ?? 1;
  const { status } = error as { status?: unknown };
  return (typeof status === 'number' && BY_STATUS[status]) || 1;
}

/** Resolves on the first SIGINT or SIGTERM. The next one ends the process immediately. */
export function untilSignal(): Promise<'signalled'> {
  return new Promise((resolve) => {
    const onSignal = (): void => {
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(143));
      resolve('signalled');
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
  });
}
