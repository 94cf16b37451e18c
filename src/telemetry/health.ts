import type { Logger } from 'pino';
import { type Message, message } from '../core/message.ts';
import type { Database } from '../db/database.ts';
import { pingDatabase } from '../db/sql.ts';

/** How a process is. */
export interface HealthReport {
  readonly isReady: boolean;
  /** Why it is not ready. */
  readonly reason: Message | undefined;
  /** Milliseconds that the database took to answer; `undefined` where it was not asked or did not answer. */
  readonly databaseMs: number | undefined;
  readonly uptimeSeconds: number;
}

/** A database that is silent this long counts as one that does not answer. */
const PATIENCE_MS = 2000;

/** The disk of an embedded database: how much is free, and below how much the database is read-only. */
export interface DatabaseDisk {
  freeBytes(): number;
  readonly neededBytes: number;
}

/**
 * Whether this process can do its work. It is in one of three phases:
 *
 * - *starting*: the database is being opened and its tables brought up to date. It lives, and is not ready.
 * - *serving*: it is ready as long as the database answers and can write.
 * - *stopping*: it accepts no more work. Terminal.
 */
export class Health {
  readonly #log: Logger;
  #phase: 'starting' | 'serving' | 'stopping' = 'starting';
  #database: Database | undefined;
  #disk: DatabaseDisk | undefined;
  #asking: Promise<number | undefined> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Everything has been started, on this database. */
  serve(database: Database, disk?: DatabaseDisk): void {
    this.#database = database;
    this.#disk = disk;
    if (this.#phase === 'starting') this.#phase = 'serving';
  }

  /** The stop begins. */
  stop(): void {
    this.#phase = 'stopping';
  }

  /** How it is now. Many who ask at once cost one statement. */
  async report(): Promise<HealthReport> {
    const uptimeSeconds = Math.trunc(process.uptime());
    const not = (reason: Message): HealthReport => ({
      isReady: false,
      reason,
      databaseMs: undefined,
      uptimeSeconds,
    });
    if (this.#phase === 'starting' || this.#database === undefined)
      return not(message`The server is starting.`);
    if (this.#phase === 'stopping') return not(message`The server is stopping.`);
    this.#asking ??= this.#ask(this.#database).finally(() => {
      this.#asking = undefined;
    });
    const databaseMs = await this.#asking;
    if (databaseMs === undefined) return not(message`The database does not answer.`);
    if (this.#disk !== undefined && this.#disk.freeBytes() < this.#disk.neededBytes)
      return not(message`The disk of the database is full.`);
    return { isReady: true, reason: undefined, databaseMs, uptimeSeconds };
  }

  async #ask(database: Database): Promise<number | undefined> {
    const began = performance.now();
    const patience = Promise.withResolvers<never>();
    const timer = setTimeout(() => patience.reject(new Error('no answer in time')), PATIENCE_MS);
    try {
      await Promise.race([pingDatabase(database.sql), patience.promise]);
      return performance.now() - began;
    } catch (error) {
      this.#log.warn(
        { event: 'health.database_unreachable', err: error },
        'database does not respond to the health check',
      );
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A report as it is on the wire: `/health` and `/health/ready`. @param tell the reason in the reader's language */
export function writeHealth(report: HealthReport, tell: (reason: Message) => string): object {
  return {
    Status: report.isReady ? 'ready' : 'not ready',
    ...(report.reason === undefined ? {} : { Reason: tell(report.reason) }),
  };
}

/** The same with what else is known: `/health`. */
export function writeHealthSummary(report: HealthReport, tell: (reason: Message) => string): object {
  const { databaseMs, uptimeSeconds } = report;
  return {
    ...writeHealth(report, tell),
    UptimeSeconds: uptimeSeconds,
    DatabaseMilliseconds: databaseMs === undefined ? null : Number(databaseMs.toFixed(1)),
  };
}
