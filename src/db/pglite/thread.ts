import { AsyncLocalStorage } from 'node:async_hooks';
import { Worker } from 'node:worker_threads';

const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './thread-entry.ts' : './thread-entry.js',
  import.meta.url,
);
/** Interval at which a cancel request is repeated: PostgreSQL may miss one. */
const CANCEL_INTERVAL_MS = 100;

/** PGlite could not be opened. */
export class PgliteFailed extends Error {
  /** PostgreSQL's log. */
  readonly report: readonly string[];

  constructor(report: readonly string[], cause: Error) {
    super(cause.message, { cause });
    this.name = 'PgliteFailed';
    this.report = report;
  }
}

/** The PGlite thread ended unexpectedly; the database must be reopened. */
class PgliteGone extends Error {
  /** The severity that PostgreSQL reports when it crashes. */
  readonly severity = 'PANIC';

  constructor(cause: unknown) {
    super(`The embedded database has crashed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'PgliteGone';
  }
}

/** A call that the thread has not answered yet. */
interface PendingCall {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** Options of a `PgliteThread`. */
export interface PgliteOptions {
  /** Called if the thread ends unexpectedly. */
  readonly onCrash: (error: Error) => void;
  /** Returns true for statements that PostgreSQL parses and plans only once. */
  readonly isPrepared: (text: string) => boolean;
}

/** A transaction of PGlite. */
export interface PgliteTransaction {
  query(text: string, values?: readonly unknown[]): Promise<PgliteRows>;
}

/**
 * PGlite in a thread, with the interface that Kysely expects, so that no statement blocks the process. It has one
 * connection: statements and transactions run one at a time, in the order of their calls.
 */
export class PgliteThread {
  readonly #worker: Worker;
  readonly #onCrash: PgliteOptions['onCrash'];
  readonly #isPrepared: PgliteOptions['isPrepared'];
  readonly #calls: PendingCall[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #deadline = new AsyncLocalStorage<number>();
  #isBusy = false;
  #interrupts: { readonly memory: Int32Array; readonly pending: number; readonly cancel: number } | undefined;
  #crash: PgliteGone | undefined;
  #isClosing = false;
  closed = false;
  /** Read by Kysely. */
  readonly ready = true;
  readonly waitReady = Promise.resolve();
  /** Number of fsync calls, as of the last response. */
  syncs = 0;

  private constructor(worker: Worker, { onCrash, isPrepared }: PgliteOptions) {
    this.#worker = worker;
    this.#onCrash = onCrash;
    this.#isPrepared = isPrepared;
    worker.on('error', (error) => this.#end(error)).on('exit', (code) => this.#end(`exit code ${code}`));
  }

  /**
   * Opens the database of a folder.
   *
   * @throws PgliteFailed
   */
  static async open(start: PgliteStart, options: PgliteOptions): Promise<PgliteThread> {
    const worker = new Worker(ENTRY, { workerData: start });
    const thread = new PgliteThread(worker, options);
    const opened = await new Promise<FromPglite>((resolve, reject) => {
      worker.once('message', resolve);
      thread.#calls.push({ resolve, reject });
    });
    thread.#calls.pop();
    if (opened.kind !== 'open') {
      thread.#isClosing = true;
      await worker.terminate();
      throw opened.kind === 'failed'
        ? new PgliteFailed(opened.report, errorOf(opened.error))
        : new Error('Unexpected first message of the PGlite thread.');
    }
    const memory = new Int32Array(opened.memory);
    thread.#interrupts = { memory, pending: opened.interruptAt / 4, cancel: opened.cancelAt / 4 };
    worker.on('message', (message: FromPglite) => thread.#receive(message));
    return thread;
  }

  /** Runs `work` with a timeout for each statement, which fails with SQLSTATE 57014 if it takes longer. */
  within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
    return this.#deadline.run(milliseconds, work);
  }

  /** Runs one statement. @throws the database's error */
  query(text: string, values: readonly unknown[] = []): Promise<PgliteRows> {
    return this.#exclusively(() => this.#query(text, values));
  }

  /** Runs several statements in one text. @throws the database's error */
  exec(text: string): Promise<PgliteRows[]> {
    return this.#exclusively(() => this.#send({ kind: 'exec', text }));
  }

  /** Runs `work` in a transaction, and commits if it resolves. @throws errors of `work` and of the database */
  transaction<T>(work: (transaction: PgliteTransaction) => Promise<T>): Promise<T> {
    return this.#exclusively(async () => {
      const begun = this.#query('begin');
      begun.catch(() => undefined); // awaited below
      let result: T;
      try {
        result = await work({ query: (text, values = []) => this.#query(text, values) });
      } catch (error) {
        await this.#query('rollback').catch(() => undefined); // the first error is the cause
        throw error;
      }
      await begun;
      await this.#query('commit');
      return result;
    });
  }

  /** Dumps the database as an archive (`.tar.gz`). */
  async dump(): Promise<Blob> {
    return new Blob([await this.#exclusively(() => this.#send<ArrayBuffer>({ kind: 'dump' }))]);
  }

  /** Shuts the database down. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.#exclusively(async () => {
      this.#isClosing = true;
      try {
        await this.#send({ kind: 'close' });
      } finally {
        await this.#worker.terminate();
      }
    });
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isBusy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#isBusy = false;
      else next();
    }
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<PgliteRows> {
    const milliseconds = this.#deadline.getStore();
    const sent = this.#send<PgliteRows>({
      kind: 'query',
      text,
      values,
      isPrepared: this.#isPrepared(text),
    });
    if (milliseconds === undefined) return sent;
    let timer = setTimeout(() => {
      this.#cancel();
      timer = setInterval(() => this.#cancel(), CANCEL_INTERVAL_MS);
    }, milliseconds);
    try {
      return await sent;
    } finally {
      clearTimeout(timer);
      this.#interrupt(0);
    }
  }

  #cancel(): void {
    this.#interrupt(1);
  }

  #interrupt(flag: 0 | 1): void {
    if (this.#interrupts === undefined) return;
    const { memory, pending, cancel } = this.#interrupts;
    Atomics.store(memory, cancel, flag);
    if (flag === 1) Atomics.store(memory, pending, flag);
  }

  #send<T>(call: PgliteCall): Promise<T> {
    if (this.#crash !== undefined) return Promise.reject(this.#crash);
    return new Promise<T>((resolve, reject) => {
      this.#worker.postMessage(call);
      this.#calls.push({ resolve, reject });
    });
  }

  #receive(message: FromPglite): void {
    if (message.kind !== 'result' && message.kind !== 'error') return;
    this.syncs = message.syncs;
    const call = this.#calls.shift();
    if (message.kind === 'result') call?.resolve(message.result as never);
    else call?.reject(errorOf(message.error));
  }

  #end(cause: unknown): void {
    if (this.#crash !== undefined) return;
    this.#crash = new PgliteGone(cause);
    if (!this.#isClosing) this.#onCrash(this.#crash);
    for (const call of this.#calls.splice(0)) call.reject(this.#crash);
  }
}

/** Start data of the PGlite thread. */
export interface PgliteStart {
  /** The folder of the database's files. */
  readonly folder: string;
  /** The data folder, whose disk must not fill up. */
  readonly dataFolder: string;
}

/** A statement with its parameters. */
export interface PgliteQuery {
  readonly kind: 'query';
  readonly text: string;
  readonly values: readonly unknown[];
  /** True if PostgreSQL parses and plans it only once. */
  readonly isPrepared: boolean;
}

/** A call of the thread. Calls are executed in order. */
export type PgliteCall =
  | PgliteQuery
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
