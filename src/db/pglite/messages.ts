/** Start data of the PGlite thread. */
export interface PgliteStart {
  /** The folder of the database's files. */
  readonly folder: string;
  /** The data folder, whose disk must not fill up. */
  readonly dataFolder: string;
}

/** A call of the thread. Calls are executed in order. */
export type PgliteCall =
  | { readonly kind: 'query'; readonly text: string; readonly values: readonly unknown[] }
  /** Several statements in one text. */
  | { readonly kind: 'exec'; readonly text: string }
  | { readonly kind: 'dump' }
  | { readonly kind: 'close' };

/** Rows as PGlite returns them. */
export interface PgliteRows {
  // biome-ignore lint/suspicious/noExplicitAny: rows are what the caller says they are
  readonly rows: any[];
  readonly affectedRows: number | undefined;
}

/** A message from the thread. */
export type FromPglite =
  | {
      readonly kind: 'open';
      readonly memory: SharedArrayBuffer;
      /** Addresses of the two interrupt flags that PostgreSQL checks. */
      readonly interruptAt: number;
      readonly cancelAt: number;
    }
  /** It could not be opened. */
  | { readonly kind: 'failed'; readonly report: readonly string[]; readonly error: ErrorData }
  | { readonly kind: 'result'; readonly result: unknown; readonly syncs: number }
  | { readonly kind: 'error'; readonly error: ErrorData; readonly syncs: number };

/** An error for transfer between threads: a clone would lose PostgreSQL's fields beside the message. */
export interface ErrorData {
  readonly message: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, string | number>>;
}

/** Returns the data of a thrown value. */
export function errorData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { message: String(error), name: 'Error', properties: {} };
  const properties = Object.fromEntries(
    Object.entries(error).filter(
      // PGlite adds the text of the statement, which may be long.
      ([name, value]) => name !== 'query' && (typeof value === 'string' || typeof value === 'number'),
    ),
  );
  return { message: error.message, name: error.name, properties };
}

/** Restores the error. Its stack is that of the caller. */
export function errorOf({ message, name, properties }: ErrorData): Error {
  const error = Object.assign(new Error(message), properties);
  error.name = name;
  return error;
}
