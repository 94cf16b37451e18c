import type { Logger } from 'pino';
import { type Message, message } from '../core/message.ts';
import type { Database } from '../db/database.ts';
import { pingDatabase } from '../db/sql.ts';

/** The health of this process. */
export interface HealthReport {
  readonly isReady: boolean;
  /** Reason for `isReady: false`; `undefined` if it is ready. */
  readonly reason: Message | undefined;
  /** Response time of the database in milliseconds; `undefined` if it was not queried or did not respond. */
  readonly databaseMs: number | undefined;
  readonly uptimeSeconds: number;
}

/** Time limit of the query to the database. */
const TIMEOUT_MS = 2000;

/** The disk of the embedded database, which is read-only with fewer than `neededBytes` free. */
export interface DatabaseDisk {
  freeBytes(): number;
  readonly neededBytes: number;
}

/**
 * Reports whether this process is ready. It has three phases:
 *
 * - *starting*: the database is being opened and migrated. The process is live but not ready.
 * - *serving*: the process is ready while the database responds and is writable.
 * - *stopping*: the process accepts no more work. Terminal.
 */
export class Health {
  readonly #log: Logger;
  #phase: 'starting' | 'serving' | 'stopping' = 'starting';
  #database: Database | undefined;
  #disk: DatabaseDisk | undefined;
  #query: Promise<number | undefined> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Enters the phase *serving*, unless the process is stopping. */
  serve(database: Database, disk?: DatabaseDisk): void {
    this.#database = database;
    this.#disk = disk;
    if (this.#phase === 'starting') this.#phase = 'serving';
  }

  /** Enters the phase *stopping*. */
  stop(): void {
    this.#phase = 'stopping';
  }

  /** Reports the current health. Concurrent calls share one query. */
  async report(): Promise<HealthReport> {
    const uptimeSeconds = Math.trunc(process.uptime());
    const notReady = (reason: Message): HealthReport => ({
      isReady: false,
      reason,
      databaseMs: undefined,
      uptimeSeconds,
    });
    if (this.#phase === 'starting' || this.#database === undefined)
      return notReady(message`The server is starting.`);
    if (this.#phase === 'stopping') return notReady(message`The server is stopping.`);
    this.#query ??= this.#measure(this.#database).finally(() => {
      this.#query = undefined;
    });
    const databaseMs = await this.#query;
    if (databaseMs === undefined) return notReady(message`The database does not answer.`);
    if (this.#disk !== undefined && this.#disk.freeBytes() < this.#disk.neededBytes)
      return notReady(message`The disk of the database is full.`);
    return { isReady: true, reason: undefined, databaseMs, uptimeSeconds };
  }

  /** Returns the response time of the database in milliseconds; `undefined` if it does not respond. */
  async #measure(database: Database): Promise<number | undefined> {
    const began = performance.now();
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => timeout.reject(new Error('no response in time')), TIMEOUT_MS);
    try {
      await Promise.race([pingDatabase(database.sql), timeout.promise]);
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

/** Returns the response body of `/health/ready`. @param format translates the reason */
export function writeHealth(report: HealthReport, format: (reason: Message) => string): object {
  return {
    Status: report.isReady ? 'ready' : 'not ready',
    ...(report.reason === undefined ? {} : { Reason: format(report.reason) }),
  };
}

/** Returns the response body of `/health`. @param format translates the reason */
export function writeHealthSummary(report: HealthReport, format: (reason: Message) => string): object {
  const { databaseMs, uptimeSeconds } = report;
  return {
    ...writeHealth(report, format),
    UptimeSeconds: uptimeSeconds,
    DatabaseMilliseconds: databaseMs === undefined ? null : Number(databaseMs.toFixed(1)),
  };
}
