import { Type } from 'typebox';
import type { ChangeCount, FailureGroup, QueueCount } from '../../db/queries/statistics.ts';
import type { Locale } from '../i18n/locale.ts';
import { DateTime, Int32, nullable } from '../openapi/operation.ts';

/** State changes of a definition in one step of a period. */
export const ChangeCounts = Type.Object({
  At: DateTime,
  Name: Type.String(),
  Registered: Type.Integer({ description: 'Number of tasks created' }),
  Succeeded: Type.Integer({ description: 'Number of tasks that succeeded' }),
  Failed: Type.Integer({ description: 'Number of tasks that failed, without those that were stopped' }),
  Stopped: Type.Integer({ description: 'Number of tasks that were stopped' }),
  Begun: Type.Integer({ description: 'Number of tasks whose first run began' }),
  Waited: Type.Number({ description: 'Average waiting time, in seconds' }),
  LongestWait: Type.Number({ description: 'Maximum waiting time, in seconds' }),
});

/** Serializes state changes. */
export function writeChange(change: ChangeCount, locale: Locale): object {
  return {
    At: locale.date(change.at),
    Name: change.name,
    Registered: change.registered,
    Succeeded: change.succeeded,
    Failed: change.failed,
    Stopped: change.stopped,
    Begun: change.begun,
    Waited: change.waited,
    LongestWait: change.longestWait,
  };
}

/** The queue of a definition. */
export const QueueCounts = Type.Object({
  Name: Type.String(),
  Due: Type.Integer({ description: 'Number of tasks that are due and wait for a worker' }),
  Later: Type.Integer({ description: 'Number of tasks that are due later' }),
  Oldest: nullable(DateTime),
  Running: Type.Integer({ description: 'Number of tasks that are running' }),
});

/** Serializes a queue. */
export function writeQueue(queue: Omit<QueueCount, 'oldestSeconds'>, locale: Locale): object {
  return {
    Name: queue.name,
    Due: queue.due,
    Later: queue.later,
    Oldest: queue.oldest === null ? null : locale.date(queue.oldest),
    Running: queue.running,
  };
}

/** Failed tasks with the same reason. */
export const FailureGroups = Type.Object({
  Name: Type.String(),
  Tasks: Type.Integer(),
  LastId: Int32,
  LastAt: DateTime,
  Result: Type.String(),
});

/** Serializes a group of failures. */
export function writeFailure(group: FailureGroup, locale: Locale): object {
  return {
    Name: group.name,
    Tasks: group.tasks,
    LastId: group.lastId,
    LastAt: locale.date(group.lastAt),
    Result: locale.text(group.result, group.resultMessage),
  };
}

/** The query of statistics. */
export const PeriodQuery = Type.Object({
  Minutes: Type.Optional(
    Type.String({
      pattern: '^\\d{1,5}$',
      description: 'The length of the period, 5 to 86400; 60 by default',
    }),
  ),
});
