import type { FastifyInstance } from 'fastify';
import { BackgroundJob } from '../../core/background-job.ts';
import type { Caller } from '../../core/caller.ts';
import { RequestError } from '../../core/errors.ts';
import type { HttpMeter } from '../../core/http-meter.ts';
import type { EventStream } from './event-stream.ts';

/** The open streams of this process: gives their signs of life, and ends those whose sign-in is over. */
export class OpenStreams {
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
