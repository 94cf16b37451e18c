import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import type { WriteStream } from 'node:tty';
import { RequestError, type RequestErrorKind } from '../core/errors.ts';

/**
 * Characters that control a terminal or reorder its text: C0 and C1 controls, DEL, line and paragraph separators, and
 * bidirectional controls.
 */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** Escapes control characters as JSON does (`\u001b`), so that JSON stays valid and parses to the same value. */
export function escapeControls(text: string, { keepLines = false } = {}): string {
  return text.replace(CONTROLS, (control) => {
    if (keepLines && (control === '\n' || control === '\t')) return control;
    if (control === '\n') return '\\n';
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * Escapes control characters, including line breaks, if the output is a terminal: they could forge lines or change the
 * terminal's state.
 */
export function escapeLine(text: string, to: Pick<WriteStream, 'isTTY'> = process.stdout): string {
  return to.isTTY ? escapeControls(text) : text;
}

/** Like `escapeLine`, but keeps line breaks and tabs. */
export function escapeText(text: string, to: Pick<WriteStream, 'isTTY'> = process.stdout): string {
  return to.isTTY ? escapeControls(text, { keepLines: true }) : text;
}

/** Prints a value as JSON, or as the given text if `json` isn't set. */
export function print(value: unknown, json: boolean | undefined, text: string): void {
  console.log(escapeText(json === true ? JSON.stringify(value, null, 2) : text));
}

/** Prints a one-line error to standard error. */
export function printError(message: string): void {
  console.error(escapeLine(`batchline: ${message}`, process.stderr));
}

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

/** Prompts for a password on a terminal; otherwise, reads standard input without its last line break. */
export async function readPassword(login: string): Promise<string> {
  if (!process.stdin.isTTY) return (await readAll(process.stdin)).replace(/\r?\n$/, '');
  process.stderr.write(`Password for ${login}: `);
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: discard, terminal: true });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}
