import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { describeWait, LIMIT_NAMES, MAX_AHEAD, WAIT_REASONS, type Wait } from '../../core/waiting.ts';
import type { TaskDeps } from '../../services/access.ts';
import { readTaskWaiting, type TaskWaiting } from '../../services/read-tasks.ts';
import { callerOf } from '../auth/hooks.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { DateTime, nullable, type Operation } from '../openapi/operation.ts';
import { readTaskId } from './batch-task-params.ts';
import { StoredState } from './batch-task-schema.ts';

/** A property that only some reasons have. */
const ofReason = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) => Type.Optional(schema);

const WaitPayload = Type.Object(
  {
    Reason: Type.Enum([...WAIT_REASONS]),
    Text: Type.String({ description: "The reason as a sentence, in the caller's language" }),
    Attempt: ofReason(Type.Integer({ description: 'Backoff: the attempt that failed or was lost' })),
    Error: ofReason(nullable(Type.String({ description: 'Backoff: the first line of its error' }))),
    Total: ofReason(Type.Integer({ description: 'Children: how many the task waits for' })),
    Ended: ofReason(Type.Integer({ description: 'Children: how many have ended' })),
    Failed: ofReason(Type.Integer({ description: 'Children: how many of these failed' })),
    PausedBy: ofReason(Type.Integer({ description: 'DefinitionPaused: the associate; 0 is the server' })),
    PausedAt: ofReason(DateTime),
    PausedReason: ofReason(
      nullable(Type.String({ description: 'DefinitionPaused: the reason of the server' })),
    ),
    LastSeen: ofReason(nullable(DateTime)),
    Limit: ofReason(Type.Enum([...LIMIT_NAMES], { description: 'Limit: which one' })),
    Value: ofReason(Type.Integer({ description: 'Limit: its value' })),
    Use: ofReason(
      Type.Integer({ description: 'Limit: runs in progress, or starts in the period of a rate' }),
    ),
    Seconds: ofReason(nullable(Type.Number({ description: 'Limit: the period of a rate' }))),
    FreeInSeconds: ofReason(
      nullable(Type.Number({ description: 'Limit: until a rate allows another start' })),
    ),
    Ahead: ofReason(
      Type.Integer({ description: `Queue: tasks that start first, counted up to ${MAX_AHEAD}` }),
    ),
    AheadIsMore: ofReason(Type.Boolean({ description: 'Queue: true if there are more than Ahead' })),
    EstimateSeconds: ofReason(
      nullable(
        Type.Integer({ description: 'Queue: until it starts, at the recent throughput; null if unknown' }),
      ),
    ),
  },
  { title: 'Wait', description: 'A reason why a task does not run, with the properties of that reason' },
);

const WaitingPayload = Type.Object(
  {
    State: StoredState,
    DueAt: nullable(DateTime),
    WaitsFor: Type.Array(WaitPayload, {
      minItems: 1,
      description: 'The reason that must end first is in front. Due, Running and Ended are alone',
    }),
  },
  { title: 'Waiting', description: 'When a task is due, and why it does not run' },
);

const getBatchTaskWaitingOperation: Operation = {
  id: 'getBatchTaskWaiting',
  access: ACCESS.readOrWork,
  tag: 'BatchTask',
  summary: 'Returns when a batch task is due, and why it does not run.',
  description:
    'DueAt is null if the task is due now, is running or has ended. The position in the queue is exact for definitions without limits, and an estimate for others.',
  responses: { 200: WaitingPayload },
  examples: {
    response: {
      backoff: {
        State: 'New',
        DueAt: '2026-11-30T12:04:00',
        WaitsFor: [
          {
            Reason: 'Backoff',
            Text: 'The next attempt is due at 2026-11-30T12:04:00.000Z. Attempt 1 failed: no route to host',
            Attempt: 1,
            Error: 'no route to host',
          },
        ],
      },
      queue: {
        State: 'New',
        DueAt: null,
        WaitsFor: [
          {
            Reason: 'Queue',
            Text: 'Tasks of its definition that start first: 12.',
            Ahead: 12,
            AheadIsMore: false,
            EstimateSeconds: null,
          },
        ],
      },
    },
  },
};

/** `GET /api/v1/BatchTask/{id}/Waiting`: when a task is due, and why it does not run. */
export async function taskWaitingRoutes(app: FastifyInstance, { tasks }: { tasks: TaskDeps }): Promise<void> {
  app.get<{ Params: { id: string } }>(
    '/:id/Waiting',
    { config: { payload: 'Waiting', operation: getBatchTaskWaitingOperation } },
    async (request) =>
      writeWaiting(
        await readTaskWaiting(tasks, callerOf(request), readTaskId(request.params.id)),
        localeOf(request),
      ),
  );
}

function writeWaiting({ state, dueAt, waits }: TaskWaiting, locale: Locale): Static<typeof WaitingPayload> {
  return {
    State: state,
    DueAt: dueAt && locale.date(dueAt),
    WaitsFor: waits.map((wait) => ({
      Reason: wait.reason,
      Text: locale.message(describeWait(wait)),
      ...detailsOf(wait, locale),
    })),
  };
}

function detailsOf(wait: Wait, locale: Locale): Partial<Static<typeof WaitPayload>> {
  switch (wait.reason) {
    case 'Backoff': {
      const { attempt, error } = wait;
      const text = error === null || typeof error === 'string' ? error : locale.message(error);
      return { Attempt: attempt, Error: text };
    }
    case 'Children':
      return { Total: wait.total, Ended: wait.ended, Failed: wait.failed };
    case 'DefinitionPaused': {
      const { by, at, reason } = wait.pause;
      return { PausedBy: by, PausedAt: locale.date(at), PausedReason: reason && locale.message(reason) };
    }
    case 'NoWorker':
      return { LastSeen: wait.lastSeen && locale.date(wait.lastSeen) };
    case 'Limit':
      return {
        Limit: wait.limit,
        Value: wait.value,
        Use: wait.use,
        Seconds: wait.seconds,
        FreeInSeconds: wait.freeInSeconds,
      };
    case 'Queue':
      return { Ahead: wait.ahead, AheadIsMore: wait.isMore, EstimateSeconds: wait.estimateSeconds };
    default:
      return {};
  }
}
