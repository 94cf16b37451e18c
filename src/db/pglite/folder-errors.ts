import { OperatorError } from '../../core/operator-error.ts';

/** The error of a data folder that can't be used because of its permissions or its disk. */
export function folderUnusable(folder: string, cause: unknown): OperatorError {
  return new OperatorError(
    'DATA_FOLDER_UNUSABLE',
    `BATCHLINE_DATA: "${folder}" can't be used (${reasonOf(cause)}); a folder that can be made and written to is accepted.`,
    cause,
  );
}

/**
 * The error of a data folder that holds something other than a complete database. Nothing was written to it.
 *
 * @param advice a sentence that says what to do
 */
export function databaseIncomplete(folder: string, problem: string, advice: string): OperatorError {
  return new OperatorError('DATABASE_INCOMPLETE', `${folder} ${problem}. Nothing was changed. ${advice}`);
}

/** The error of an embedded database whose files PostgreSQL can't open or read. */
export function databaseDamaged(folder: string, reason: string, cause: unknown): OperatorError {
  return new OperatorError(
    'DATABASE_DAMAGED',
    `The database in ${folder} can't be opened (${reason}). Move the folder away and restore a backup with batchline restore.`,
    cause,
  );
}

/** The first error in PostgreSQL's log; `undefined` if there is none. */
export function firstError(report: readonly string[]): string | undefined {
  const line = report.find((one) => /\b(PANIC|FATAL|ERROR):/.test(one));
  return line?.replace(/^.*?\b(?:PANIC|FATAL|ERROR):\s*/, '').slice(0, 300);
}

/** Describes a failure: Emscripten throws objects that are not errors and have no message. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message.split('\n')[0]?.replace(/\.$/, '') ?? cause.name;
  const { message, errno } = (cause ?? {}) as { readonly message?: unknown; readonly errno?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  return typeof errno === 'number' ? `error ${errno} of the file system` : String(cause);
}
