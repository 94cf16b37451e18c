import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HttpMeter } from '../../core/http-meter.ts';
import { settledEvents, settledPosition } from '../../db/queries/event-order.ts';
import type { EventFeed } from '../../events/feed.ts';
import { concerns } from '../../events/filter.ts';
import type { TaskDeps } from '../../services/context.ts';
import { readTask } from '../../services/read-tasks.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf, signInAgain } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { readTaskId } from './batch-task-params.ts';
import { writeEvent } from './event-carriers.ts';
import { type EventQuery, readEventQuery } from './event-query.ts';
import { EventStream } from './event-stream.ts';
import { readBatchTaskEventsOperation, readEventsOperation } from './events-part.ts';
import { OpenStreams } from './open-streams.ts';

/** Audit rows that one page looks at. */
const PAGE = 1000;

/** What the routes of events work with. */
export interface EventRouteDeps {
  readonly tasks: TaskDeps;
  readonly feed: EventFeed;
  readonly meter: HttpMeter;
  readonly authenticator: Authenticator;
  readonly heartbeatSeconds: number;
}

/**
 * `/api/v1/Events` and `/api/v1/BatchTask/{id}/Events` (contract, section 8): as server-sent events where Accept
 * names text/event-stream, otherwise one page.
 */
export async function eventRoutes(app: FastifyInstance, parts: EventRouteDeps): Promise<void> {
  const streams = new OpenStreams(app, parts.heartbeatSeconds, parts.meter);
  const config = {
    answer: 'EventPage',
    ownType: true,
    repeatableQuery: true,
    xsrf: 'sameSite',
  } as const;

  const answer = (request: FastifyRequest, reply: FastifyReply, query: EventQuery): Promise<unknown> =>
    request.headers.accept?.toLowerCase().includes('text/event-stream') === true
      ? openStream(parts, streams, request, reply, query)
      : readPage(parts, request, query);

  app.get('/Events', { config: { ...config, operation: readEventsOperation } }, (request, reply) =>
    answer(request, reply, readEventQuery(request)),
  );

  app.get<{ Params: { id: string } }>(
    '/BatchTask/:id/Events',
    { config: { ...config, operation: readBatchTaskEventsOperation } },
    async (request, reply) => {
      const id = readTaskId(request.params.id);
      const query = readEventQuery(request, id);
      await readTask(parts.tasks, callerOf(request), id);
      return answer(request, reply, query);
    },
  );
}

async function openStream(
  { feed, authenticator }: EventRouteDeps,
  streams: OpenStreams,
  request: FastifyRequest,
  reply: FastifyReply,
  { filter, after }: EventQuery,
): Promise<FastifyReply> {
  const stream = new EventStream(callerOf(request), filter, localeOf(request));
  const place = await feed.join(stream, { after, taskId: filter.taskId });
  stream.once('close', () => place.leave());
  streams.add(stream, () => signInAgain(request, authenticator));
  stream.open(place.after);
  place.follow().catch((error: unknown) => {
    request.log.warn(
      { event: 'event_stream.failed', err: error },
      'event stream failed; the client will reconnect',
    );
    stream.destroy();
  });
  return reply
    .type('text/event-stream; charset=utf-8')
    .header('Cache-Control', 'no-store')
    .header('X-Accel-Buffering', 'no')
    .send(stream);
}

/** The events after an id; without one none, and the id to begin with. */
async function readPage(
  { tasks }: EventRouteDeps,
  request: FastifyRequest,
  { filter, after }: EventQuery,
): Promise<object> {
  const { database } = tasks;
  if (after === undefined) return { After: await settledPosition(database.sql), More: false, Events: [] };
  const caller = callerOf(request);
  const locale = localeOf(request);
  const { events, position, more } = await settledEvents(database.sql, after, PAGE);
  return {
    After: position,
    More: more,
    Events: events
      .filter((event) => concerns(caller, filter, { ...event, state: event.to }))
      .map((event) => writeEvent(event, locale)),
  };
}
