import type { Logger } from 'pino';
import { BackgroundJob } from '../core/background-job.ts';
import type { Database } from '../db/database.ts';
import { LISTENING_MS, type Signal } from '../db/pubsub.ts';
import { readEvents, readProgress, type TaskEvent, type TaskProgress } from '../db/queries/event.ts';
import { lastEventId, settledEvents, settledPosition } from '../db/queries/event-order.ts';

/** Lets only so many do something at a time; the others wait for their turn, first come first served. */
class Semaphore {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(most: number) {
    this.#free = most;
  }

  /** Does the work when it is its turn. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

const PAGE = 500;
/** A lost signal costs at most this. */
const POLL_MS = 1000;
/** Reads are at least this far apart, so that a busy server is read in batches and its followers can take them. */
const REST_MS = 10;
/** Progress is read at most this often. */
const PROGRESS_MS = 250;
/** Events that are kept for those who come back after a short break. */
const KEPT = 5000;
/** Reads of the past at a time, however many come back at once. */
const HISTORY_READS = 2;

/** Somebody who follows the events. */
export interface Follower {
  /** Events in the order of their ids; everything up to `position` has been told then. */
  onEvents(events: readonly TaskEvent[], position: number): void;
  onProgress(progress: readonly TaskProgress[]): void;
  /** Resolves when more of the past can be taken. */
  room(): Promise<void>;
}

/** A follower's place in the events. */
export interface Place {
  /** Events after this id are told. */
  readonly after: number;
  /** Tells what lies behind, then everything as it comes. Rejects where the past can't be read. */
  follow(): Promise<void>;
  /** Ends it. */
  leave(): void;
}

/**
 * The events of the whole database as this process sees them: one reader, however many follow, and none where
 * nobody does. PubSub only wake it; what it tells is read from the audit rows.
 */
export class EventFeed {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #followers = new Set<Follower>();
  readonly #live = new Set<Follower>();
  readonly #history = new Semaphore(HISTORY_READS);
  #reading: Reading | undefined;
  #closed = false;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /**
   * Takes a place in the events.
   *
   * @param after the last event that the follower knows; `undefined` begins now
   * @param taskId for the past: only this task's
   */
  async join(
    follower: Follower,
    { after, taskId }: { readonly after?: number | undefined; readonly taskId?: number | undefined },
  ): Promise<Place> {
    if (this.#closed) throw new Error('The feed is closed.');
    this.#followers.add(follower);
    try {
      this.#reading ??= new Reading(this.#database, this.#log, this.#live);
      const reading = this.#reading;
      await reading.opened;
      const start = await this.#startOf(after, reading.position);
      return {
        after: start,
        follow: () => this.#follow(follower, reading, start, taskId),
        leave: () => this.#leave(follower),
      };
    } catch (error) {
      this.#leave(follower);
      throw error;
    }
  }

  /** Ends the reader. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#followers.clear();
    await this.#stopReading();
  }

  /** Another process may be ahead of this one, but no event is ahead of the database: then it is another database. */
  async #startOf(after: number | undefined, position: number): Promise<number> {
    if (after === undefined) return position;
    if (after <= position) return after;
    return after <= (await lastEventId(this.#database.sql)) ? after : position;
  }

  async #follow(follower: Follower, reading: Reading, start: number, taskId?: number): Promise<void> {
    let cursor = start;
    while (cursor < reading.keptFrom && this.#followers.has(follower)) {
      const range = { after: cursor, upTo: reading.keptFrom, taskId };
      const { ids, events } = await this.#history.take(() => readEvents(this.#database.sql, range, PAGE));
      cursor = ids.length < PAGE ? range.upTo : (ids.at(-1) ?? range.upTo);
      follower.onEvents(events, cursor);
      await follower.room();
    }
    if (!this.#followers.has(follower)) return;
    follower.onEvents(reading.keptAfter(cursor), Math.max(cursor, reading.position));
    this.#live.add(follower);
  }

  #leave(follower: Follower): void {
    this.#live.delete(follower);
    this.#followers.delete(follower);
    if (this.#followers.size === 0) void this.#stopReading();
  }

  async #stopReading(): Promise<void> {
    const reading = this.#reading;
    this.#reading = undefined;
    this.#live.clear();
    await reading?.end();
  }
}

/** The reader of one stretch of time in which somebody follows. */
class Reading {
  /** Resolves when the place where it begins is known. */
  readonly opened: Promise<void>;
  /** Everything up to this id has been read. */
  position = 0;
  /** Everything after this id, up to `position`, is kept. */
  keptFrom = 0;
  readonly #database: Database;
  readonly #live: ReadonlySet<Follower>;
  readonly #ending = new AbortController();
  readonly #progressed = new Set<number>();
  readonly #unsubscribe: () => void;
  /** One job for both, so that progress is never told after an end that it precedes. */
  readonly #job: BackgroundJob;
  readonly #listening: BackgroundJob;
  #kept: TaskEvent[] = [];
  /** When events and progress are to be read, on this process's monotonic clock in milliseconds. */
  #readAt = 0;
  #progressAt = Number.POSITIVE_INFINITY;

  constructor(database: Database, log: Logger, live: ReadonlySet<Follower>) {
    this.#database = database;
    this.#live = live;
    this.#job = new BackgroundJob({
      name: 'events',
      intervalMs: POLL_MS,
      log,
      run: (signal) => this.#round(signal),
    });
    this.#unsubscribe = database.signals.subscribe((signal) => this.#hear(signal));
    const listening = (): void => database.signals.publish({ kind: 'listening' });
    listening();
    this.#listening = new BackgroundJob({
      name: 'events.listening',
      intervalMs: LISTENING_MS / 3,
      log,
      run: async () => listening(),
    });
    this.#listening.start('later');
    this.opened = this.#open();
  }

  keptAfter(id: number): readonly TaskEvent[] {
    return this.#kept.filter((event) => event.id > id);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    this.#unsubscribe();
    const opened = this.opened.catch(() => undefined); // join reports it
    await Promise.all([this.#job.stop(), this.#listening.stop(), opened]);
  }

  async #open(): Promise<void> {
    this.position = await settledPosition(this.#database.sql, this.#ending.signal);
    this.keptFrom = this.position;
    if (!this.#ending.signal.aborted) this.#job.start();
  }

  #hear(signal: Signal): void {
    // What is due has just been started.
    if (signal.kind === 'changed' || signal.kind === 'due') this.#wake();
    else if (signal.kind === 'progress') {
      for (const taskId of signal.taskIds) this.#progressed.add(taskId);
      this.#progressAt = Math.min(this.#progressAt, performance.now() + PROGRESS_MS);
      this.#scheduleWakeup();
    }
  }

  #wake(): void {
    this.#readAt = Math.min(this.#readAt, performance.now() + REST_MS);
    this.#scheduleWakeup();
  }

  #scheduleWakeup(): void {
    this.#job.wakeIn(Math.min(this.#readAt, this.#progressAt) - performance.now());
  }

  async #round(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    if (now >= this.#readAt) await this.#read(signal);
    if (now >= this.#progressAt) await this.#tellProgress();
    this.#scheduleWakeup();
  }

  async #read(signal: AbortSignal): Promise<void> {
    this.#readAt = performance.now() + POLL_MS;
    const page = await settledEvents(this.#database.sql, this.position, PAGE, signal);
    if (signal.aborted) return;
    if (page.position > this.position) {
      this.position = page.position;
      this.#keep(page.events);
      for (const follower of this.#live) follower.onEvents(page.events, page.position);
    }
    if (page.more) this.#wake();
  }

  #keep(events: readonly TaskEvent[]): void {
    this.#kept.push(...events);
    if (this.#kept.length <= 2 * KEPT) return;
    this.keptFrom = this.#kept.at(-KEPT - 1)?.id ?? this.keptFrom;
    this.#kept = this.#kept.slice(-KEPT);
  }

  async #tellProgress(): Promise<void> {
    this.#progressAt = Number.POSITIVE_INFINITY;
    const ids = [...this.#progressed];
    this.#progressed.clear();
    if (ids.length === 0 || this.#live.size === 0) return;
    const progress = await readProgress(this.#database.sql, ids);
    for (const follower of this.#live) follower.onProgress(progress);
  }
}
