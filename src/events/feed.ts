import type { Logger } from 'pino';
import type { Caller } from '../core/access.ts';
import { BackgroundJob } from '../core/background-job.ts';
import { allows, rightsOn, TableRight } from '../core/permissions.ts';
import type { StoredState } from '../core/task-state.ts';
import type { Database } from '../db/database.ts';
import { LISTENING_MS, type Signal } from '../db/pubsub.ts';
import {
  lastEventId,
  readEvents,
  readProgress,
  settledEvents,
  settledPosition,
  type TaskEvent,
  type TaskProgress,
} from '../db/queries/event.ts';

/** Limits concurrency; waiting calls run in order of arrival. */
class Semaphore {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(max: number) {
    this.#free = max;
  }

  /** Runs work when a slot is free. */
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
/** Maximum delay after a lost signal. */
const POLL_MS = 1000;
/** Minimum time between two reads, so that a busy server is read in batches. */
const MIN_READ_INTERVAL_MS = 10;
/** Minimum time between two reads of progress. */
const PROGRESS_INTERVAL_MS = 250;
/** Number of events in memory for followers that reconnect after a short break. */
const MAX_RECENT = 5000;
/** Maximum number of concurrent reads of past events, even if many followers reconnect at once. */
const HISTORY_READS = 2;

/** Receives events, for example an event stream. */
export interface Follower {
  /** Receives events in order of id, complete up to `position`. */
  onEvents(events: readonly TaskEvent[], position: number): void;
  onProgress(progress: readonly TaskProgress[]): void;
  /** Resolves when the follower can receive more past events. */
  room(): Promise<void>;
}

/** The subscription of a follower. */
export interface Subscription {
  /** The cursor: the follower receives events with greater ids. */
  readonly after: number;
  /** Sends past events, then new ones as they happen. Rejects if past events can't be read. */
  follow(): Promise<void>;
  /** Ends the subscription. */
  leave(): void;
}

/**
 * The event feed of the whole database. One reader serves all followers of this process, and none runs without followers.
 * PubSub signals only wake it; events are read from the audit rows.
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
   * Subscribes a follower.
   *
   * @param after the last event that the follower has received; `undefined` for new events only
   * @param taskId limits past events to this task
   */
  async join(
    follower: Follower,
    { after, taskId }: { readonly after?: number | undefined; readonly taskId?: number | undefined },
  ): Promise<Subscription> {
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

  /** Ends all subscriptions and the reader. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#followers.clear();
    await this.#stopReading();
  }

  /** Another process can be ahead of this one, but not of the database; a cursor beyond it is from another database. */
  async #startOf(after: number | undefined, position: number): Promise<number> {
    if (after === undefined) return position;
    if (after <= position) return after;
    return after <= (await lastEventId(this.#database.sql)) ? after : position;
  }

  async #follow(follower: Follower, reading: Reading, start: number, taskId?: number): Promise<void> {
    let cursor = start;
    while (cursor < reading.recentFrom && this.#followers.has(follower)) {
      const range = { after: cursor, upTo: reading.recentFrom, taskId };
      const { ids, events } = await this.#history.take(() => readEvents(this.#database.sql, range, PAGE));
      cursor = ids.length < PAGE ? range.upTo : (ids.at(-1) ?? range.upTo);
      follower.onEvents(events, cursor);
      await follower.room();
    }
    if (!this.#followers.has(follower)) return;
    follower.onEvents(reading.recentAfter(cursor), Math.max(cursor, reading.position));
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

/** Reads events while there are followers. */
class Reading {
  /** Resolves when the start position is known. */
  readonly opened: Promise<void>;
  /** All events up to this id have been read. */
  position = 0;
  /** The events after this id, up to `position`, are in memory. */
  recentFrom = 0;
  readonly #database: Database;
  readonly #live: ReadonlySet<Follower>;
  readonly #ending = new AbortController();
  readonly #progressed = new Set<number>();
  readonly #unsubscribe: () => void;
  /** One job for events and progress, so that progress is never sent after the task's end. */
  readonly #job: BackgroundJob;
  readonly #listening: BackgroundJob;
  #recent: TaskEvent[] = [];
  /** When events are due to be read, on this process's monotonic clock in milliseconds. */
  #readAt = 0;
  /** When progress is due to be read. */
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
    this.#unsubscribe = database.signals.subscribe((signal) => this.#onSignal(signal));
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

  recentAfter(id: number): readonly TaskEvent[] {
    return this.#recent.filter((event) => event.id > id);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    this.#unsubscribe();
    const opened = this.opened.catch(() => undefined); // join reports it
    await Promise.all([this.#job.stop(), this.#listening.stop(), opened]);
  }

  async #open(): Promise<void> {
    this.position = await settledPosition(this.#database.sql, this.#ending.signal);
    this.recentFrom = this.position;
    if (!this.#ending.signal.aborted) this.#job.start();
  }

  #onSignal(signal: Signal): void {
    // A 'due' signal is published by a start.
    if (signal.kind === 'changed' || signal.kind === 'due') this.#wake();
    else if (signal.kind === 'progress') {
      for (const taskId of signal.taskIds) this.#progressed.add(taskId);
      this.#progressAt = Math.min(this.#progressAt, performance.now() + PROGRESS_INTERVAL_MS);
      this.#scheduleWakeup();
    }
  }

  #wake(): void {
    this.#readAt = Math.min(this.#readAt, performance.now() + MIN_READ_INTERVAL_MS);
    this.#scheduleWakeup();
  }

  #scheduleWakeup(): void {
    this.#job.wakeIn(Math.min(this.#readAt, this.#progressAt) - performance.now());
  }

  async #round(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    if (now >= this.#readAt) await this.#read(signal);
    if (now >= this.#progressAt) await this.#sendProgress();
    this.#scheduleWakeup();
  }

  async #read(signal: AbortSignal): Promise<void> {
    this.#readAt = performance.now() + POLL_MS;
    const page = await settledEvents(this.#database.sql, this.position, PAGE, signal);
    if (signal.aborted) return;
    if (page.position > this.position) {
      this.position = page.position;
      this.#addRecent(page.events);
      for (const follower of this.#live) follower.onEvents(page.events, page.position);
    }
    if (page.more) this.#wake();
  }

  #addRecent(events: readonly TaskEvent[]): void {
    this.#recent.push(...events);
    if (this.#recent.length <= 2 * MAX_RECENT) return;
    this.recentFrom = this.#recent.at(-MAX_RECENT - 1)?.id ?? this.recentFrom;
    this.#recent = this.#recent.slice(-MAX_RECENT);
  }

  async #sendProgress(): Promise<void> {
    this.#progressAt = Number.POSITIVE_INFINITY;
    const ids = [...this.#progressed];
    this.#progressed.clear();
    if (ids.length === 0 || this.#live.size === 0) return;
    const progress = await readProgress(this.#database.sql, ids);
    for (const follower of this.#live) follower.onProgress(progress);
  }
}

/** Selects events. All given conditions must match; an empty set matches everything. */
export interface EventFilter {
  readonly taskId?: number | undefined;
  /** Names of definitions in lower case. */
  readonly names: ReadonlySet<string>;
  /** New states of tasks; for progress, current states. */
  readonly states: ReadonlySet<StoredState>;
  /** Only tasks of the caller. */
  readonly own: boolean;
}

/** The properties of an event that filters and rights depend on. */
export interface EventSubject {
  readonly taskId: number;
  readonly tenant: string;
  readonly ownerId: number;
  readonly name: string;
  readonly state: StoredState;
}

/** Returns true if an event matches the filter and the caller may read its task (contract, section 7). */
export function concerns(caller: Caller, filter: EventFilter, subject: EventSubject): boolean {
  if (filter.taskId !== undefined && filter.taskId !== subject.taskId) return false;
  if (filter.own && subject.ownerId !== caller.associateId) return false;
  if (filter.states.size > 0 && !filter.states.has(subject.state)) return false;
  if (filter.names.size > 0 && !filter.names.has(subject.name.toLowerCase())) return false;
  return allows(rightsOn(caller, subject), TableRight.Select);
}
