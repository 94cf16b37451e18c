import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { HttpMeter } from '../../core/meters.ts';
import type { EventFeed } from '../../events/feed.ts';
import type { TaskDeps } from '../../services/context.ts';
import { readEventPage } from '../../services/events.ts';
import { readTask } from '../../services/read-tasks.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf, reauthenticate } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { Int32, type Operation } from '../openapi/operation.ts';
import { AUDIT_PROPERTIES } from './audit-entry.ts';
import { readTaskId } from './batch-task-params.ts';
import { type EventQuery, readEventQuery } from './event-query.ts';
import { EventStream, StreamRegistry, writeEvent } from './event-stream.ts';

const tag = 'Events';

const TaskEvent = Type.Object(
  {
    Id: Type.Integer(),
    TaskId: Int32,
    Name: Type.String(),
    AssociateId: Type.Integer(),
    DatabaseSerialNumber: Type.String(),
    ...AUDIT_PROPERTIES,
  },
  { title: 'TaskEvent', description: 'A change of state of a task' },
);

const EventPage = Type.Object(
  {
    After: Type.Integer({ description: 'The value of After for the next call' }),
    More: Type.Boolean({ description: 'true if more events are available' }),
    Events: Type.Array(TaskEvent),
  },
  { title: 'EventPage' },
);

const EventStreamSchema = Type.String({
  title: 'EventStream',
  description:
    'Server-sent events: `state` has a TaskEvent as data and its Id as id; `progress` has the progress of a task',
});

const reads = {
  query: Type.Object({
    Name: Type.Optional(Type.String({ description: 'Comma-separated names of definitions' })),
    State: Type.Optional(Type.String({ description: 'Comma-separated states' })),
    Own: Type.Optional(
      Type.Enum(['true', 'false'], { description: "true returns only events of the caller's own tasks" }),
    ),
    After: Type.Optional(
      Type.String({
        pattern: '^\\d{1,15}$',
        description: 'Returns only events with a greater Id; if absent, only new events',
      }),
    ),
  }),
  headers: Type.Object({
    'Last-Event-ID': Type.Optional(Type.String({ description: 'Takes precedence over After' })),
  }),
};

const responses = {
  200: {
    content: {
      'application/json': EventPage,
      'application/xml': EventPage,
      'text/event-stream': EventStreamSchema,
    },
  },
};

const readEventsOperation: Operation = {
  id: 'readEvents',
  access: ACCESS.readOrWork,
  tag,
  summary: 'Streams the events that the caller can see, or returns a page of them.',
  description:
    'Returns a stream of server-sent events if Accept is text/event-stream, and otherwise one page.',
  responses,
  reads,
  examples: { response: { begin: { After: 812, More: false, Events: [] } } },
};

const readBatchTaskEventsOperation: Operation = {
  ...readEventsOperation,
  id: 'readBatchTaskEvents',
  access: ACCESS.readOrWork,
  summary: 'Streams the events of a batch task, or returns a page of them.',
};

/** The dependencies of the event routes. */
export interface EventRouteDeps {
  readonly tasks: TaskDeps;
  readonly feed: EventFeed;
  readonly meter: HttpMeter;
  readonly authenticator: Authenticator;
  readonly heartbeatSeconds: number;
}

/**
 * `/api/v1/Events` and `/api/v1/BatchTask/{id}/Events` (contract, section 8): a stream of server-sent events if Accept
 * is text/event-stream, otherwise one page.
 */
export async function eventRoutes(app: FastifyInstance, deps: EventRouteDeps): Promise<void> {
  const streams = new StreamRegistry(app, deps.heartbeatSeconds, deps.meter);
  const config = {
    payload: 'EventPage',
    ownType: true,
    repeatableQuery: true,
    xsrf: 'sameSite',
  } as const;

  const respond = (request: FastifyRequest, reply: FastifyReply, query: EventQuery): Promise<unknown> =>
    request.headers.accept?.toLowerCase().includes('text/event-stream') === true
      ? openStream(deps, streams, request, reply, query)
      : readPage(deps, request, query);

  app.get('/Events', { config: { ...config, operation: readEventsOperation } }, (request, reply) =>
    respond(request, reply, readEventQuery(request)),
  );

  app.get<{ Params: { id: string } }>(
    '/BatchTask/:id/Events',
    { config: { ...config, operation: readBatchTaskEventsOperation } },
    async (request, reply) => {
      const id = readTaskId(request.params.id);
      const query = readEventQuery(request, id);
      await readTask(deps.tasks, callerOf(request), id);
      return respond(request, reply, query);
    },
  );
}

async function openStream(
  { feed, authenticator }: EventRouteDeps,
  streams: StreamRegistry,
  request: FastifyRequest,
  reply: FastifyReply,
  { filter, after }: EventQuery,
): Promise<FastifyReply> {
  const stream = new EventStream(callerOf(request), filter, localeOf(request));
  const subscription = await feed.join(stream, { after, taskId: filter.taskId });
  stream.once('close', () => subscription.leave());
  streams.add(stream, () => reauthenticate(request, authenticator));
  stream.open(subscription.after);
  subscription.follow().catch((error: unknown) => {
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

/** Returns the events after an id. Without an id, returns no events and the id to start with. */
async function readPage(
  { tasks }: EventRouteDeps,
  request: FastifyRequest,
  { filter, after }: EventQuery,
): Promise<object> {
  const locale = localeOf(request);
  const { events, position, more } = await readEventPage(tasks, callerOf(request), filter, after);
  return { After: position, More: more, Events: events.map((event) => writeEvent(event, locale)) };
}
