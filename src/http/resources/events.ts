import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { invalid } from '../../core/errors.ts';
import { checkText } from '../../core/limits.ts';
import { message } from '../../core/message.ts';
import type { HttpMeter } from '../../core/meters.ts';
import { parseState, STORED_STATES, type StoredState } from '../../core/task-state.ts';
import type { EventFeed, EventFilter } from '../../events/feed.ts';
import type { TaskDeps } from '../../services/access.ts';
import { readEventPage } from '../../services/events.ts';
import { readTask } from '../../services/read-tasks.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { callerOf, reauthenticate } from '../auth/hooks.ts';
import { localeOf } from '../i18n/locale.ts';
import { Int32, type Operation } from '../openapi/operation.ts';
import { AUDIT_PROPERTIES } from './attempts-schema.ts';
import { readTaskId } from './batch-task-params.ts';
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

/** The query of `/Events`. */
interface EventQuery {
  readonly filter: EventFilter;
  /** Returns only events with a greater id; `undefined` starts with new events. */
  readonly after: number | undefined;
}

const PARAMETERS = ['Name', 'State', 'Own', 'After'];
const ACCEPTED = PARAMETERS.join(', ');
/** Maximum length of a name, in characters. */
const MAX_NAMES_LENGTH = 10_000;

/**
 * Reads the query of `/Events`: `Name` and `State` (comma-separated or repeated), `Own` and `After`. Names are
 * case-insensitive. The header Last-Event-ID takes precedence over `After`, because a client that reconnects sends both.
 *
 * @throws RequestError (invalid) if a parameter is unknown or malformed
 */
function readEventQuery(request: FastifyRequest, taskId?: number): EventQuery {
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(request.query as Record<string, string | string[]>)) {
    const known = PARAMETERS.find((one) => one.toLowerCase() === name.toLowerCase());
    if (known === undefined)
      throw invalid`There is no parameter "${name.slice(0, 40)}"; ${ACCEPTED} are accepted.`;
    const values = [given.get(known) ?? [], value].flat();
    given.set(known, values.join(','));
  }
  const header = request.headers['last-event-id'];
  const after = header === undefined || header === '' ? given.get('After') : String(header);
  return {
    filter: {
      taskId,
      names: readNames(listOf(given.get('Name'))),
      states: readStates(listOf(given.get('State'))),
      own: readFlag('Own', given.get('Own')),
    },
    after: after === undefined ? undefined : readEventId(header ? 'Last-Event-ID' : 'After', after),
  };
}

/** Reads names of definitions, in lower case. The definitions need not exist yet. */
export function readNames(names: readonly string[]): Set<string> {
  for (const name of names) checkText(message`The name`, name, MAX_NAMES_LENGTH);
  return new Set(names.map((name) => name.toLowerCase()));
}

/**
 * Reads names of states.
 *
 * @throws RequestError (invalid) if one is not a state that a task can be in
 */
export function readStates(names: readonly string[]): Set<StoredState> {
  const states = new Set<StoredState>();
  for (const name of names) {
    const state = parseState(name);
    if (state === undefined || state === 'Unknown' || state === 'All')
      throw invalid`State is "${name.slice(0, 40)}"; ${STORED_STATES.join(', ')} are accepted.`;
    states.add(state);
  }
  return states;
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => part.trim() || []);
}

function readFlag(name: string, text: string | undefined): boolean {
  const lower = text?.toLowerCase();
  if (lower === undefined || lower === 'false') return false;
  if (lower === 'true') return true;
  throw invalid`${name} is "${(text ?? '').slice(0, 40)}"; true or false is accepted.`;
}

function readEventId(what: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid`${what} is "${text.slice(0, 40)}"; the id of an event is accepted.`;
}
