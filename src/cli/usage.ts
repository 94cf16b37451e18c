import { RequestError, type RequestErrorKind } from '../core/errors.ts';

/** What scripts can tell by how the program ends, by code. 130 and 143: a signal has ended it. */
export const EXIT_CODES = {
  0: 'done',
  1: 'it has failed, or a setting is wrong',
  2: 'the command line is wrong',
  3: 'nobody is signed in, or they may not do this',
  4: 'there is no such thing',
  5: 'it can not be done as things are',
  6: 'the server does not answer',
  7: 'the task that was watched has failed',
  8: 'the database or its folder needs repair; a restart does not help',
} as const;

/** An exit code of the program. */
export type ExitCode = keyof typeof EXIT_CODES;

const BY_STATUS: Readonly<Record<number, ExitCode>> = { 401: 3, 403: 3, 404: 4, 409: 5, 412: 5 };

const BY_KIND: Readonly<Partial<Record<RequestErrorKind, ExitCode>>> = {
  unauthenticated: 3,
  forbidden: 3,
  notFound: 4,
  conflict: 5,
  precondition: 5,
};

/** The code for what a server has refused, or the command itself. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof RequestError) return BY_KIND[error.kind] ?? 1;
  const { status } = error as { status?: unknown };
  return (typeof status === 'number' && BY_STATUS[status]) || 1;
}

/** Resolves at SIGINT or SIGTERM; from then on another one ends the process at once. */
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
