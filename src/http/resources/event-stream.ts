import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../core/access.ts';
import { BackgroundJob } from '../../core/background-job.ts';
import { RequestError } from '../../core/errors.ts';
import type { HttpMeter } from '../../core/meters.ts';
import type { TaskEvent, TaskProgress } from '../../db/queries/event.ts';
import { concerns, type EventFilter, type Follower } from '../../events/feed.ts';
import type { Locale } from '../i18n/locale.ts';
import { writeAuditEntry } from './attempts-schema.ts';

/** Serializes a change of state (docs/notifications.md). */
export function writeEvent(event: TaskEvent, locale: Locale): object {
  return {
    Id: event.id,
    TaskId: event.taskId,
    Name: event.name,
    AssociateId: event.ownerId,
    DatabaseSerialNumber: event.tenant,
    ...writeAuditEntry(event, locale),
  };
}

/** Serializes progress. */
function writeProgress(progress: TaskProgress, locale: Locale): object {
  return {
    TaskId: progress.taskId,
    Name: progress.name,
    AssociateId: progress.ownerId,
    DatabaseSerialNumber: progress.tenant,
    At: locale.date(progress.at),
    State: progress.state,
    ProgressPercent: progress.percent,
    ProgressDescription: locale.text(progress.text, progress.textMessage),
  };
}

/** The reconnection time of clients (the `retry` field), in milliseconds. */
const RETRY_MS = 2000;
/** Maximum bytes buffered for a slow client. Beyond it the stream is closed, and the client resumes. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Below this number of buffered bytes, more past events are read. */
const LOW_WATER_BYTES = 64 * 1024;

/** The stream of server-sent events of one client. */
export class EventStream extends Readable implements Follower {
  /** Decides which events are sent. Updated when the credentials are checked again. */
  caller: Caller;
  readonly #filter: EventFilter;
  readonly #locale: Locale;
  #position: number | undefined;
  #announced: number | undefined;
  #roomWanted: (() => void) | undefined;

  constructor(caller: Caller, filter: EventFilter, locale: Locale) {
    super({ highWaterMark: LOW_WATER_BYTES });
    this.caller = caller;
    this.#filter = filter;
    this.#locale = locale;
  }

  /** Starts the stream after an event. */
  open(after: number): void {
    this.#position = after;
    this.#announced = after;
    this.#write(`retry: ${RETRY_MS}\nid: ${after}\n: events after ${after}\n\n`);
  }

  onEvents(events: readonly TaskEvent[], position: number): void {
    for (const event of events) {
      // A client that was connected to another process may be ahead of this one.
      if (event.id <= (this.#position ?? 0)) continue;
      if (!concerns(this.caller, this.#filter, { ...event, state: event.to })) continue;
      this.#announced = event.id;
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

  /** Sends a heartbeat. It advances the client's last event id past events that were filtered out. */
  beat(): void {
    const moved = this.#position !== this.#announced;
    this.#announced = this.#position;
    this.#write(moved ? `: \nid: ${this.#position}\n\n` : ': \n\n');
  }

  /** Ends the stream after the buffered events. */
  finish(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  async room(): Promise<void> {
    while (!this.destroyed && this.readableLength >= LOW_WATER_BYTES) {
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
    if (this.readableLength > MAX_BUFFERED_BYTES) this.destroy();
    else this.push(text);
  }
}

/** The open streams of this process: sends heartbeats, and ends streams whose credentials are no longer valid. */
export class StreamRegistry {
  readonly #signIns = new Map<EventStream, () => Promise<Caller>>();
  readonly #meter: HttpMeter;

  /** @param app its `preClose` hook ends the streams */
  constructor(app: FastifyInstance, heartbeatSeconds: number, meter: HttpMeter) {
    this.#meter = meter;
    const heartbeat = new BackgroundJob({
      name: 'event-streams',
      intervalMs: heartbeatSeconds * 1000,
      log: app.log,
      run: () => this.#beat(app),
    });
    heartbeat.start('later');
    app.addHook('preClose', async () => {
      const stopped = heartbeat.stop();
      for (const stream of this.#signIns.keys()) stream.finish();
      await stopped;
    });
  }

  /**
   * Registers a stream until it closes.
   *
   * @param signIn checks the credentials again; throws a RequestError if they are no longer valid
   */
  add(stream: EventStream, signIn: () => Promise<Caller>): void {
    this.#signIns.set(stream, signIn);
    this.#meter.streams(this.#signIns.size);
    stream.once('close', () => {
      this.#signIns.delete(stream);
      this.#meter.streams(this.#signIns.size);
    });
  }

  async #beat(app: FastifyInstance): Promise<void> {
    for (const [stream, signIn] of this.#signIns) {
      try {
        stream.caller = await signIn();
        stream.beat();
      } catch (error) {
        // The client reconnects and gets the error. While the database is unreachable, the stream stays open.
        if (error instanceof RequestError) stream.finish();
        else
          app.log.warn(
            { event: 'event_stream.auth_check_failed', err: error },
            'failed to check the credentials of an event stream',
          );
      }
    }
  }
}
