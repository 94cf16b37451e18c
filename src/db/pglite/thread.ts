import { AsyncLocalStorage } from 'node:async_hooks';
import { Worker } from 'node:worker_threads';
import { errorOf, type FromPglite, type PgliteCall, type PgliteRows, type PgliteStart } from './messages.ts';

const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './thread-entry.ts' : './thread-entry.js',
  import.meta.url,
);
/** The request to cancel a statement is repeated this often: PostgreSQL may miss one. */
const CANCEL_AGAIN_MS = 100;

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
  /** As PostgreSQL says of itself when it gives up. */
  readonly severity = 'PANIC';

  constructor(cause: unknown) {
    super(`The embedded database has ended: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'PgliteGone';
  }
}

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** A transaction of PGlite. */
export interface PgliteTransaction {
  query(text: string, values?: readonly unknown[]): Promise<PgliteRows>;
}

/**
 * PGlite in its own thread, with the interface that Kysely expects, so that no statement blocks the process. It has one
 * connection: statements and transactions run one after the other, in the order of their calls.
 */
export class PgliteThread {
  readonly #worker: Worker;
  readonly #lost: (error: Error) => void;
  readonly #calls: Waiting[] = [];
  readonly #turns: (() => void)[] = [];
  readonly #deadline = new AsyncLocalStorage<number>();
  #isTaken = false;
  #interrupts: { readonly memory: Int32Array; readonly pending: number; readonly cancel: number } | undefined;
  #gone: PgliteGone | undefined;
  #isClosing = false;
  closed = false;
  /** Kysely asks. */
  readonly ready = true;
  readonly waitReady = Promise.resolve();
  /** Number of fsync calls, as of the last response. */
  syncs = 0;

  private constructor(worker: Worker, lost: (error: Error) => void) {
    this.#worker = worker;
    this.#lost = lost;
    worker.on('error', (error) => this.#end(error)).on('exit', (code) => this.#end(`exit code ${code}`));
  }

  /**
   * Opens the database of a folder.
   *
   * @param lost called if the thread ends unexpectedly
   * @throws PgliteFailed
   */
  static async open(start: PgliteStart, lost: (error: Error) => void): Promise<PgliteThread> {
    const worker = new Worker(ENTRY, { workerData: start });
    const thread = new PgliteThread(worker, lost);
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
    worker.on('message', (message: FromPglite) => thread.#hear(message));
    return thread;
  }

  /** Runs `work` with a timeout for each statement; a statement over it fails with SQLSTATE 57014. */
  within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
    return this.#deadline.run(milliseconds, work);
  }

  /** Runs one statement. @throws the database's error */
  query(text: string, values: readonly unknown[] = []): Promise<PgliteRows> {
    return this.#alone(() => this.#query(text, values));
  }

  /** Runs several statements in one text. @throws the database's error */
  exec(text: string): Promise<PgliteRows[]> {
    return this.#alone(() => this.#send({ kind: 'exec', text }));
  }

  /** Runs `work` in a transaction, and commits if it resolves. @throws errors of `work` and of the database */
  transaction<T>(work: (transaction: PgliteTransaction) => Promise<T>): Promise<T> {
    return this.#alone(async () => {
      const begun = this.#query('begin');
      begun.catch(() => undefined); // it is awaited at the end
      let result: T;
      try {
        result = await work({ query: (text, values = []) => this.#query(text, values) });
      } catch (error) {
        await this.#query('rollback').catch(() => undefined); // the first error says why
        throw error;
      }
      await begun;
      await this.#query('commit');
      return result;
    });
  }

  /** Dumps the database as an archive (`.tar.gz`). */
  async dump(): Promise<Blob> {
    return new Blob([await this.#alone(() => this.#send<ArrayBuffer>({ kind: 'dump' }))]);
  }

  /** Shuts the database down. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.#alone(async () => {
      this.#isClosing = true;
      try {
        await this.#send({ kind: 'close' });
      } finally {
        await this.#worker.terminate();
      }
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#turns.push(resolve));
    this.#isTaken = true;
    try {
      return await work();
    } finally {
      const next = this.#turns.shift();
      if (next === undefined) this.#isTaken = false;
      else next();
    }
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<PgliteRows> {
    const milliseconds = this.#deadline.getStore();
    const sent = this.#send<PgliteRows>({ kind: 'query', text, values });
    if (milliseconds === undefined) return sent;
    let timer = setTimeout(() => {
      this.#cancel();
      timer = setInterval(() => this.#cancel(), CANCEL_AGAIN_MS);
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
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise<T>((resolve, reject) => {
      this.#worker.postMessage(call);
      this.#calls.push({ resolve, reject });
    });
  }

  #hear(message: FromPglite): void {
    if (message.kind !== 'result' && message.kind !== 'error') return;
    this.syncs = message.syncs;
    const call = this.#calls.shift();
    if (message.kind === 'result') call?.resolve(message.result as never);
    else call?.reject(errorOf(message.error));
  }

  #end(cause: unknown): void {
    if (this.#gone !== undefined) return;
    this.#gone = new PgliteGone(cause);
    if (!this.#isClosing) this.#lost(this.#gone);
    for (const call of this.#calls.splice(0)) call.reject(this.#gone);
  }
}
