import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { BackgroundJob } from '../../core/background-job.ts';
import type { Caller } from '../../core/caller.ts';
import { RequestError } from '../../core/errors.ts';
import type { HttpMeter } from '../../core/meters.ts';
import type { TaskEvent, TaskProgress } from '../../db/queries/event.ts';
import type { Follower } from '../../events/feed.ts';
import { concerns, type EventFilter } from '../../events/filter.ts';
import type { Locale } from '../i18n/locale.ts';

/** A change of state as it is on the wire (docs/notifications.md). */
export function writeEvent(event: TaskEvent, locale: Locale): object {
  return {
    Id: event.id,
    TaskId: event.taskId,
    Name: event.name,
    AssociateId: event.ownerId,
    DatabaseSerialNumber: event.tenant,
    At: locale.date(event.at),
    ActorId: event.actorId,
    Runtime: event.nodeId,
    From: event.from,
    To: event.to,
    Attempt: event.attempt,
    Reason: locale.text(event.reason, event.reasonMessage),
  };
}

/** Progress as it is on the wire. */
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

/** How long a client waits before it comes back, in milliseconds. */
const RETRY_MS = 2000;
/** What may wait for a slow client, in bytes; beyond it the stream is cut, and the client resumes. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Below this, more of the past is read. */
const LOW_WATER_BYTES = 64 * 1024;

/** One client's stream of server-sent events, as bytes. */
export class EventStream extends Readable implements Follower {
  /** Who is told; changed where a later look at the sign-in says so. */
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

  /** Begins the stream after an event. */
  open(after: number): void {
    this.#position = after;
    this.#announced = after;
    this.#write(`retry: ${RETRY_MS}\nid: ${after}\n: events after ${after}\n\n`);
  }

  onEvents(events: readonly TaskEvent[], position: number): void {
    for (const event of events) {
      // A client that comes from another process may be ahead of this one.
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

  /** A sign of life, which also tells the client how far it has come where nothing concerned it. */
  beat(): void {
    const moved = this.#position !== this.#announced;
    this.#announced = this.#position;
    this.#write(moved ? `: \nid: ${this.#position}\n\n` : ': \n\n');
  }

  /** Ends the stream after what waits. */
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

/** The open streams of this process: gives their signs of life, and ends those whose sign-in is over. */
export class StreamRegistry {
  readonly #signIns = new Map<EventStream, () => Promise<Caller>>();
  readonly #meter: HttpMeter;

  /** @param app whose stop ends the streams */
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

  /** @param signIn looks at the sign-in again; throws a RequestError where it is over */
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
        // The client comes back and is told why. Where the database can't be asked, the sign-in stays as it was.
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
