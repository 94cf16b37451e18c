/** Exit code for a database or folder that stays unusable until someone repairs it (`EXIT_CODES`). */
const NEEDS_REPAIR = 8;

/** The data folder can't be used: its rights, its disk, or a limit of the system. The message says what to do. */
export class FolderUnusable extends Error {
  readonly exitCode = NEEDS_REPAIR;

  constructor(folder: string, cause: unknown) {
    super(
      `BATCHLINE_DATA: "${folder}" can't be used (${reasonOf(cause)}); a folder that can be made and written to is accepted.`,
      {
        cause,
      },
    );
    this.name = 'FolderUnusable';
  }
}

/** The limit of open files is too low for the embedded database. */
export class TooFewFileHandles extends Error {
  readonly exitCode = NEEDS_REPAIR;

  constructor(limit: number, needed: number) {
    super(
      `This process may open ${limit} files, and the embedded database needs ${needed}; raise the limit (ulimit -n, or LimitNOFILE in systemd).`,
    );
    this.name = 'TooFewFileHandles';
  }
}

/** The data folder holds something other than a complete database. Nothing was written to it. */
export class DatabaseIncomplete extends Error {
  readonly exitCode = NEEDS_REPAIR;

  /** @param advice a sentence that says what to do */
  constructor(folder: string, problem: string, advice: string) {
    super(`${folder} ${problem}. Nothing was changed. ${advice}`);
    this.name = 'DatabaseIncomplete';
  }
}

/** PostgreSQL can't open or read the files of the embedded database. */
export class DatabaseDamaged extends Error {
  readonly exitCode = NEEDS_REPAIR;

  constructor(folder: string, reason: string, cause: unknown) {
    super(
      `The database in ${folder} can't be opened (${reason}). Move the folder away and restore a backup with batchline restore.`,
      { cause },
    );
    this.name = 'DatabaseDamaged';
  }
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
