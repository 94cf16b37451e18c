import { Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import type { Operation } from '../openapi/operation.ts';
import { DateTime, Int32, nullable } from '../openapi/schemas.ts';
import { StoredState } from './batch-task-schema.ts';

const tag = 'Events';

const TaskEvent = Type.Object(
  {
    Id: Type.Integer(),
    TaskId: Int32,
    Name: Type.String(),
    AssociateId: Type.Integer(),
    DatabaseSerialNumber: Type.String(),
    At: DateTime,
    ActorId: Type.Integer(),
    Runtime: nullable(Type.String()),
    From: nullable(StoredState),
    To: StoredState,
    Attempt: Type.Integer(),
    Reason: Type.String(),
  },
  { title: 'TaskEvent', description: 'A change of the state of a task' },
);

const EventPage = Type.Object(
  {
    After: Type.Integer({ description: 'What the next call passes as After' }),
    More: Type.Boolean({ description: 'There are more already' }),
    Events: Type.Array(TaskEvent),
  },
  { title: 'EventPage' },
);

const EventStreamSchema = Type.String({
  title: 'EventStream',
  description:
    'Server-sent events: `state` with a TaskEvent as data and its Id as id, `progress` with the progress of a task',
});

const reads = {
  query: Type.Object({
    Name: Type.Optional(Type.String({ description: 'Definitions, separated by commas' })),
    State: Type.Optional(Type.String({ description: 'States, separated by commas' })),
    Own: Type.Optional(Type.Enum(['true', 'false'], { description: 'Only those of own tasks' })),
    After: Type.Optional(
      Type.String({
        pattern: '^\\d{1,15}$',
        description: 'Those after this Id; from now on where it is absent',
      }),
    ),
  }),
  headers: Type.Object({
    'Last-Event-ID': Type.Optional(Type.String({ description: 'Counts more than After' })),
  }),
};

const answers = {
  200: {
    content: {
      'application/json': EventPage,
      'application/xml': EventPage,
      'text/event-stream': EventStreamSchema,
    },
  },
};

export const readEventsOperation: Operation = {
  id: 'readEvents',
  access: ACCESS.readOrWork,
  tag,
  summary: 'The events that one may see, as a stream or a page.',
  description: 'A stream of server-sent events where Accept names text/event-stream, otherwise one page.',
  answers,
  reads,
  examples: { answer: { begin: { After: 812, More: false, Events: [] } } },
};

export const readBatchTaskEventsOperation: Operation = {
  ...readEventsOperation,
  id: 'readBatchTaskEvents',
  access: ACCESS.readOrWork,
  summary: 'The events of a batch task, as a stream or a page.',
};
