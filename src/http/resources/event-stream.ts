import { Readable } from 'node:stream';
import type { Caller } from '../../core/caller.ts';
import type { TaskEvent } from '../../db/queries/event.ts';
import type { TaskProgress } from '../../db/queries/read-progress.ts';
import type { Follower } from '../../events/feed.ts';
import { concerns, type EventFilter } from '../../events/filter.ts';
import type { Locale } from '../i18n/locale.ts';
import { writeEvent, writeProgress } from './event-carriers.ts';

/** How long a client waits before it comes back, in milliseconds. */
const RETRY_MS = 2000;
/** What may wait for a slow client, in bytes; beyond it the stream is cut, and the client resumes. */
const MAX_WAITING = 1024 * 1024;
/** Below this, more of the past is read. */
const ROOM = 64 * 1024;

/** One client's stream of server-sent events, as bytes. */
export class EventStream extends Readable implements Follower {
  /** Who is told; changed where a later look at the sign-in says so. */
  caller: Caller;
  readonly #filter: EventFilter;
  readonly #locale: Locale;
  #position: number | undefined;
  #told: number | undefined;
  #roomWanted: (() => void) | undefined;

  constructor(caller: Caller, filter: EventFilter, locale: Locale) {
    super({ highWaterMark: ROOM });
    this.caller = caller;
    this.#filter = filter;
    this.#locale = locale;
  }

  /** Begins the stream after an event. */
  open(after: number): void {
    this.#position = after;
    this.#told = after;
    this.#write(`retry: ${RETRY_MS}\nid: ${after}\n: events after ${after}\n\n`);
  }

  onEvents(events: readonly TaskEvent[], position: number): void {
    for (const event of events) {
      // A client that comes from another process may be ahead of this one.
      if (event.id <= (this.#position ?? 0)) continue;
      if (!concerns(this.caller, this.#filter, { ...event, state: event.to })) continue;
      this.#told = event.id;
      this.#write(
        `id: ${event.id}\nevent: state\ndata: ${JSON.stringify(writeEvent(event, this.#locale))}\n\n`,
      );
    }
    this.#position = Math.max(position, this.#position ?? 0);
  }

  onProgress(progress: readonly TaskProgress[]): void {
    for (const one of progress) {
      if (concerns(this.caller, this.#filter, one))
        this.#write(`event: progress\ndata: ${JSON.stringify(writeProgress(one, this.#locale))}\n\n`);
    }
  }

  /** A sign of life, which also tells the client how far it has come where nothing concerned it. */
  beat(): void {
    const moved = this.#position !== this.#told;
    this.#told = this.#position;
    this.#write(moved ? `: \nid: ${this.#position}\n\n` : ': \n\n');
  }

  /** Ends the stream after what waits. */
  finish(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  async room(): Promise<void> {
    while (!this.destroyed && this.readableLength >= ROOM) {
      await new Promise<void>((resolve) => {
        this.#roomWanted = resolve;
      });
    }
  }

  override _read(): void {
    this.#roomWanted?.();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#roomWanted?.();
    callback(error);
  }

  #write(text: string): void {
    if (this.destroyed || this.readableEnded) return;
    if (this.readableLength > MAX_WAITING) this.destroy();
    else this.push(text);
  }
}
